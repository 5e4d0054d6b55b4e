"""Undelivered: what could not be delivered, why, and what to do about it."""
