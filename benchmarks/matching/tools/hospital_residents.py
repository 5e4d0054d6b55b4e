"""`matching`'s hospital-resident game: stable, by preference lists made of the scores.

It copies the players by recursion, as deep as there are people: it needs a deep stack.
"""

from __future__ import annotations

import sys
import threading

import numpy as np
from matching.games import HospitalResident

from benchmarks.matching import scores
from benchmarks.matching.populations import NOBODY, Population
from benchmarks.matching.tools.measuring import Answer, Stopwatch, serve
from benchmarks.matching.tools.people import people_of

DEEP = 1 << 29
"""Bytes of stack: 300 people need more than Python gives."""


def _solve(people: Population, stopwatch: Stopwatch) -> Answer:
    points, allowed = scores.of_all(people)
    residents = _preferences(points, allowed)
    hospitals = _preferences(points.T, allowed.T)
    capacities = dict(enumerate(people.capacity.tolist()))
    game = HospitalResident.create_from_dictionaries(residents, hospitals, capacities)
    mentor_of = [NOBODY] * people.size[0]
    for hospital, taken in game.solve().items():
        for resident in taken:
            mentor_of[resident.name] = hospital.name
    return {"mentor_of": mentor_of}


def _preferences(points: scores.Matrix, allowed: np.ndarray) -> dict[int, list[int]]:
    """Return each row's columns, best first; of equals the first."""
    best_first = np.argsort(-points, axis=1, kind="stable")
    return {
        row: [int(each) for each in order if allowed[row, each]]
        for row, order in enumerate(best_first)
    }


def _serve() -> None:
    serve(people_of, _solve)


if __name__ == "__main__":
    threading.stack_size(DEEP)
    sys.setrecursionlimit(10**6)
    thread = threading.Thread(target=_serve)
    thread.start()
    thread.join()
