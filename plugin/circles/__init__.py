"""Circles: one mentor and up to eight learners around a topic."""
