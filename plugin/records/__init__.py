"""Records: what happened, told to the record store and to the gradebook."""
