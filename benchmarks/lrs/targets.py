"""What is to be reached, each a function of what was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.lrs.load import Measured
from benchmarks.lrs.rounds import Rounds

KB, MB = 1_000, 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was measured in the place of a target."""

    words: str
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is measured, what it should be, and how to find out.

    Attributes:
        to_reach: empty: nothing was promised; it is only shown.
        find: takes the rounds of a row: ours first, then those that it is compared with.
    """

    name: str
    to_reach: str
    find: Callable[[Sequence[Rounds]], Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A target, and what was found in its place."""

    target: Target
    finding: Finding

    @property
    def missed(self) -> bool:
        """Whether something was promised and not reached."""
        return bool(self.target.to_reach) and not self.finding.reached


def checked(rounds: Sequence[Rounds], targets: Sequence[Target]) -> list[Checked]:
    """Look at each target."""
    return [Checked(target=each, finding=each.find(rounds)) for each in targets]


def found(name: str, to_reach: str, finding: Finding) -> Checked:
    """Return what was found by other means than rounds, as a target that was looked at."""
    return Checked(
        target=Target(name=name, to_reach=to_reach, find=lambda _: finding), finding=finding
    )


def all_right() -> Target:
    """Every question is answered with the right statements in the right order."""

    def find(rounds: Sequence[Rounds]) -> Finding:
        ours = rounds[0]
        many = len(ours.contender.questions)
        refused = sum(each.refused for each in ours.measured)
        return Finding(
            words=f"{ours.right} of {many}" + (f", {refused} refused" if refused else ""),
            reached=ours.right == many and not refused,
        )

    return Target(name="answers", to_reach="all right", find=find)


def all_stored() -> Target:
    """No request to store is refused."""

    def find(rounds: Sequence[Rounds]) -> Finding:
        refused = sum(each.refused for each in rounds[0].measured)
        return Finding(words=f"{refused} refused", reached=not refused)

    return Target(name="stored", to_reach="all", find=find)


def times_rate(of: int, at_least: float | None = None) -> Target:
    """So many times the requests a second of another."""
    return _ratio("rate", of, lambda ours, other: ours.rate / other.rate, at_least=at_least)


def times_quicker(of: int, at_least: float | None = None) -> Target:
    """So many times quicker in the middle than another, if that answers rightly at all."""

    def find(rounds: Sequence[Rounds]) -> Finding:
        other = rounds[of]
        if not other.right:
            return Finding(words=f"{other.contender.name} never right", reached=True)
        return ratio.find(rounds)

    ratio = _ratio("quicker", of, lambda ours, other: other.p50 / ours.p50, at_least=at_least)
    return Target(name=ratio.name, to_reach=ratio.to_reach, find=find)


def times_as_long(of: int, at_most: float | None = None) -> Target:
    """At most so many times as long in the middle as another."""
    return _ratio("time", of, lambda ours, other: ours.p50 / other.p50, at_most=at_most)


def times_slower(of: int, at_most: float | None = None) -> Target:
    """At most so many times the time between two requests of another, all writers together."""
    return _ratio("slower", of, lambda ours, other: other.rate / ours.rate, at_most=at_most)


def times_the_work(of: int, at_most: float | None = None) -> Target:
    """At most so many times the processor time that another needs for a request."""
    return _ratio("cpu", of, lambda ours, other: ours.cpu_ms / other.cpu_ms, at_most=at_most)


def p50(at_most: float) -> Target:
    """Half of the requests take no longer than so many milliseconds."""

    def find(rounds: Sequence[Rounds]) -> Finding:
        found = rounds[0].middle(lambda each: each.p50)
        return Finding(words=f"{found:.1f} ms", reached=found < at_most)

    return Target(name="p50", to_reach=f"< {at_most:g} ms", find=find)


def _ratio(
    name: str,
    of: int,
    of_both: Callable[[Measured, Measured], float],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Target:
    """The median of the rounds' ratios to another contender."""
    bounds = (f"≥ {at_least:g}×" if at_least else "", f"≤ {at_most:g}×" if at_most else "")

    def find(rounds: Sequence[Rounds]) -> Finding:
        pairs = zip(rounds[0].measured, rounds[of].measured, strict=True)
        found = median(of_both(ours, other) for ours, other in pairs)
        return Finding(
            words=f"{found:,.2f}× {rounds[of].contender.name}",
            reached=found >= (at_least or 0) and found <= (at_most or float("inf")),
        )

    return Target(name=name, to_reach="".join(bounds), find=find)
