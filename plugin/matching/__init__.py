"""Matching: which mentor for whom, and why, in words."""
