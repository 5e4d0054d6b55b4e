"""The facts that a statement is made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person by what a system calls them: a pseudonym where that is a number."""

    home_page: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A person by their mail address, without "mailto:"."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxDigest:
    """A person by a digest of their mail address, in hexadecimal."""

    sha1sum: str

    @classmethod
    def of(cls, address: str) -> MailboxDigest:
        """Return the digest as the specification has it: of the mailto IRI."""
        return cls(sha1sum=_sha1(f"mailto:{address}"))

    @classmethod
    def of_bare(cls, address: str) -> MailboxDigest:
        """Return the digest of the address alone, as Open edX writes it."""
        return cls(sha1sum=_sha1(address))


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


Actor = Account | Mailbox | MailboxDigest
"""A person, as the store is to know them: a pseudonymous account unless the tenant chose otherwise.

It must have the form that the LMS uses in the same store, or one learner becomes two people.
"""


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
class Goal:
    """What a mentee wants to reach, which competency it serves, and by when."""

    id: UUID
    competency: Competency | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Competency:
    """A skill, under an IRI that names it everywhere."""

    iri: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something to read or watch that one of the two showed the other."""

    iri: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What every statement about one event has in common.

    Attributes:
        at: when it happened; aware, and never in the future.
        tool: our public URL, without a slash at the end; activities of ours are named under it.
        language: RFC 5646 tag of the titles, and of the conversation.
        pairing_id: what the event belongs to; or circle_id; or, outside both, participation_id.
        mentor: instructor of what the mentee did; in a circle, who leads it.
        revision: counts the corrections of this event's statements.
        mailboxes: whether people may be named by mail addresses, or digests of them.
    """

    event_id: UUID
    organisation_id: UUID
    at: datetime
    tool: str
    language: str
    programme: Programme
    pairing_id: UUID | None = None
    circle_id: UUID | None = None
    participation_id: UUID | None = None
    mentor: Actor | None = None
    course: Course | None = None
    revision: int = 0
    mailboxes: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A completion that no statement has told of: by Canvas, a gradebook, a list.

    Attributes:
        source: the reader that understood it: "canvas", "csv".
        event_id: what the source calls the event, so that telling it twice is telling it once.
        at: when it was completed, by the source's clock; aware.
        platform: what the LMS is called, if that is known.
    """

    organisation_id: UUID
    source: str
    event_id: str
    at: datetime
    tool: str
    language: str
    platform: str | None = None
    mailboxes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """That something told before was not so.

    Attributes:
        at: when it was corrected; aware.
        why: in a few fixed words, never what somebody wrote.
    """

    organisation_id: UUID
    at: datetime
    tool: str
    why: str
