"""Content that comes with statements: received, checked, kept, read."""
