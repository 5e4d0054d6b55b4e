"""Writing: decide what is new, and store it with everything that it can be found by.

Writers of one organisation take turns. SQLite has one writer anyway; on PostgreSQL a transaction
lock per organisation gives the same. So `seq`, and with it `stored`, rises in the order in which
statements become visible, a reader who follows either misses nothing, and two statements that
refer to each other cannot pass unseen. On PostgreSQL the transaction must be READ COMMITTED (its
default), and one that also locks other rows should store its statements first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import null
from sqlalchemy.orm import Session

from lrs_bridge.errors import BatchInvalid, Forbidden, OutOfOrder, StatementConflict, XapiError
from lrs_bridge.lrs import activities
from lrs_bridge.lrs.attachments import received as attachments
from lrs_bridge.lrs.attachments.received import Kept
from lrs_bridge.lrs.bulk import with_ids
from lrs_bridge.lrs.consistency import newest, take_turn
from lrs_bridge.lrs.direct import Driver, Inside
from lrs_bridge.lrs.order import moment, place
from lrs_bridge.lrs.recording import Authority, New, key_of, recorded, write
from lrs_bridge.lrs.tables import statement, tombstone
from lrs_bridge.lrs.wire import Incoming
from lrs_bridge.statement import Statement, equivalent
from lrs_bridge.version import Version
from lrs_bridge.vocabulary import Verb

__all__ = [
    "Clock",
    "Delivery",
    "OnStored",
    "Stored",
    "ignored",
    "insert",
    "insert_all",
    "key_of",
]

Clock = Callable[[], datetime]
OnStored = Callable[[Session, UUID, Sequence[Statement]], None]


def ignored(_session: Session, _organisation_id: UUID, _statements: Sequence[Statement]) -> None:
    """Do nothing about statements that were stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one sender brings at one time; all of it is stored, or none.

    Attributes:
        authority: the agent or group that vouches for the statements; replaces theirs.
        version: of the standard, whose rules hold.
        attached: content that came with the statements.
        defines: whether what they say of activities counts for all.
        voids_others: whether they may void what somebody else vouches for.
        stored: when another store took its one statement in, if that is to be kept.
        assigned: the JSON object of what that store added, if it is to be spelt as it was.
    """

    statements: Sequence[Incoming]
    authority: Mapping[str, Any]
    version: Version = Version.V1_0
    attached: Sequence[Kept] = ()
    defines: bool = True
    voids_others: bool = True
    stored: datetime | None = None
    assigned: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of a delivery.

    Attributes:
        ids: of its statements, in their order.
        through: up to when a reader sees everything, once this is committed.
    """

    ids: list[UUID]
    through: datetime


Outcome = Stored | XapiError


def insert(
    session: Session,
    organisation_id: UUID,
    statements: Sequence[Incoming],
    *,
    authority: Mapping[str, Any],
    clock: Clock,
    version: Version = Version.V1_0,
    attached: Sequence[Kept] = (),
    defines: bool = True,
    on_stored: OnStored = ignored,
) -> list[UUID]:
    """Store `statements`, all or none, and return their ids in order.

    Raises:
        BatchInvalid: if two of `statements` have one id.
        StatementConflict: if another statement has one of the ids.
    """
    delivery = Delivery(
        statements=statements,
        authority=authority,
        version=version,
        attached=attached,
        defines=defines,
    )
    (outcome,) = insert_all(session, organisation_id, [delivery], clock=clock, on_stored=on_stored)
    if isinstance(outcome, XapiError):
        raise outcome
    return outcome.ids


def insert_all(
    session: Session,
    organisation_id: UUID,
    deliveries: Sequence[Delivery],
    *,
    clock: Clock,
    on_stored: OnStored = ignored,
) -> list[Outcome]:
    """Store each of `deliveries`, in their order, and return what became of it.

    A statement that is stored already, or one equivalent to it, is not stored again, and neither is
    one that was erased. A delivery that cannot be stored leaves the others alone.

    Args:
        clock: asked once the writer's turn has come, so that `stored` follows that order.
        on_stored: told in the same transaction of those that are new, in order, if any are.
    """
    inside = Inside(session)
    take_turn(inside, organisation_id)
    taken = _Taken(inside, organisation_id, deliveries)
    last, now = newest(inside, organisation_id), place(clock().astimezone(UTC))
    outcomes: list[Outcome] = []
    several: list[tuple[Delivery, list[New]]] = []
    for delivery in deliveries:
        try:
            ids, fresh = taken.by(delivery)
            first = _next(delivery, last, now) if fresh else last
        except (BatchInvalid, StatementConflict, OutOfOrder, Forbidden) as refusal:
            outcomes.append(refusal)
            continue
        if fresh:
            several.append((delivery, _numbered(organisation_id, first, fresh, delivery)))
            last = first + len(fresh) - 1
        outcomes.append(Stored(ids=ids, through=moment(last)))
    if several:
        _write(inside, organisation_id, several)
        stored = [one.statement for _, new in several for one in new]
        on_stored(session, organisation_id, stored)
    return outcomes


