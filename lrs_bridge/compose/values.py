"""The facts that a statement is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person, as the store is to know them: a pseudonym unless the tenant chose otherwise.

    It must have the form that the LMS uses in the same store, or one learner becomes two people.
    """

    home_page: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A mentoring programme; its title is in the language of the occasion."""

    id: UUID
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A course of the LMS, under the exact IRI that the LMS's own statements use."""

    iri: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module of a course, under the exact IRI that the LMS's own statements use."""

    iri: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What every statement about one event has in common.

    Attributes:
        at: when it happened; aware, and never in the future.
        tool: our public URL, without a slash at the end; activities of ours are named under it.
        language: RFC 5646 tag of the titles, and of the conversation.
        pairing_id: what the event belongs to; or, outside any pairing, participation_id.
        mentor: instructor of what the mentee did.
        revision: counts the corrections of this event's statements.
    """

    event_id: UUID
    organisation_id: UUID
    at: datetime
    tool: str
    language: str
    programme: Programme
    pairing_id: UUID | None = None
    participation_id: UUID | None = None
    mentor: Account | None = None
    course: Course | None = None
    revision: int = 0


class Role(StrEnum):
    """In which part somebody takes part."""

    MENTOR = "mentor"
    MENTEE = "mentee"


class EndReason(StrEnum):
    """Why a pairing ended."""

    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    INACTIVE = "inactive"
    REMATCHED = "rematched"
    PROGRAMME_ENDED = "programme-ended"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Which completion opened a check-in.

    Attributes:
        rule: our id of the checkpoint that matched.
        source: the reader that understood the completion: "moodle".
        activity: the IRI of what was completed.
        at: when it was completed, by the source's clock.
        statement_id: the statement that says so, when it is in the same store.
    """

    rule: UUID
    source: str
    activity: str
    at: datetime
    statement_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A number out of a range, for programmes that share ratings with the store."""

    given: float
    lowest: float
    highest: float
