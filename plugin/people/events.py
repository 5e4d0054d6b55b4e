"""What happens to people's identities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKnown(Event):
    """Somebody has become known by new identifiers; the subject is the person."""

    kind: ClassVar[str] = "person.known"
    digests: tuple[str, ...]
    """Of the identifiers (`identifiers.digest`): mail addresses are not kept a second time."""


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
