"""What is to be erased, found and counted: statements that meet conditions, and documents."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.identity import ifi
from lrs_bridge.lrs import select as reading
from lrs_bridge.lrs.formats import activities_in
from lrs_bridge.lrs.index import Place, key, named
from lrs_bridge.lrs.query import StatementQuery
from lrs_bridge.lrs.select import Found
from lrs_bridge.lrs.tables import document
from lrs_bridge.statement import written_timestamp

TOGETHER = 200
"""Statements, or documents, that one transaction erases: writers wait so long."""
EVERY_PLACE = frozenset(Place)
_JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be erased: what meets every condition that is given.

    Attributes:
        ids: of single statements.
        agents: identifiers (`identity.ifi`) by which a person is known.
        places: where in a statement the person must be named.
        activity: anywhere in the statement, as for `related_activities`.
        before: of what was stored, or written, earlier than this.
    """

    ids: frozenset[UUID] = frozenset()
    agents: tuple[str, ...] = ()
    places: frozenset[Place] = EVERY_PLACE
    verb: str | None = None
    activity: str | None = None
    registration: UUID | None = None
    before: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse to want everything."""
        if not (self.ids or self.agents or self.before or self.activity or self.registration):
            raise ValueError(
                "Say what is to be erased: an agent, ids, an activity, a registration or a time."
            )

    def digest(self, secret: bytes) -> bytes:
        """Return 16 bytes by which who knows `secret` can tell that this was asked for."""
        said = [
            sorted(map(str, self.ids)),
            sorted(self.agents),
            sorted(self.places),
            self.verb,
            self.activity,
            str(self.registration),
            None if self.before is None else written_timestamp(self.before),
        ]
        text = json.dumps(said).encode()
        return hashlib.blake2b(text, key=secret[:64], digest_size=16).digest()

    def wants_documents(self) -> bool:
        """Return whether it speaks of documents: of a person's, whatever was done."""
        return bool(self.agents) and not (self.ids or self.verb) and self.places == EVERY_PLACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How much there is to erase.

    Attributes:
        places: in how many statements the person is named where; one can count in several.
        only_authority: how many name the person as authority and nowhere else.
    """

    statements: int = 0
    documents: int = 0
    only_authority: int = 0
    places: Mapping[Place, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A statement that is to be erased."""

    seq: int
    payload: Mapping[str, Any]
    authority: Mapping[str, Any]
    places: frozenset[Place]


def count(session: Session, organisation_id: UUID, wanted: Wanted) -> Counted:
    """Return how much there is that is wanted."""
    places: Counter[Place] = Counter()
    statements = only_authority = 0
    for page, _ in pages(session, organisation_id, wanted):
        for one in page:
            statements += 1
            places.update(one.places)
            only_authority += one.places == {Place.AUTHORITY}
    return Counted(
        statements=statements,
        documents=sum(1 for _ in documents(session, organisation_id, wanted)),
        only_authority=only_authority,
        places=places,
    )


def pages(
    session: Session, organisation_id: UUID, wanted: Wanted, after: int = 0
) -> Iterator[tuple[list[Meant], int | None]]:
    """Yield some of the statements that are wanted, and after what the next ones are (None: none).

    The index says which may be; what they say decides.
    """
    following: int | None = after
    while following is not None:
        if wanted.ids:
            found, following = _with_ids(session, organisation_id, wanted.ids, following)
        else:
            query = replace(_query(wanted), after=following)
            page = reading.page(
                session, organisation_id, query, voided=True, also=wanted.agents[1:]
            )
            found, following = page.found, page.after
        meant = (_meant(wanted, it) for it in found)
        yield [it for it in meant if it is not None], following


def documents(
    session: Session, organisation_id: UUID, wanted: Wanted
) -> Iterator[tuple[bytes, bytes]]:
    """Yield context and key of each document that is wanted: a person's state and profile."""
    if not wanted.wants_documents():
        return
    conditions = [
        document.c.organisation_id == organisation_id,
        document.c.agent_key.in_([key(it) for it in wanted.agents]),
    ]
    if wanted.activity is not None:
        conditions.append(document.c.activity == wanted.activity)
    if wanted.registration is not None:
        conditions.append(document.c.registration == wanted.registration)
    if wanted.before is not None:
        conditions.append(document.c.updated < wanted.before)
    columns = document.c.context, document.c.key, document.c.agent
    for row in session.execute(select(*columns).where(*conditions)):
        if ifi(json.loads(row.agent)) in wanted.agents:
            yield row.context, row.key


def _query(wanted: Wanted) -> StatementQuery:
    return StatementQuery(
        agent=next(iter(wanted.agents), None),
        related_agents=True,
        verb=wanted.verb,
        activity=wanted.activity,
        related_activities=True,
        registration=wanted.registration,
        until=None if wanted.before is None else wanted.before - _JUST_BEFORE,
        limit=TOGETHER,
        ascending=True,
    )


def _with_ids(
    session: Session, organisation_id: UUID, ids: frozenset[UUID], first: int
) -> tuple[list[Found], int | None]:
    """Return those of the statements with `ids` that there are, some from the `first` on."""
    some = sorted(ids)[first : first + TOGETHER]
    found = reading.several(session, organisation_id, some)
    return found, first + TOGETHER if first + TOGETHER < len(ids) else None


def _meant(wanted: Wanted, one: Found) -> Meant | None:
    """Return a statement if it is wanted indeed, and was not only found through another."""
    payload, authority = json.loads(one.text), json.loads(one.assigned)["authority"]
    who = named(payload, authority)
    places = frozenset(place for place in Place if who[place].intersection(wanted.agents))
    registration = payload.get("context", {}).get("registration")
    if (
        (wanted.agents and not places & wanted.places)
        or wanted.verb not in (None, payload["verb"]["id"])
        or (wanted.activity is not None and wanted.activity not in activities_in(payload))
        or (wanted.registration is not None and not _is(registration, wanted.registration))
        or (wanted.before is not None and one.stored >= wanted.before)
    ):
        return None
    return Meant(seq=one.seq, payload=payload, authority=authority, places=places)


def _is(text: str | None, id: UUID) -> bool:
    return text is not None and UUID(text) == id
