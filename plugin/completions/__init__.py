"""Completions: from a signal of the LMS to a check-in, once."""
