"""One place from which administrators reach all that is theirs to see and decide."""
