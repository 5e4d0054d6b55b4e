"""What the pages of this room stand on: the record store, and the audit of who looks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import structlog
from flask import current_app

from lrs_bridge.lrs.attachments.contents import Contents
from lrs_bridge.lrs.store import OnStored
from plugin.foundation.events import Event, happened
from plugin.foundation.web import tool, visit
from plugin.statements.events import StatementLooked, StatementsLooked

log = structlog.get_logger()

KEY = "mentes.statements"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStore:
    """The embedded store, as far as it is more than tables.

    Attributes:
        home_page: the system that its credentials are accounts of.
        contents: where large attachments are kept, if not in the database.
        on_stored: told of new statements in the transaction that stores them.
    """

    home_page: str
    contents: Contents | None
    on_stored: OnStored


def record_store() -> RecordStore:
    """Return the store that this process serves."""
    found: RecordStore = current_app.extensions[KEY]
    return found


def looked_at_list(by: tuple[str, ...]) -> None:
    """Note that a list of statements is looked at, and by what kinds of things it is searched."""
    _note(
        StatementsLooked(
            at=tool().clock(),
            subject_id=visit().launch_id,
            actor_id=visit().person_id,
            by=" ".join(by),
        )
    )


def looked_at(statement_id: UUID, at_what: str) -> None:
    """Note that a statement is looked at: its "page", it "raw", or an "attachment"."""
    _note(
        StatementLooked(
            at=tool().clock(),
            subject_id=statement_id,
            actor_id=visit().person_id,
            at_what=at_what,
        )
    )


def _note(event: Event) -> None:
    """Write down that somebody looks, before they do: who cannot be noted sees nothing."""
    with tool().database.transaction(visit().organisation_id) as session:
        happened(session, event)
    log.info(event.kind, launch_id=str(visit().launch_id), kind=getattr(event, "by", None))
