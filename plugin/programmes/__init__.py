"""Programmes: who takes part in a course's mentoring, and when a check-in falls due."""
