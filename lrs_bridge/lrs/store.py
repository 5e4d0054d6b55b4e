"""Writing: decide what is new, and store it with everything that it can be found by.

Writers of one organisation take turns. SQLite has one writer anyway; on PostgreSQL a transaction
lock per organisation gives the same. So `seq`, and with it `stored`, rises in the order in which
statements become visible, a reader who follows either misses nothing, and two statements that
refer to each other cannot pass unseen. On PostgreSQL the transaction must be READ COMMITTED (its
default), and one that also locks other rows should store its statements first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert as insert_into
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lrs_bridge.errors import BatchInvalid, StatementConflict
from lrs_bridge.lrs import activities, attachments, links
from lrs_bridge.lrs.attachments import Kept
from lrs_bridge.lrs.consistency import newest, take_turn
from lrs_bridge.lrs.formats import altered
from lrs_bridge.lrs.index import Key, agent_key, key, statement_keys
from lrs_bridge.lrs.order import moment, place
from lrs_bridge.lrs.references import Arrival, consequences
from lrs_bridge.lrs.tables import statement
from lrs_bridge.lrs.wire import Incoming
from lrs_bridge.statement import Statement, equivalent, parsed_timestamp, written_timestamp
from lrs_bridge.version import Version
from lrs_bridge.vocabulary import Verb

Clock = Callable[[], datetime]
OnStored = Callable[[Session, UUID, Sequence[Statement]], None]

# What a statement without a version is (part 2, section 2.4.10; IEEE 9274.1.1, 4.2.4.2).
VERSION_IF_NONE = {Version.V1_0: "1.0.0", Version.V2_0: "2.0.0"}


def ignored(_session: Session, _organisation_id: UUID, _statements: Sequence[Statement]) -> None:
    """Do nothing about statements that were stored."""


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

    A statement that is stored already, or one equivalent to it, is not stored again.

    Args:
        authority: the agent or group that vouches for the statements; replaces theirs.
        clock: asked once the writer's turn has come, so that `stored` follows that order.
        version: of the standard, whose rules hold.
        attached: content that came with the statements.
        defines: whether what they say of activities counts for all.
        on_stored: told in the same transaction of those that are new, in order, if any are.

    Raises:
        BatchInvalid: if two of `statements` have one id.
        StatementConflict: if another statement has one of the ids.
    """
    ids = [one.id or uuid4() for one in statements]
    if len(set(ids)) != len(ids):
        raise BatchInvalid("Two statements of the batch have the same id.")
    take_turn(session, organisation_id)
    held = _held(session, organisation_id, [one.id for one in statements if one.id])
    fresh = []
    for id, one in zip(ids, statements, strict=True):
        if id not in held:
            fresh.append((id, one))
        elif not equivalent(json.loads(held[id]), one.payload, version):
            raise StatementConflict(f"The id {id} is taken by another statement.")
    if fresh:
        new = _numbered(session, organisation_id, fresh, authority, clock, version)
        _write(session, organisation_id, new, key_of(authority))
        if defines:
            said = (one.statement.payload for one in new)
            activities.define(session, organisation_id, said, new[0].statement.stored)
        if attached:
            came_with = [(one.seq, one.statement.payload) for one in new]
            attachments.link(session, organisation_id, came_with, attached)
        on_stored(session, organisation_id, [one.statement for one in new])
    return ids


def key_of(authority: Mapping[str, Any]) -> int:
    """Return the index key of an authority; a group of two has the key of its members."""
    found = agent_key(authority)
    if found is not None:
        return found
    return key(" ".join(str(agent_key(member)) for member in authority["member"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    """A statement about to be written."""

    seq: int
    text: str
    named: bool
    keys: frozenset[Key]
    statement: Statement

    @property
    def arrival(self) -> Arrival:
        value = self.statement.payload["object"]
        refers = value.get("objectType") == "StatementRef"
        return Arrival(
            seq=self.seq,
            id=self.statement.id,
            named=self.named,
            keys=self.keys,
            target=UUID(value["id"]) if refers else None,
            voiding=self.statement.payload["verb"]["id"] == Verb.VOIDED,
        )


def _held(session: Session, organisation_id: UUID, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the payloads of those of `ids` that are stored."""
    if not ids:
        return {}
    rows = session.execute(
        select(statement.c.id, statement.c.payload).where(
            statement.c.organisation_id == organisation_id, statement.c.id.in_(ids)
        )
    )
    return {row.id: row.payload for row in rows}


def _numbered(
    session: Session,
    organisation_id: UUID,
    fresh: Sequence[tuple[UUID, Incoming]],
    authority: Mapping[str, Any],
    clock: Clock,
    version: Version,
) -> list[_New]:
    """Give each statement the next place in the order, and what an LRS assigns."""
    last = newest(session, organisation_id)
    first = max(place(clock().astimezone(UTC)), last + 1)
    return [
        _New(
            seq=seq,
            text=one.text,
            named=one.id is not None,
            keys=statement_keys(organisation_id, one.payload, authority),
            statement=_assigned(id, one.payload, moment(seq), authority, version),
        )
        for seq, (id, one) in enumerate(fresh, start=first)
    ]


def _assigned(
    id: UUID,
    payload: Mapping[str, Any],
    stored: datetime,
    authority: Mapping[str, Any],
    version: Version,
) -> Statement:
    assigned: dict[str, Any] = {}
    if "id" not in payload:
        assigned["id"] = str(id)
    if "timestamp" not in payload:
        assigned["timestamp"] = written_timestamp(stored)
    if "version" not in payload:
        assigned["version"] = VERSION_IF_NONE[version]
    assigned["stored"] = written_timestamp(stored)
    assigned["authority"] = authority
    timestamp = parsed_timestamp(payload["timestamp"]) if "timestamp" in payload else stored
    return Statement(id=id, stored=stored, timestamp=timestamp, payload=payload, assigned=assigned)


def _write(session: Session, organisation_id: UUID, new: Sequence[_New], authority: int) -> None:
    """Write statements and their index rows: one statement to the database per table."""
    arrivals = [one.arrival for one in new]
    effects = consequences(session, organisation_id, arrivals)
    session.execute(
        insert_into(statement),
        [
            _row(organisation_id, one, arrival, authority, arrival.seq in effects.voided)
            for one, arrival in zip(new, arrivals, strict=True)
        ],
    )
    links.write(session, organisation_id, [(one.seq, one.keys) for one in new], effects.reached)
    earlier = effects.voided - {one.seq for one in new}
    if earlier:
        session.execute(
            update(statement)
            .where(statement.c.organisation_id == organisation_id, statement.c.seq.in_(earlier))
            .values(voided=True)
        )


def _row(
    organisation_id: UUID, new: _New, arrival: Arrival, authority: int, voided: bool
) -> dict[str, Any]:
    return {
        "organisation_id": organisation_id,
        "seq": new.seq,
        "id": new.statement.id,
        "timestamp": new.statement.timestamp,
        "authority": authority,
        "target": arrival.target,
        "voiding": arrival.voiding,
        "voided": voided,
        "payload": new.text,
        "served": altered(new.text, new.statement.payload),
        "assigned": json.dumps(new.statement.assigned, ensure_ascii=False),
    }
