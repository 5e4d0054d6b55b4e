"""State and profile documents: bytes under an address, each write decided on what it replaces.

Two writers of one document never pass each other. On PostgreSQL each locks the row that it read
and changes it only if it is still the one that it read; who finds no row inserts one, and the
primary key lets one of them win; whoever lost decides again on what the winner wrote. On SQLite a
writing transaction is alone from its beginning.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#22-document-resources
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha1
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lrs_bridge.errors import Malformed, Unavailable
from lrs_bridge.identity import IDENTIFIERS, ifi
from lrs_bridge.lrs.index import agent_key, digest
from lrs_bridge.lrs.spelling import parsed, written
from lrs_bridge.lrs.tables import document
from lrs_bridge.lrs.wire import read_json

_ATTEMPTS = 20  # of which each is lost only to another writer who won


class Kind(StrEnum):
    """What a document is about."""

    STATE = "state"
    ACTIVITY_PROFILE = "activity_profile"
    AGENT_PROFILE = "agent_profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What documents belong to.

    Attributes:
        registration: None is a registration of its own: what is kept without one is neither
            found nor deleted with one, nor the other way round.
    """

    kind: Kind
    activity: str | None = None
    agent: Mapping[str, Any] | None = None
    registration: UUID | None = None

    @property
    def key(self) -> bytes:
        """Return the digest that it is found by."""
        agent = None if self.agent is None else ifi(self.agent)
        registration = None if self.registration is None else str(self.registration)
        return digest(json.dumps([self.kind, self.activity, agent, registration]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is kept.

    Attributes:
        content_type: as it was sent, with its parameters.
        updated: when it was last written.
    """

    content: bytes
    content_type: str
    updated: datetime

    @property
    def etag(self) -> str:
        """Return the SHA-1 of the content, by which a reader can say which content it saw."""
        return sha1(self.content, usedforsecurity=False).hexdigest()


Decide = Callable[[Document | None], Document]
"""Returns what is to be kept instead of what is (None: nothing is), or raises an error."""


def one(session: Session, organisation_id: UUID, context: Context, id: str) -> Document | None:
    """Return the document with this id, or None if there is none."""
    row = session.execute(_selected(organisation_id, context, id)).first()
    return None if row is None else _document(row)


def ids(
    session: Session, organisation_id: UUID, context: Context, since: datetime | None = None
) -> list[tuple[str, datetime]]:
    """Return the id of each document, and when it was written, oldest first.

    Args:
        since: only of those that were written after this.
    """
    query = select(document.c.id, document.c.updated).where(_within(organisation_id, context))
    if since is not None:
        query = query.where(document.c.updated > since)
    rows = session.execute(query.order_by(document.c.updated, document.c.id))
    return [(row.id, row.updated) for row in rows]


def write(
    session: Session, organisation_id: UUID, context: Context, id: str, decide: Decide
) -> None:
    """Keep what `decide` makes of the document that is kept, and decide again if it changes.

    While it decides, nobody else changes the document, so a time that it asks for is later than
    those of writers before.

    Raises:
        Unavailable: if others were always quicker.
    """
    for _ in range(_ATTEMPTS):
        kept = _for_update(session, organisation_id, context, id)
        new = decide(kept)
        if kept is None:
            done = _inserted(session, organisation_id, context, id, new)
        else:
            done = _replaced(session, organisation_id, context, id, kept, new)
        if done:
            return
    raise Unavailable("Many write this document at the same time. Send the same again.")


def remove(
    session: Session,
    organisation_id: UUID,
    context: Context,
    id: str,
    allow: Callable[[Document | None], None],
) -> None:
    """Delete the document with this id, if there is one and `allow` does not raise.

    One that somebody makes after this has looked is another one, and stays.
    """
    kept = _for_update(session, organisation_id, context, id)
    allow(kept)
    if kept is not None:
        session.execute(delete(document).where(_exactly(organisation_id, context, id)))


def clear(session: Session, organisation_id: UUID, context: Context) -> None:
    """Delete every document of `context`."""
    rows = (
        select(document.c.key)
        .where(_within(organisation_id, context))
        .order_by(document.c.key)  # two who clear the same lock its rows in one order
        .with_for_update()
    )
    keys = session.scalars(rows).all()
    session.execute(
        delete(document).where(_within(organisation_id, context), document.c.key.in_(keys))
    )


def merged(kept: Document | None, posted: Document) -> Document:
    """Return `kept` with the members of `posted` in place of its own, one level deep.

    Raises:
        Malformed: if there is something to merge and either is not a JSON object.
    """
    if kept is None:
        if is_json(posted):
            read_json(_text(posted))
        return posted
    for each, name in ((posted, "document posted"), (kept, "stored document")):
        if not is_json(each):
            raise Malformed(f"The {name} is not application/json, so they cannot be merged.")
    members = {**_object(kept, "stored document"), **_object(posted, "document posted")}
    return Document(
        content=written(members).encode(),
        content_type=posted.content_type,
        updated=posted.updated,
    )


def is_json(it: Document) -> bool:
    """Return whether a document says that it is JSON."""
    return it.content_type.partition(";")[0].strip().lower() == "application/json"


def _object(it: Document, name: str) -> Mapping[str, Any]:
    text = _text(it)
    if not isinstance(read_json(text), dict):
        raise Malformed(f"The {name} is not a JSON object, so they cannot be merged.")
    members: Mapping[str, Any] = parsed(text)
    return members


def _text(it: Document) -> str:
    try:
        return it.content.decode()
    except UnicodeDecodeError:
        raise Malformed("The document is not UTF-8.") from None


def _within(organisation_id: UUID, context: Context) -> ColumnElement[bool]:
    return and_(document.c.organisation_id == organisation_id, document.c.context == context.key)


def _exactly(organisation_id: UUID, context: Context, id: str) -> ColumnElement[bool]:
    return and_(_within(organisation_id, context), document.c.key == digest(id))


def _selected(organisation_id: UUID, context: Context, id: str) -> Any:
    return select(document.c.content, document.c.content_type, document.c.updated).where(
        _exactly(organisation_id, context, id)
    )


def _document(row: Row[Any]) -> Document:
    return Document(content=row.content, content_type=row.content_type, updated=row.updated)


def _for_update(
    session: Session, organisation_id: UUID, context: Context, id: str
) -> Document | None:
    row = session.execute(_selected(organisation_id, context, id).with_for_update()).first()
    return None if row is None else _document(row)


def _inserted(
    session: Session, organisation_id: UUID, context: Context, id: str, new: Document
) -> bool:
    """Insert a document, and return whether there was none indeed."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(document) if is_sqlite else postgresql.insert(document)
    agent = context.agent
    values = {
        "organisation_id": organisation_id,
        "context": context.key,
        "key": digest(id),
        "kind": context.kind,
        "activity": context.activity,
        "agent": None if agent is None else _identity(agent),
        "agent_key": None if agent is None else agent_key(agent),
        "registration": context.registration,
        "id": id,
        **_columns(new),
    }
    made = insert.values(values).on_conflict_do_nothing().returning(document.c.key)
    return session.scalar(made) is not None


def _replaced(
    session: Session,
    organisation_id: UUID,
    context: Context,
    id: str,
    kept: Document,
    new: Document,
) -> bool:
    """Replace `kept`, and return whether that is what was kept indeed."""
    changed = (
        update(document)
        .where(_exactly(organisation_id, context, id), document.c.etag == kept.etag)
        .values(**_columns(new))
        .returning(document.c.key)
    )
    return session.scalar(changed) is not None


def _columns(it: Document) -> dict[str, Any]:
    return {
        "content": it.content,
        "content_type": it.content_type,
        "etag": it.etag,
        "updated": it.updated,
    }


def _identity(agent: Mapping[str, Any]) -> str:
    """Return the JSON of what identifies an agent."""
    return json.dumps({name: agent[name] for name in IDENTIFIERS if name in agent})
