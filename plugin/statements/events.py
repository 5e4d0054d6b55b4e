"""What happens around statements that are looked at: who looked is kept as long as the events are.

Neither what was searched for nor what was found is written down: an audit of looking at people
must not become another list of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementsLooked(Event):
    """An admin looked at a list of statements; the subject is their launch."""

    kind: ClassVar[str] = "statements.looked"
    by: str
    """The kinds of what was searched by: "person since"; empty: everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLooked(Event):
    """An admin looked at one statement; it is the subject."""

    kind: ClassVar[str] = "statement.looked"
    at_what: str
    """"page", "raw" or "attachment"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementVoided(Event):
    """An admin voided a statement; it is the subject. The reason is in the voiding statement."""

    kind: ClassVar[str] = "statement.voided"
    voiding_id: UUID
