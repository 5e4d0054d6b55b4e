"""Circles of peers, without a mentor: everybody's points with everybody in their circle count.

What two peers are worth is said in `peers.py`. As many people as can be shall have a circle of a
good size; then the total shall be high. Circles are found by trial (`grouping.py`, `seating.py`).
In each of 200 cases of six to nine people that was the best there is; of large ones nobody knows.

More than `HELD` people are split by lot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from plugin.matching.engine.circles import LARGEST, SMALLEST, check_sizes
from plugin.matching.engine.left_out import LeftOut
from plugin.matching.engine.peer_table import PeerTable, StandingGroups, parts
from plugin.matching.engine.people import Mentee
from plugin.matching.engine.roster import Whole
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.seating import Sizes, seated

HELD = 2_000
"""People of whom every pair is looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCircle:
    """Some peers."""

    members: tuple[str, ...]
    """In the order of their ids."""
    score: int
    """Points of every two of them, both ways together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCircles:
    """Everybody's circle. Found by trial: nothing proves that there are no better ones."""

    circles: tuple[PeerCircle, ...]
    """In the order of the ids; those that stood are among them."""
    left_out: tuple[LeftOut, ...]
    """In the order of the ids."""
    total: int
    """Points of the new circles, with what waiting is worth."""
    ceiling: int
    """What it would be if everybody sat with those who are best for them alone: never reached."""
    seed: int
    ignored: tuple[tuple[str, ...], ...]
    """What was said to stand, of people who are not here."""


def peer_circles(
    people: Iterable[Mentee],
    rules: RuleSet,
    *,
    smallest: int = SMALLEST,
    largest: int = LARGEST,
    accepted: Iterable[Collection[str]] = (),
    seed: int = 0,
) -> PeerCircles:
    """Return circles of peers.

    Args:
        people: looked at once, in any order.
        smallest: no new circle has fewer people; two at least.
        largest: no new circle has more. Sizes are as alike as can be, near the middle of the two.
        accepted: circles that stand, and stay as they are, whatever their size.
        seed: decides ties and what is tried, whatever the order of the people.

    Raises:
        RulesInvalid: a rule cannot be used, or the sizes do not go together.
        PeopleInvalid: two people share an id, or an answer is unreadable.
    """
    check_sizes(smallest, largest, least=2)
    table = PeerTable.of(people, rules, seed=seed)
    standing = StandingGroups.of(table, accepted)
    sizes = Sizes(smallest=smallest, largest=largest)
    found = _found(table, standing.free, sizes, seed)
    placed = np.concatenate([np.zeros(0, dtype=np.int64), *found])
    circles = [_circle(table, each) for each in [*standing.groups, *found]]
    return PeerCircles(
        circles=tuple(sorted(circles, key=lambda each: each.members)),
        left_out=table.left_out(np.setdiff1d(standing.free, placed), smallest=smallest),
        total=sum(map(table.score, found)) + int(table.columns.extras[placed].sum()),
        ceiling=table.ceiling(standing.free, largest - 1),
        seed=seed,
        ignored=standing.ignored,
    )


def _found(table: PeerTable, free: Whole, sizes: Sizes, seed: int) -> list[Whole]:
    """Return circles of those who are free: all at once, or by lot where they are too many.

    Whoever then has none is tried once more with the others who have none.
    """
    if len(free) <= HELD:
        return _seated(table, free, sizes, seed)
    circles: list[Whole] = []
    for part in [*parts(free, HELD), free]:
        left = np.setdiff1d(part, np.concatenate([np.zeros(0, dtype=np.int64), *circles]))
        if len(left) <= HELD:
            circles += _seated(table, left, sizes, seed)
    return circles


def _seated(table: PeerTable, rows: Whole, sizes: Sizes, seed: int) -> list[Whole]:
    extras = table.columns.extras[rows]
    return [rows[each] for each in seated(table.points(rows), extras, sizes, seed=seed)]


def _circle(table: PeerTable, rows: Whole) -> PeerCircle:
    return PeerCircle(
        members=tuple(sorted(table.ids[row] for row in rows)), score=table.score(rows)
    )
