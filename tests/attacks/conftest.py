"""Fixtures of the attacks: a campus, and a course where mentoring is set up."""

from tests.journeys.conftest import campus, stage

__all__ = ["campus", "stage"]
