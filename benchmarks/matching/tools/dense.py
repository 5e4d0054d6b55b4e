"""scipy's `linear_sum_assignment` on all pairs, each mentor repeated for each of her places.

The exact optimum, coverage first, as long as the matrix fits into memory.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.matching import scores
from benchmarks.matching.populations import NOBODY, Population, Whole
from benchmarks.matching.tools.measuring import Answer, Job, Stopwatch, serve
from benchmarks.matching.tools.people import people_of


def best(people: Population, *, share: bool = False) -> Whole:
    """Return the assignment that matches most, and of those the one with the highest total."""
    points, allowed = scores.of_all(people, share=share)
    a_match = (people.size[0] + 1) * scores.HIGHEST  # worth more than all that others could gain
    cost = np.where(allowed, -(points + np.float64(a_match)), 0)
    mentees, places = linear_sum_assignment(np.repeat(cost, people.capacity, axis=1))
    mentors = np.repeat(np.arange(people.size[1]), people.capacity)[places]
    mentor_of = np.full(people.size[0], NOBODY)
    mentor_of[mentees] = np.where(allowed[mentees, mentors], mentors, NOBODY)
    return mentor_of


def _solve(ready: tuple[Population, bool], stopwatch: Stopwatch) -> Answer:
    people, share = ready
    return {"mentor_of": best(people, share=share).tolist()}


def _prepare(job: Job) -> tuple[Population, bool]:
    return people_of(job), job["share"]


if __name__ == "__main__":
    serve(_prepare, _solve)
