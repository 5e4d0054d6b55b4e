"""Tables of what is not assigned yet, and of what people assigned."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned


class What(StrEnum):
    """What is not known."""

    PERSON = "person"
    COURSE = "course"


class Unassigned(Owned):
    """Somebody, or a course, that completions name and we do not know. Gone once it is known."""

    __tablename__ = "unassigned"
    __table_args__ = (
        UniqueConstraint("organisation_id", "what", "digest"),
        Index("ix_unassigned_since", "organisation_id", "what", "since", "id"),
    )

    what: Mapped[str]
    digest: Mapped[str]
    """`CompletionRow.person_digest`, or `course_digest`: how what waits for it is found."""
    keys: Mapped[list[list[str]]]
    """[scheme, home, value] each, of a person; empty for a course."""
    iri: Mapped[str | None]
    """Of a course; or of a module, if its source does not say of which course."""
    name: Mapped[str | None]
    """What the source calls the course."""
    sought: Mapped[str]
    """What it is searched by, in lower case."""
    source: Mapped[str]
    since: Mapped[datetime]


class UnassignedKey(Owned):
    """What would tell who somebody is, were it known: the digest of an identifier."""

    __tablename__ = "unassigned_key"
    __table_args__ = (
        UniqueConstraint("organisation_id", "digest", "unassigned_id"),
        Index("ix_unassigned_key_unassigned_id", "unassigned_id"),
    )

    unassigned_id: Mapped[UUID] = mapped_column(ForeignKey("unassigned.id", ondelete="CASCADE"))
    digest: Mapped[str]


class Binding(Owned):
    """That somebody said who a person is, or which course it is; it can be undone."""

    __tablename__ = "binding"
    __table_args__ = (Index("ix_binding_newest", "organisation_id", "made_at"),)

    what: Mapped[str]
    digest: Mapped[str]
    keys: Mapped[list[list[str]]]
    iri: Mapped[str | None]
    name: Mapped[str | None]
    source: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("course.id"))
    added: Mapped[list[str]]
    """Ids of the identifiers that it made."""
    set_aside: Mapped[list[str]]
    """Ids of the identifiers of others that it set aside."""
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """None: by command."""
    made_at: Mapped[datetime]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]
    # How far undoing it has come, of completions in the order in which they happened.
    undo_total: Mapped[int] = mapped_column(default=0)
    undo_done: Mapped[int] = mapped_column(default=0)
    undo_at: Mapped[datetime | None]
    undo_id: Mapped[UUID | None]
    """The last completion that was looked at: when it happened, and its id."""
    undo_ended_at: Mapped[datetime | None]