class _Taken:
    """The ids that are taken: by what is stored, and by what is about to be."""

    def __init__(
        self, driver: Driver, organisation_id: UUID, deliveries: Iterable[Delivery]
    ) -> None:
        named = [one.id for delivery in deliveries for one in delivery.statements if one.id]
        self._payloads: dict[UUID, str | Mapping[str, Any] | None] = {
            row.id: row.payload for row in _known(driver, organisation_id, named)
        }
        targets = [
            target
            for delivery in deliveries
            if not delivery.voids_others
            for target in _voided_by(delivery.statements)
        ]
        self._vouched = {row.id: row.authority for row in _whose(driver, organisation_id, targets)}

    def by(self, delivery: Delivery) -> tuple[list[UUID], list[tuple[UUID, Incoming]]]:
        """Take the ids of a delivery. Return all of them, and what is new of it.

        Raises:
            BatchInvalid: if two of its statements have one id.
            StatementConflict: if another statement has one of the ids.
            Forbidden: if it voids what it must not.
        """
        ids = [one.id or uuid4() for one in delivery.statements]
        if len(set(ids)) != len(ids):
            raise BatchInvalid("Two statements of the batch have the same id.")
        fresh = []
        for id, one in zip(ids, delivery.statements, strict=True):
            kept = self._payloads.get(id)
            if id not in self._payloads:
                fresh.append((id, one))
            elif kept is not None and not equivalent(_parsed(kept), one.payload, delivery.version):
                raise StatementConflict(f"The id {id} is taken by another statement.")
        if not delivery.voids_others:
            self._check_voiding(delivery, fresh)
        self._payloads.update((id, one.payload) for id, one in fresh)
        return ids, fresh

    def _check_voiding(self, delivery: Delivery, fresh: Iterable[tuple[UUID, Incoming]]) -> None:
        """Raise `Forbidden` if new statements void what the sender does not vouch for.

        What is not there yet may become somebody else's, so it must be there, or come with them.
        """
        authority = key_of(delivery.authority)
        self._vouched.update((id, authority) for id, _ in fresh)
        for target in _voided_by(one for _, one in fresh):
            if self._vouched.get(target) != authority:
                raise Forbidden(
                    "The credential may void only what it has stored itself, and that has no"
                    f" statement with the id {target}."
                )


def _voided_by(several: Iterable[Incoming]) -> Iterator[UUID]:
    """Yield the ids of what statements void."""
    for one in several:
        if one.payload["verb"]["id"] == Verb.VOIDED:
            yield UUID(one.payload["object"]["id"])


def _parsed(payload: str | Mapping[str, Any]) -> Mapping[str, Any]:
    return json.loads(payload) if isinstance(payload, str) else payload


# An erased statement has no payload any more. Whoever sends it again is answered as if it were
# stored, which it was: see docs/adr/0013.
_known = with_ids(
    (statement.c.id, statement.c.payload),
    statement.c.id,
    ((tombstone.c.id, null().label("payload")), tombstone.c.id),
)


_whose = with_ids((statement.c.id, statement.c.authority), statement.c.id)


def _next(delivery: Delivery, last: int, now: int) -> int:
    """Return the place of the first statement of a delivery after the one at `last`.

    What was stored elsewhere keeps its time if that is later than every other's. Stores that know
    milliseconds give many statements one time; each then comes a microsecond after the one before.

    Raises:
        OutOfOrder: if its time is too early, or has not come yet.
    """
    if delivery.stored is None:
        return max(now, last + 1)
    kept = place(delivery.stored)
    if kept > now:
        raise OutOfOrder("Its stored is in the future.")
    if kept <= last - _TIE:
        raise OutOfOrder(
            "Its stored is before that of statements which the store has already; readers who"
            " have come so far would never see it."
        )
    return max(kept, last + 1)


_TIE = 1_000_000  # microseconds by which statements of one time may have moved apart


def _numbered(
    organisation_id: UUID, first: int, fresh: Sequence[tuple[UUID, Incoming]], delivery: Delivery
) -> list[New]:
    """Give each statement the next place in the order, and what an LRS assigns."""
    authority = Authority.of(delivery.authority)
    spelt = delivery.assigned if delivery.stored == moment(first) else None
    return [
        recorded(organisation_id, seq, id, one, authority, delivery.version, spelt)
        for seq, (id, one) in enumerate(fresh, start=first)
    ]


def _write(
    inside: Inside, organisation_id: UUID, several: Sequence[tuple[Delivery, list[New]]]
) -> None:
    """Write what is new of deliveries, and what it tells of activities and attachments."""
    write(inside, organisation_id, [one for _, new in several for one in new])
    said = [one.statement.payload for delivery, new in several for one in new if delivery.defines]
    if said:
        activities.define(inside.session, organisation_id, said, several[0][1][0].statement.stored)
    for delivery, new in several:
        if delivery.attached:
            came_with = [(one.seq, one.statement.payload) for one in new]
            attachments.link(inside.session, organisation_id, came_with, delivery.attached)
