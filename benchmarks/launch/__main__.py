"""Measure what a login and a launch cost, beside PyLTI1p3 and beside a bare Flask POST.

python -m benchmarks.launch [--rounds 30]

Each tool is a process of its own; one platform opens them by turns, twenty new browsers a turn. CPU
time of the tool's process is counted, since other processes' load disturbs it least. The ratios can
be compared between machines, the times cannot.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

from benchmarks.environments import NotInstalled, python_with
from benchmarks.launch.contender import Contender, Costs, campus, running

PEER = ("PyLTI1p3==2.0.0", "flask==3.1.2", "Flask-Caching==2.5.1")
MOST = 1.0
"""Times the peer's CPU that a full launch (login and launch) may cost."""
FULL = ("login", "launch")
WARM_UP, BROWSERS = 2, 20


def main() -> int:
    """Print the table; return 0 if the target was measured and reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.launch", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds + WARM_UP
    try:
        with _contenders() as (ours, peer, bare):
            turns = [
                (ours.costs(BROWSERS, ["mine"]), peer.costs(BROWSERS), bare.post(BROWSERS))
                for _ in range(rounds)
            ]
    except NotInstalled as error:
        print(f"Not measured: {error}")
        return 1
    del turns[:WARM_UP]
    mine, theirs, nobodys = (_medians(several) for several in zip(*turns, strict=True))
    print("\n".join(_table(mine, theirs)))
    print(f"Beside a bare Flask POST ({nobodys['post'] * 1000:.2f} ms): ", end="")
    print(f"{_full(mine) / nobodys['post']:.1f}×")
    ratio = median(_full(one) / _full(two) for one, two, _ in turns)
    reached = "reached" if ratio <= MOST else "MISSED"
    print(f"\nA full launch: {ratio:.2f}× PyLTI1p3's CPU; to reach ≤ {MOST:.1f}×: {reached}")
    return 0 if ratio <= MOST else 1


@contextmanager
def _contenders() -> Iterator[tuple[Contender, Contender, Contender]]:
    python = python_with(*PEER)
    with (
        campus() as platform,
        running(platform, python, "pylti1p3_tool") as peer,
        running(platform, python, "bare_tool") as bare,
        running(platform, sys.executable, "mentes_tool") as ours,
    ):
        yield ours, peer, bare


def _table(mine: Costs, theirs: Costs) -> Iterator[str]:
    yield f"{'request':12} {'Mentes ms':>10} {'PyLTI1p3 ms':>12} {'ratio':>7}   (CPU, medians)"
    theirs = {**theirs, "full launch": _full(theirs)}
    for name, seconds in {**mine, "full launch": _full(mine)}.items():
        other = theirs.get(name)
        beside = f"{other * 1000:12.2f} {seconds / other:6.2f}×" if other else ""
        yield f"{name:12} {seconds * 1000:10.2f} {beside}".rstrip()


def _medians(several: Sequence[Costs]) -> Costs:
    return {name: median(each[name] for each in several) for name in several[0]}


def _full(costs: Costs) -> float:
    return sum(costs[name] for name in FULL)


if __name__ == "__main__":
    sys.exit(main())
