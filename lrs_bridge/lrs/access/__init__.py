"""Who may talk to the store, and how much."""
