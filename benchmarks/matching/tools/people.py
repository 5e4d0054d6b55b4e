"""The people of a job, for tools whose environment has numpy."""

from __future__ import annotations

from benchmarks.matching.populations import Kind, Population, population
from benchmarks.matching.tools.measuring import Job


def people_of(job: Job) -> Population:
    """Make up the people that a job is about."""
    return population(
        job["mentees"],
        Kind(job["kind"]),
        mentors=job["mentors"],
        most_places=job["most_places"],
        seed=job["seed"],
    )
