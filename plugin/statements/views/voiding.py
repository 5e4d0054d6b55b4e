"""Who voided a statement, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lrs_bridge.vocabulary import Extension
from plugin.foundation.i18n import Words
from plugin.statements.views.saying import Json, actor_name, cut

LONGEST_REASON = 2000  # characters; other tools than ours may have voided it, and said much


@dataclass(frozen=True, slots=True, kw_only=True)
class Voiding:
    """A voiding statement.

    Attributes:
        reason: as we write it; empty if another tool voided, which has no common place for one.
    """

    id: UUID
    by: str
    at: datetime
    reason: str


def voiding(statement: Json, stored: datetime, words: Words) -> Voiding:
    """Return what a voiding statement says."""
    extensions = statement.get("context", {}).get("extensions", {})
    reason = extensions.get(Extension.VOID_REASON, "")
    return Voiding(
        id=UUID(statement["id"]),
        by=actor_name(statement["actor"], words),
        at=stored,
        reason=cut(reason, LONGEST_REASON) if isinstance(reason, str) else "",
    )
