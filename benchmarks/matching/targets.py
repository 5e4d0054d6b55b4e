"""What is to be reached, each a function of what was measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks.matching.judge import most_matchable
from benchmarks.matching.rounds import People, Rounds
from benchmarks.matching.scores import POINT

MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One row's measurements: ours, and a peer's of the same rounds."""

    people: People
    ours: Rounds
    peer: Rounds | None = None

    @property
    def share_of_time(self) -> float:
        """Our time in times of the peer's: the median of the rounds' ratios."""
        assert self.peer is not None
        rounds = zip(self.ours.outcomes, self.peer.outcomes, strict=True)
        return median(one.wall / other.wall for one, other in rounds)

    @property
    def share_of_memory(self) -> float:
        """Our peak in times of the peer's."""
        assert self.peer is not None
        return self.ours.peak / self.peer.peak

    @property
    def share_of_total(self) -> float:
        """Our total in times of the peer's."""
        assert self.peer is not None
        return self.ours.verdict.total / max(self.peer.verdict.total, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was measured in the place of a target."""

    words: str
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is measured, what it should be, and how to find out."""

    name: str
    to_reach: str
    """Empty: nothing was promised; it is only shown."""
    find: Callable[[Comparison], Finding]


def keeps_the_rules() -> Target:
    """No hard rule and no capacity is broken, the total is as claimed, all rounds are the same."""

    def find(row: Comparison) -> Finding:
        faults = [fault for each in row.ours.outcomes for fault in each.faults]
        if not row.ours.always_the_same:
            faults.append("other pairs each round")
        return Finding(words=faults[0] if faults else "kept", reached=not faults)

    return Target(name="rules", to_reach="kept", find=find)


def times_faster(at_least: float | None = None) -> Target:
    """So many times the peer's speed."""

    def find(row: Comparison) -> Finding:
        faster = 1 / row.share_of_time
        return Finding(words=f"{faster:,.1f}×", reached=at_least is None or faster >= at_least)

    return Target(name="faster", to_reach=f"≥ {at_least:g}×" if at_least else "", find=find)


def share_of_time(at_most: float | None = None) -> Target:
    """Our time in times of the peer's."""

    def find(row: Comparison) -> Finding:
        share = row.share_of_time
        return Finding(words=f"{share:.2f}×", reached=at_most is None or share <= at_most)

    return Target(name="time", to_reach=f"≤ {at_most:g}×" if at_most else "", find=find)


def share_of_solving(at_most: float | None = None) -> Target:
    """Our time in times of the peer's, both from when people have been read."""

    def find(row: Comparison) -> Finding:
        assert row.peer is not None
        rounds = zip(row.ours.outcomes, row.peer.outcomes, strict=True)
        shares = [
            one.solving / other.solving for one, other in rounds if one.solving and other.solving
        ]
        if not shares:
            return Finding(words="not told", reached=False)
        share = median(shares)
        return Finding(words=f"{share:.2f}×", reached=at_most is None or share <= at_most)

    return Target(name="solving", to_reach=f"≤ {at_most:g}×" if at_most else "", find=find)


def share_of_memory(at_most: float) -> Target:
    """Our peak in times of the peer's."""

    def find(row: Comparison) -> Finding:
        share = row.share_of_memory
        return Finding(words=f"{share:.3f}×", reached=share <= at_most)

    return Target(name="memory", to_reach=f"≤ {at_most:g}×", find=find)


def peak(at_most: int) -> Target:
    """The whole process's memory, in bytes."""

    def find(row: Comparison) -> Finding:
        most = row.ours.peak
        return Finding(words=f"{most / MB:,.0f} MB", reached=most <= at_most)

    return Target(name="peak", to_reach=f"≤ {at_most / MB:,.0f} MB", find=find)


def no_lower_total() -> Target:
    """As many matched and at least the peer's total; or more matched."""

    def find(row: Comparison) -> Finding:
        assert row.peer is not None
        ours, theirs = row.ours.verdict, row.peer.verdict
        return Finding(
            words=_totals(row),
            reached=(ours.matched, ours.total) >= (theirs.matched, theirs.total),
        )

    return Target(name="total", to_reach="≥ its total", find=find)


def same_total() -> Target:
    """As many matched, and the very same total."""

    def find(row: Comparison) -> Finding:
        assert row.peer is not None
        ours, theirs = row.ours.verdict, row.peer.verdict
        same = (ours.matched, ours.total) == (theirs.matched, theirs.total)
        return Finding(words=_totals(row), reached=same)

    return Target(name="total", to_reach="the same", find=find)


def share_of_total(at_least: float | None = None) -> Target:
    """Our total in times of the peer's."""

    def find(row: Comparison) -> Finding:
        share = row.share_of_total
        return Finding(words=f"{share:.3%}", reached=at_least is None or share >= at_least)

    return Target(name="total", to_reach=f"≥ {at_least:.1%}" if at_least else "", find=find)


def gap(at_most: float) -> Target:
    """How far from the optimum it may be at most, by the engine's own certificate."""

    def find(row: Comparison) -> Finding:
        gaps = [each.gap for each in row.ours.outcomes]
        worst = max((each for each in gaps if each is not None), default=None)
        if worst is None or None in gaps:
            return Finding(words="not certified", reached=False)
        return Finding(words=f"{worst:.3%}" if worst else "0", reached=worst <= at_most)

    return Target(name="gap", to_reach=f"≤ {at_most:.1%}" if at_most else "0", find=find)


def everyone_matchable() -> Target:
    """Nobody is without a mentor whom another assignment would have given one."""

    def find(row: Comparison) -> Finding:
        matched, most = row.ours.verdict.matched, most_matchable(row.people.made())
        return Finding(words=f"{matched:,} of {most:,}", reached=matched == most)

    return Target(name="matched", to_reach="everyone matchable", find=find)


def accepted_unchanged() -> Target:
    """Who was paired already keeps their mentor."""

    def find(row: Comparison) -> Finding:
        changed = max(each.changed for each in row.ours.outcomes)
        return Finding(words=f"{changed} changed", reached=changed == 0)

    return Target(name="accepted", to_reach="0 changed", find=find)


def worst_pair() -> Target:
    """What the worst pair is worth, ours and the peer's."""

    def find(row: Comparison) -> Finding:
        assert row.peer is not None
        ours, theirs = (each.verdict.worst or 0 for each in (row.ours, row.peer))
        return Finding(
            words=f"{ours / POINT:g}, without {theirs / POINT:g}", reached=ours >= theirs
        )

    return Target(name="worst pair", to_reach="no worse", find=find)


def _totals(row: Comparison) -> str:
    assert row.peer is not None
    ours, theirs = row.ours.verdict, row.peer.verdict
    if ours.matched != theirs.matched:
        return f"{ours.matched:,} matched, it {theirs.matched:,}"
    if ours.total == theirs.total:
        return "the same"
    return f"{row.share_of_total:.4%} of its"
