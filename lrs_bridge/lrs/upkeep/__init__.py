"""Looking after the store: in and out, checked, erased, kept no longer than it should be."""
