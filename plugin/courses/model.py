"""Tables of the courses room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned
from plugin.people.model import of_its_organisation

LONGEST_IRI = 500  # characters; of four bytes each they still fit an index of PostgreSQL


class Course(Owned):
    """A context of a platform, with the addresses of its services."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("registration_id", "context_id", "within"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    deployment_id: Mapped[str]
    """That of the launch that said so last: its services are asked in its name."""
    context_id: Mapped[str]
    within: Mapped[str]
    """The deployment in which `context_id` means this course; empty: in all of the registration's
    (`places`).
    """
    title: Mapped[str]
    label: Mapped[str | None]
    sourced_id: Mapped[str | None]
    """The id of the student information system."""
    memberships_url: Mapped[str | None]
    lineitems_url: Mapped[str | None]
    groups_url: Mapped[str | None]
    group_sets_url: Mapped[str | None]
    groups_synced_at: Mapped[datetime | None]
    service_scopes: Mapped[list[str]]
    roster_synced_at: Mapped[datetime | None]
    """When the platform's list of people was last read to its end, or what changed in it."""
    roster_listed_at: Mapped[datetime | None]
    """When all of it was."""
    differences_url: Mapped[str | None]
    """Where the platform says what has changed since (opaque); None: all of it has to be read."""
    reading: Mapped[int] = mapped_column(default=0)
    """The number of the last reading of the whole list that was begun (`rosters`)."""
    created_at: Mapped[datetime]


class ResourceLink(Owned):
    """One item of ours in a course."""

    __tablename__ = "resource_link"
    __table_args__ = (UniqueConstraint("course_id", "link_id"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    link_id: Mapped[str] = mapped_column(index=True)
    title: Mapped[str | None]
    lineitem_url: Mapped[str | None]
    openers_read_at: Mapped[datetime | None]
    """When the platform last said who can open it (`Membership.shut_out`)."""
    created_at: Mapped[datetime]


class Membership(Owned):
    """A person in a course, with the roles that the platform gives them there."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("course_id", "person_id"), of_its_organisation())

    organisation_id: Mapped[UUID] = mapped_column()
    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    person_id: Mapped[UUID] = mapped_column(index=True)
    roles: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
    groups: Mapped[list[str]] = mapped_column(default=list)
    """Ids of the course's groups that they are in, as the platform has them, in order."""
    mentors: Mapped[list[str]] = mapped_column(default=list)
    """Whom they mentor according to the platform, as it calls them (`role_scope_mentor`)."""
    shut_out: Mapped[list[str]] = mapped_column(default=list)
    """Ids of our items (`ResourceLink`) that they cannot open, as the platform last said, in order.
    """
    listed_in: Mapped[int | None]
    """The last reading of the platform's list that had them (`Course.reading`). None: no list ever
    had them, or somebody said that they are here although it has not: its silence says nothing.
    """
    left_out: Mapped[bool] = mapped_column(default=False)
    """The list has them no longer, which is not acted upon yet."""
    seen_at: Mapped[datetime]


class RosterQuestion(Owned):
    """So many of a course are left out of its platform's list that somebody is asked about it.

    Whom it is about, `Membership.left_out` says. A course has one open question at a time.
    """

    __tablename__ = "roster_question"
    __table_args__ = (
        Index(
            "uq_roster_question_open",
            "course_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    missing: Mapped[int]
    """How many are left out …"""
    people: Mapped[int]
    """… of so many whom the list once had."""
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """`rosters.Outcome`."""
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class CourseGroup(Owned):
    """A group of people of a course. Who is in it, memberships say."""

    __tablename__ = "course_group"
    __table_args__ = (UniqueConstraint("course_id", "group_id"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    group_id: Mapped[str]
    name: Mapped[str]
    set_name: Mapped[str | None]
    """What its set is called, if it is in one."""
    seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    """When the platform no longer named it."""


class CourseCopy(Owned):
    """A course descends from another, as somebody said who knows (`copies`)."""

    __tablename__ = "course_copy"
    __table_args__ = (UniqueConstraint("course_id", "origin_id"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    origin_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), index=True)
    distance: Mapped[int]
    """0 for what it was copied from, 1 for what that was copied from …"""
    evidence: Mapped[str]
    told_at: Mapped[datetime]
    answer: Mapped[str | None]
    """What an instructor of the copy said about keeping what is there (`copies.Answer`)."""
    answered_at: Mapped[datetime | None]


class CourseActivity(Owned):
    """An IRI by which learning records call a course or one of its modules; it may have several.

    `place` is the IRI as compared: scheme and host in lower case, http and https as one.
    """

    __tablename__ = "course_activity"
    __table_args__ = (UniqueConstraint("organisation_id", "digest"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"), index=True)
    place: Mapped[str]
    digest: Mapped[str]
    """Of the place (`people.identifiers.place_digest`): found in an index, however long it is."""
    iri: Mapped[str]
    kind: Mapped[str]
    """"course" or "module"."""
    name: Mapped[str | None]
    seen_at: Mapped[datetime]
    contested: Mapped[bool] = mapped_column(default=False)
    """Two courses are called so: it means neither, until somebody says which."""
    bound: Mapped[bool] = mapped_column(default=False)
    """Somebody said so by hand, and not what it was taken for before."""
    brought_by: Mapped[UUID | None]
    """The assignment by hand that alone has made it known, or made it mean this; undone, it takes
    that along. None: a launch, a learning record or somebody else has told of it as well.
    """
