"""Pairings: a mentor and a mentee, from the first day to the closing."""
