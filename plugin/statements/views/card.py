"""One statement as a card that people can read. What is cut there, the raw statement has whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lrs_bridge.lrs.select import Found
from lrs_bridge.statement import parsed_timestamp
from lrs_bridge.vocabulary import Verb
from plugin.foundation.i18n import Words
from plugin.statements.views import saying
from plugin.statements.views.parts import Attached, Part, Reading
from plugin.statements.views.saying import Json, Known

RAW = 16 * 1024  # characters of the raw statement that the page itself shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A statement.

    Attributes:
        at: when it happened, as its sender says.
        target: the statement that its object refers to.
        raw: its JSON as served, or the beginning of it; `raw_is_whole` says which.
        is_cut: whether anything else was too long to show.
    """

    id: UUID
    who: str
    verb: str
    what: str
    at: datetime
    stored: datetime
    version: str
    voided: bool
    voids: bool
    target: UUID | None
    parts: list[Part]
    attached: list[Attached]
    raw: str
    raw_is_whole: bool
    is_cut: bool


def card(
    found: Found,
    text: str,
    statement: Json,
    known: Known,
    digests: Collection[str],
    words: Words,
) -> Card:
    """Return a statement as a card.

    Args:
        text: the JSON of it, as served.
        statement: the same, parsed.
        known: canonical definitions of its activities.
        digests: of the content that came with it.
    """
    reading = Reading(known, words)
    parts = reading.statement(statement)
    attached = reading.attachments(statement, digests)
    what = statement["object"]
    refers = what.get("objectType") == "StatementRef"
    return Card(
        id=UUID(statement["id"]),
        who=saying.actor_name(statement["actor"], words),
        verb=saying.verb_name(statement["verb"], words),
        what=saying.object_name(what, known, words),
        at=parsed_timestamp(statement["timestamp"]),
        stored=found.stored,
        version=str(statement.get("version", "")),
        voided=found.voided,
        voids=refers and statement["verb"]["id"] == Verb.VOIDED,
        target=UUID(what["id"]) if refers else None,
        parts=[part for part in parts if part.lines],
        attached=attached,
        raw=text[:RAW],
        raw_is_whole=len(text) <= RAW,
        is_cut=reading.is_cut,
    )
