"""What happens to people's identities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from plugin.foundation.events import Event
from plugin.people.rules import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKnown(Event):
    """Somebody has become known by new identifiers; the subject is the person.

    The identifiers' rows say so, by whom and when; names are not kept a second time.
    """

    kind: ClassVar[str] = "person.known"
    kept: ClassVar[bool] = False
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleMerged(Event):
    """Two people were found to be one; the subject is the one who is kept."""

    kind: ClassVar[str] = "people.merged"
    merged_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleParted(Event):
    """They were not; the subject is the one who was kept."""

    kind: ClassVar[str] = "people.parted"
    merged_id: UUID
