"""Who refers to whom in the whole store, and what each statement must reach because of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from lrs_bridge.lrs.references import STEPS, WAITING
from lrs_bridge.lrs.tables import reach, statement, tombstone

Place = tuple[UUID, int]
"""A statement: its organisation and its place in the order."""


class References:
    """Who refers to whom. A statement refers to one other at most."""

    def __init__(self, session: Session) -> None:
        outer, target = statement.alias(), statement.alias()
        same = and_(
            outer.c.organisation_id == target.c.organisation_id, outer.c.target == target.c.id
        )
        is_followed = exists().where(
            reach.c.organisation_id == outer.c.organisation_id,
            reach.c.seq == outer.c.seq,
            reach.c.via == target.c.seq,
        )
        rows = session.execute(
            select(
                outer.c.organisation_id,
                outer.c.seq,
                outer.c.voiding,
                target.c.seq.label("via"),
                target.c.voiding.label("is_voiding"),
                is_followed.label("is_followed"),
            )
            .select_from(outer)
            .join(target, same)
        )
        self._targets: dict[Place, Place] = {}
        self._voiding: set[Place] = set()
        self._left: defaultdict[Place, set[Place]] = defaultdict(set)
        """By statement those that refer to it and do not reach it."""
        for row in rows:
            place, via = (row.organisation_id, row.seq), (row.organisation_id, row.via)
            self._targets[place] = via
            if not row.is_followed and place != via:
                self._left[via].add(place)
            if row.voiding:
                self._voiding.add(place)
            if row.is_voiding:  # whatever it voids may not have come
                self._voiding.add(via)
        self._erased_from = set(session.scalars(select(tombstone.c.organisation_id).distinct()))

    def voided(self) -> set[Place]:
        """Return the statements that a voiding one names; voiding ones cannot be voided."""
        return {
            target
            for outer, target in self._targets.items()
            if outer in self._voiding and target not in self._voiding
        }

    def reached(self) -> Iterator[tuple[UUID, int, int]]:
        """Yield organisation, seq and via for all that each statement must reach.

        Where a reference is not followed, nothing beyond it is; whether it should be is looked
        into by `faults`.
        """
        for place in self._targets:
            for via in islice(self._chain(place), STEPS):
                yield (*place, via[1])

    def faults(self) -> Iterator[str]:
        """Yield a sentence where references are not followed that must be.

        Those may be left that came before their target, if too many led to it when it came. How
        many that were cannot be told where statements have been erased since.
        """
        if not self._left:
            return
        referring: defaultdict[Place, list[Place]] = defaultdict(list)
        for outer, target in self._targets.items():
            referring[target].append(outer)
        wrong = 0
        for target, left in self._left.items():
            before = {it for it in referring[target] if it < target}
            may_be = left == before and (
                target[0] in self._erased_from or self._leading(target, before, referring) > WAITING
            )
            wrong += 0 if may_be else len(left)
        if wrong:
            yield f"{wrong} statements are not found by what the ones say that they refer to."

    def _chain(self, place: Place) -> Iterator[Place]:
        seen = {place}
        at = place
        while (target := self._targets.get(at)) is not None and target not in seen:
            if at in self._left.get(target, ()):
                return
            yield target
            seen.add(target)
            at = target

    def _leading(
        self, target: Place, direct: set[Place], referring: dict[Place, list[Place]]
    ) -> int:
        """Return how many led to a statement when it came, those at its door included."""
        found, frontier = len(direct), direct
        for _ in range(STEPS):
            frontier = {
                outer
                for at in frontier
                for outer in referring.get(at, ())
                if outer < target and outer not in self._left.get(at, ())
            }
            found += len(frontier)
        return found
