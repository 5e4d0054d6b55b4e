"""Hundreds of seeded instances: does the engine always find what the dense optimum is?

    python -m benchmarks.matching.instances [--many 300]

Each is matched twice: the way that its size asks for, and the way of the large ones.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice, product

from benchmarks.matching.judge import verdict
from benchmarks.matching.populations import Kind, rules
from benchmarks.matching.rounds import People
from benchmarks.matching.tools import dense
from benchmarks.matching.tools.mentes import mentor_of
from plugin.matching.engine.assigning import dense as the_dense_way
from plugin.matching.engine.match import match

SIZES = (60, 100, 80, 150, 100, 200, 60, 300, 100, 400, 150, 600, 200, 1000, 3000)
"""Small ones more often: what is rare needs many tries."""
RATIOS = (0.4, 0.3, 0.2)
"""Mentors to a mentee, with three places each on average: too many places, too few, far too few."""


def instances(sizes: tuple[int, ...] = SIZES) -> Iterator[People]:
    """Return people without end, no two alike: fine and coarse, skills counted and shared out."""
    kinds = product((Kind.SURPLUS, Kind.COARSE), RATIOS, (False, True))
    many = zip(cycle(sizes), cycle(kinds), strict=False)
    for seed, (size, (kind, ratio, share)) in enumerate(many):
        yield People(mentees=size, kind=kind, mentors=round(size * ratio), seed=seed, share=share)


def disagreement(people: People) -> str | None:
    """Say how the engine's answer differs from the dense optimum; None: it does not."""
    made = people.made()
    best = verdict(made, dense.best(made, share=people.share), share=people.share)
    asked = rules(share=people.share)
    for way, largest in (("as usual", the_dense_way.LARGEST), ("as if it were large", 0)):
        with _dense_up_to(largest):
            found = match(made.stream_of_mentees(), made.stream_of_mentors(), asked, floor=False)
        ours = verdict(made, mentor_of(found.pairs, people.mentees), share=people.share)
        if ours != best:
            return f"{way}: {ours} instead of {best}"
        if found.gap:
            return f"{way}: the optimum, but a gap of {found.gap}"
    return None


@contextmanager
def _dense_up_to(entries: int) -> Iterator[None]:
    usual = the_dense_way.LARGEST
    the_dense_way.LARGEST = entries
    try:
        yield
    finally:
        the_dense_way.LARGEST = usual


def main() -> int:
    """Print how many instances agree; return 0 if all do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=300)
    asked = parser.parse_args()
    agree = 0
    for people in islice(instances(), asked.many):
        if differs := disagreement(people):
            print(f"{people}\n  {differs}")
        agree += not differs
    print(f"{agree} of {asked.many} instances equal to the dense optimum, both ways")
    return 0 if agree == asked.many else 1


if __name__ == "__main__":
    sys.exit(main())
