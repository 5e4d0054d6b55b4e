"""One line of the list of statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lrs_bridge.lrs.select import Found
from lrs_bridge.statement import parsed_timestamp
from lrs_bridge.vocabulary import Verb
from plugin.foundation.i18n import Words
from plugin.statements.views.saying import (
    Json,
    Known,
    actor_name,
    identifier,
    object_name,
    results,
    verb_name,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A statement as the list shows it.

    Attributes:
        at: when it happened, as its sender says.
        note: what identifies the actor, where that is not their name.
        result: what came of it, in words; may be empty.
        voids: whether it voids another.
    """

    id: UUID
    at: datetime
    who: str
    note: str
    verb: str
    what: str
    result: str
    voided: bool
    voids: bool


def row(found: Found, statement: Json, known: Known, words: Words) -> Row:
    """Return the line of a statement.

    Args:
        statement: `found`, parsed.
    """
    actor = statement["actor"]
    name, note = actor_name(actor, words), identifier(actor)
    return Row(
        id=UUID(statement["id"]),
        at=parsed_timestamp(statement["timestamp"]),
        who=name,
        note=note if note != name else "",
        verb=verb_name(statement["verb"], words),
        what=object_name(statement["object"], known, words),
        result=", ".join(results(statement.get("result", {}), words)),
        voided=found.voided,
        voids=statement["verb"]["id"] == Verb.VOIDED,
    )
