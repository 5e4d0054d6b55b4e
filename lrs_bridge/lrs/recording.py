"""A statement on its way into the tables: its place in the order, and what the store adds to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from lrs_bridge.lrs import links
from lrs_bridge.lrs.bulk import insert_rows
from lrs_bridge.lrs.direct import Inside
from lrs_bridge.lrs.formats import altered
from lrs_bridge.lrs.index import Key, agent_key, entry, key
from lrs_bridge.lrs.order import moment
from lrs_bridge.lrs.references import Arrival, consequences
from lrs_bridge.lrs.tables import statement
from lrs_bridge.lrs.wire import Incoming
from lrs_bridge.statement import Statement, parsed_timestamp, written_timestamp
from lrs_bridge.version import Version
from lrs_bridge.vocabulary import Verb

# What a statement without a version is (part 2, section 2.4.10; IEEE 9274.1.1, 4.2.4.3).
VERSION_IF_NONE = {Version.V1_0: "1.0.0", Version.V2_0: "2.0.0"}


@dataclass(frozen=True, slots=True)
class Authority:
    """Who vouches for statements.

    Attributes:
        actor: an agent, or the group of two that stands for an application and its user.
        text: its JSON.
        key: its index key.
    """

    actor: Mapping[str, Any]
    text: str
    key: Key

    @classmethod
    def of(cls, actor: Mapping[str, Any]) -> Authority:
        """Return an agent or group as an authority."""
        return cls(actor, json.dumps(actor, ensure_ascii=False), key_of(actor))


def key_of(authority: Mapping[str, Any]) -> Key:
    """Return the index key of an authority; a group of two has the key of its members."""
    found = agent_key(authority)
    if found is not None:
        return found
    return key(" ".join(str(agent_key(member)) for member in authority["member"]))


@dataclass(frozen=True, slots=True)
class New:
    """A statement about to be written.

    Attributes:
        text: as received.
        assigned: JSON object of what the store adds.
    """

    arrival: Arrival
    text: str
    assigned: str
    authority: Authority
    statement: Statement

    @property
    def seq(self) -> int:
        """Its place in the order."""
        return self.arrival.seq


def recorded(
    organisation_id: UUID,
    seq: int,
    id: UUID,
    one: Incoming,
    authority: Authority,
    version: Version,
    spelt: str | None = None,
) -> New:
    """Return an incoming statement at a place in the order, with what the store adds to it.

    Args:
        spelt: the same stored and authority in JSON, spelt as another store did.
    """
    payload, stored = one.payload, moment(seq)
    assigned = _assigned(payload, id, stored, version)
    timestamp = parsed_timestamp(payload["timestamp"]) if "timestamp" in payload else stored
    what = payload["object"]
    return New(
        arrival=Arrival(
            seq=seq,
            id=id,
            named=one.id is not None,
            entry=entry(organisation_id, payload, authority.actor),
            target=UUID(what["id"]) if what.get("objectType") == "StatementRef" else None,
            voiding=payload["verb"]["id"] == Verb.VOIDED,
        ),
        text=one.text,
        assigned=(spelt if len(assigned) == 1 else None) or _written(assigned, authority.text),
        authority=authority,
        statement=Statement(
            id=id,
            stored=stored,
            timestamp=timestamp,
            payload=payload,
            assigned={**assigned, "authority": authority.actor},
        ),
    )


def write(inside: Inside, organisation_id: UUID, new: Sequence[New]) -> None:
    """Write statements and what they are found by: one statement to the database per table."""
    effects = consequences(inside, organisation_id, [one.arrival for one in new])
    rows = [_row(organisation_id, one, one.seq in effects.voided) for one in new]
    insert_rows(inside, statement, rows)
    found_by = [(one.seq, one.arrival.entry) for one in new]
    links.write(inside, organisation_id, found_by, effects.reached)
    earlier = effects.voided - {one.seq for one in new}
    if earlier:
        inside.session.execute(
            update(statement)
            .where(statement.c.organisation_id == organisation_id, statement.c.seq.in_(earlier))
            .values(voided=True)
        )


def _assigned(
    payload: Mapping[str, Any], id: UUID, stored: datetime, version: Version
) -> dict[str, str]:
    """Return what the store adds, apart from the authority; plain strings all of them."""
    at = written_timestamp(stored)
    assigned = {}
    if "id" not in payload:
        assigned["id"] = str(id)
    if "timestamp" not in payload:
        assigned["timestamp"] = at
    if "version" not in payload:
        assigned["version"] = VERSION_IF_NONE[version]
    assigned["stored"] = at
    return assigned


def _written(assigned: Mapping[str, str], authority: str) -> str:
    members = "".join(f'"{name}": "{value}", ' for name, value in assigned.items())
    return f'{{{members}"authority": {authority}}}'


def _row(organisation_id: UUID, new: New, voided: bool) -> tuple[Any, ...]:
    """Return a row of the table of statements."""
    return (
        organisation_id,
        new.seq,
        new.arrival.id,
        new.statement.timestamp,
        new.authority.key,
        new.arrival.target,
        new.arrival.voiding,
        voided,
        new.text,
        altered(new.text, new.statement.payload),
        new.assigned,
    )
