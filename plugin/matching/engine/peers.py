"""Pairs of peers: everybody is mentor and mentee at once.

What two peers are worth is what each would be worth as the other's mentor, both ways together; they
can meet if nothing excludes either way. So a rule that one must be ahead of the other leaves no
peers at all, and one that gives points for it gives them to one of the two ways.

Up to `HELD` people the pairs are the best there are, and nearly always proved to be (`couples.py`).
More people than that are split by lot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from plugin.matching.engine.couples import coupled
from plugin.matching.engine.left_out import LeftOut
from plugin.matching.engine.peer_table import PeerTable, StandingGroups, parts
from plugin.matching.engine.people import Mentee
from plugin.matching.engine.roster import Whole
from plugin.matching.engine.rules import RuleSet

HELD = 2_000
"""People of whom every pair is looked at together."""
MOST_THIRDS = 100
"""People for whom a pair is found that they could join."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerPair:
    """Two peers; `one` comes first by id."""

    one: str
    other: str
    score: int
    """Points of both ways together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Third:
    """Somebody without a pair, and the pair that would suit them best as a third."""

    person: str
    pair: PeerPair
    score: int
    """Points of the person with each of the two, together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerPairs:
    """Everybody's peer, and how good the pairs are."""

    pairs: tuple[PeerPair, ...]
    """In the order of the ids; those that stood are among them."""
    left_out: tuple[LeftOut, ...]
    """In the order of the ids."""
    thirds: tuple[Third, ...]
    """Some of them, and which pair they could join; no pair twice."""
    total: int
    """Points of the new pairs, with what waiting is worth."""
    bound: int
    """No pairs that are as many have a higher total."""
    is_full: bool
    """There cannot be more pairs. False: not known."""
    seed: int
    ignored: tuple[tuple[str, ...], ...]
    """Pairs that were said to stand, of people who are not here or in another one."""

    @property
    def gap(self) -> int:
        """Points that better pairs could gain at most; 0: these are proved to be the best."""
        return self.bound - self.total


def peer_pairs(
    people: Iterable[Mentee],
    rules: RuleSet,
    *,
    accepted: Iterable[tuple[str, str]] = (),
    seed: int = 0,
) -> PeerPairs:
    """Return pairs of peers: as many as can be, then the highest total.

    Args:
        people: looked at once, in any order; what they want as mentees counts both ways.
        accepted: pairs that stand, and stay, whatever the rules say now.
        seed: decides ties, whatever the order of the people.

    Raises:
        RulesInvalid: a rule cannot be used.
        PeopleInvalid: two people share an id, or an answer is unreadable.
    """
    table = PeerTable.of(people, rules, seed=seed)
    standing = StandingGroups.of(table, accepted)
    found = _found(table, standing.free, seed)
    pairs = [*(each for each in standing.groups), *found.pairs]
    alone = np.setdiff1d(standing.free, found.pairs)
    made = tuple(sorted((_pair(table, each) for each in pairs), key=lambda each: each.one))
    return PeerPairs(
        pairs=made,
        left_out=table.left_out(alone, smallest=2),
        thirds=tuple(_thirds(table, alone, pairs)),
        total=found.total,
        bound=found.bound,
        is_full=found.is_full,
        seed=seed,
        ignored=standing.ignored,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    pairs: Whole
    """(k, 2): rows."""
    total: int
    bound: int
    is_full: bool


def _found(table: PeerTable, free: Whole, seed: int) -> _Found:
    """Return the best pairs of those who are free: all at once, or by lot where they are too many.

    Whoever then has nobody is tried once more with the others who have nobody.
    """
    if len(free) <= HELD:
        return _coupled(table, free, seed)
    pairs, total = np.zeros((0, 2), dtype=np.int64), 0
    for part in [*parts(free, HELD), free]:
        left = np.setdiff1d(part, pairs)
        if len(left) <= HELD:
            found = _coupled(table, left, seed)
            pairs, total = np.vstack([pairs, found.pairs]), total + found.total
    return _Found(
        pairs=pairs,
        total=total,
        bound=max(table.ceiling(free, 1), total),
        is_full=len(pairs) == len(free) // 2,
    )


def _coupled(table: PeerTable, rows: Whole, seed: int) -> _Found:
    points, extras = table.points(rows), table.columns.extras[rows]
    waiting = np.where(points < 0, 0, extras[:, np.newaxis] + extras)
    found = coupled(points + waiting, seed=seed)
    return _Found(
        pairs=np.column_stack([rows[found.one], rows[found.other]]),
        total=found.total,
        bound=found.bound,
        is_full=found.is_full,
    )


def _pair(table: PeerTable, rows: Whole) -> PeerPair:
    one, other = sorted(table.ids[row] for row in rows)
    return PeerPair(one=one, other=other, score=table.score(rows))


def _thirds(table: PeerTable, alone: Whole, pairs: list[Whole]) -> Iterator[Third]:
    """Yield the best pair for some of those who are alone, no pair twice."""
    left = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    for row in sorted(alone.tolist(), key=lambda row: table.ids[row])[:MOST_THIRDS]:
        points = table.points_of(row)
        one, other = points[left[:, 0]], points[left[:, 1]]
        both = np.where((one >= 0) & (other >= 0), one + other, -1)
        best = int(both.argmax()) if len(both) else 0
        if len(both) and both[best] >= 0:
            yield Third(person=table.ids[row], pair=_pair(table, left[best]), score=int(both[best]))
            left = np.delete(left, best, axis=0)
