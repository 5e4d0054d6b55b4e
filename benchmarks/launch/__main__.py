"""Measure what a login and a launch cost, beside PyLTI1p3 and beside a request that does nothing.

python -m benchmarks.launch [--rounds 200]

One run, one machine, turn by turn: the ratios can be compared between machines, the times cannot.
CPU time of the tool's process is counted, since other processes' load disturbs it least; the
platform's signing is not, since a platform does that elsewhere.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from benchmarks.environments import NotInstalled
from benchmarks.launch import ours, peer
from benchmarks.launch.ours import Costs
from config.log import configure_logging

MOST = 1.0
"""Times the peer's CPU that a full launch (login and launch) may cost."""
WARM_UP = 20
FULL = ("login", "launch")


def main() -> int:
    """Print the table; return 0 if the target was measured and reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.launch", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds: int = parser.parse_args().rounds
    configure_logging("critical")
    with ours.opened() as campus:
        try:
            with peer.started(campus) as other:
                pairs = [(ours.costs(campus), other.costs()) for _ in range(rounds + WARM_UP)]
        except NotInstalled as error:
            print(f"Not measured: {error}")
            return 1
    mine, theirs = zip(*pairs[WARM_UP:], strict=True)
    _print_table(_medians(mine), _medians(theirs))
    ratio = statistics.median(_full(one) / _full(two) for one, two in pairs[WARM_UP:])
    reached = ratio <= MOST
    print(f"\nA full launch: {ratio:.2f}× PyLTI1p3's CPU, to reach ≤ {MOST:.1f}×:", end=" ")
    print("reached" if reached else "MISSED")
    return 0 if reached else 1


def _print_table(mine: Costs, theirs: Costs) -> None:
    print(f"{'request':12} {'Mentes ms':>10} {'PyLTI1p3 ms':>12} {'ratio':>7}   (CPU, medians)")
    full = {"full launch": _full(mine)}, {"full launch": _full(theirs)}
    for name, seconds in {**mine, **full[0]}.items():
        other = {**theirs, **full[1]}.get(name)
        beside = f"{other * 1000:12.2f} {seconds / other:6.2f}×" if other else ""
        print(f"{name:12} {seconds * 1000:10.2f} {beside}")
    print(f"Beside a request that does nothing: {_full(mine) / mine['nothing']:.1f}×")


def _medians(several: tuple[Costs, ...]) -> Costs:
    return {name: statistics.median(each[name] for each in several) for name in several[0]}


def _full(costs: Costs) -> float:
    return sum(costs[name] for name in FULL)


if __name__ == "__main__":
    sys.exit(main())
