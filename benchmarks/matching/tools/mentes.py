"""Our engine: people in, pairs and their proof out."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from benchmarks.matching.populations import (
    NOBODY,
    Population,
    Whole,
    row_of,
    rules,
)
from benchmarks.matching.tools.measuring import Answer, Job, Stopwatch, serve
from benchmarks.matching.tools.people import people_of
from plugin.matching.engine.match import match
from plugin.matching.engine.matching import Matching
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.results import Objective, Pair

KEPT_IN_A_LIST = 10_000
"""More mentees than this come as a stream, so that the engine decides what stays in memory."""

Person = TypeVar("Person", Mentee, Mentor)
Named = tuple[str, str]


class Ready:
    """The people as the product has them, and what is asked."""

    def __init__(self, job: Job) -> None:
        self.people = people_of(job)
        self.rules = rules(share=job["share"])
        self.objective = Objective(job.get("objective", "coverage"))
        self.floor = bool(job.get("floor", False))
        self.accepted = self._settled(*job["settled"]) if "settled" in job else ()
        self._mentees, self._mentors = self._lists(self.people)

    def matched(self, stopwatch: Stopwatch) -> Matching:
        """Match everybody."""
        self.read_at = math.nan
        return match(
            self._mentees or _uncounted(self.people.stream_of_mentees(), stopwatch),
            self._mentors or _uncounted(self.people.stream_of_mentors(), stopwatch),
            self.rules,
            accepted=self.accepted,
            objective=self.objective,
            floor=self.floor,
            progress=self._note,
        )

    def _note(self, stage: str, part: float) -> None:
        """Remember when all people were read."""
        if stage == "pairs" and math.isnan(self.read_at):
            self.read_at = time.perf_counter()

    def _settled(self, mentees: int, mentors: int) -> Sequence[Named]:
        """Return the best pairs of those who were here first."""
        few = self.people.first(mentees, mentors)
        found = match(few.stream_of_mentees(), few.stream_of_mentors(), self.rules, floor=False)
        return [(pair.mentee, pair.mentor) for pair in found.pairs]

    @staticmethod
    def _lists(people: Population) -> tuple[list[Mentee], list[Mentor]]:
        if people.size[0] > KEPT_IN_A_LIST:
            return [], []
        return list(people.stream_of_mentees()), list(people.stream_of_mentors())


def mentor_of(pairs: Iterable[Pair] | Iterable[Named], mentees: int) -> Whole:
    """Return each mentee's mentor by row, or `NOBODY`."""
    rows = np.full(mentees, NOBODY)
    for pair in pairs:
        mentee, mentor = pair if isinstance(pair, tuple) else (pair.mentee, pair.mentor)
        rows[row_of(mentee)] = row_of(mentor)
    return rows


def _solve(ready: Ready, stopwatch: Stopwatch) -> Answer:
    found = ready.matched(stopwatch)
    stopwatch.stand()
    solving = time.perf_counter() - ready.read_at
    mentees = ready.people.size[0]
    answer = {
        "mentor_of": mentor_of(found.pairs, mentees).tolist(),
        "accepted": mentor_of(ready.accepted, mentees).tolist(),
        "claimed": sum(pair.score for pair in found.pairs),
        "solving": solving,
        "gap": found.gap / max(found.bound, 1),
    }
    stopwatch.go_on()
    return answer


def _uncounted(people: Iterator[Person], stopwatch: Stopwatch) -> Iterator[Person]:
    """Make people up while the watch stands."""
    while True:
        stopwatch.stand()
        person = next(people, None)
        stopwatch.go_on()
        if person is None:
            return
        yield person


if __name__ == "__main__":
    serve(Ready, _solve)
