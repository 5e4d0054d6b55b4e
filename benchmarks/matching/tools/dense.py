"""scipy's `linear_sum_assignment` on all pairs, each mentor repeated for each of her places.

The exact optimum, coverage first, as long as the matrix fits into memory.
"""

from __future__ import annotations

import time

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.matching import scores
from benchmarks.matching.populations import NOBODY, Population, Whole
from benchmarks.matching.tools.measuring import Answer, Job, Stopwatch, serve
from benchmarks.matching.tools.people import people_of
from benchmarks.matching.tools.reading import read


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


class Ready:
    """The people as the product has them."""

    def __init__(self, job: Job) -> None:
        people = people_of(job)
        self.share: bool = job["share"]
        self.mentees = list(people.stream_of_mentees())
        self.mentors = list(people.stream_of_mentors())


def _solve(ready: Ready, stopwatch: Stopwatch) -> Answer:
    began = time.perf_counter()
    people = read(ready.mentees, ready.mentors)
    seconds = time.perf_counter() - began
    mentor_of = best(people, share=ready.share)
    return {"mentor_of": mentor_of.tolist(), "with": f"{seconds:.4f} s of it reading people"}


if __name__ == "__main__":
    serve(Ready, _solve)
