"""Why some have no mentor: for all of them what `explaining.why_unmatched` says of one."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import numpy as np

from plugin.matching.engine.columns import Columns
from plugin.matching.engine.grid import Scatter, row_blocks
from plugin.matching.engine.results import RuledOut, Unmatched, WhyNot
from plugin.matching.engine.roster import Flags, Whole


def unmatched(columns: Columns, mentees: Whole, load: Whole, mutual: Scatter) -> list[Unmatched]:
    """Return why each of some mentees has no mentor.

    Args:
        load: how many mentees each mentor has.
        mutual: pairs that cannot be because they are pairs the other way round.
    """
    takers = np.flatnonzero(columns.roster.capacity > 0)
    free = load[takers] < columns.roster.capacity[takers]
    found: list[Unmatched] = []
    for part in row_blocks((len(mentees), len(takers))):
        found += _reasons(columns, mentees[part], takers, free, mutual)
    return found


def _reasons(
    columns: Columns, mentees: Whole, takers: Whole, free: Flags, mutual: Scatter
) -> Iterator[Unmatched]:
    ids = columns.roster.mentees.ids
    counts: dict[int | None, Whole] = {}
    excluded = np.zeros((len(mentees), len(takers)), dtype=bool)
    for rule, against in columns.verdicts(mentees, takers):
        shown = against if rule is not None else against & ~excluded
        counts[rule] = shown.sum(axis=1)
        excluded |= against
    left = len(takers) - excluded.sum(axis=1)
    shape = len(ids), len(columns.roster.mentors.ids)
    other_way = mutual.taken(mentees, takers, shape)
    excluded[other_way.rows, other_way.columns] = True
    places: Flags = np.any(free & ~excluded, axis=1)
    for row, mentee in enumerate(mentees):
        yield Unmatched(
            mentee=ids[mentee],
            why=_why(len(takers), int(left[row]), place=bool(places[row])),
            ruled_out=_ranked({rule: int(each[row]) for rule, each in counts.items()}),
        )


def _why(takers: int, left: int, *, place: bool) -> WhyNot:
    if not takers:
        return WhyNot.NO_MENTORS
    if not left:
        return WhyNot.RULED_OUT
    return WhyNot.BELOW_FLOOR if place else WhyNot.PLACES_TAKEN


def _ranked(counts: dict[int | None, int]) -> tuple[RuledOut, ...]:
    """Return who excludes anybody, most first, what is not said last among equals."""
    found = [RuledOut(rule=rule, mentors=count) for rule, count in counts.items() if count]
    return tuple(
        sorted(found, key=lambda each: (-each.mentors, inf if each.rule is None else each.rule))
    )
