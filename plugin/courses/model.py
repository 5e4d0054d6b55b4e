"""Tables of the courses room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plugin.foundation.tenancy import Owned

LONGEST_IRI = 500  # characters; of four bytes each they still fit an index of PostgreSQL


class Course(Owned):
    """A context of a platform, with the addresses of its services."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("registration_id", "context_id"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    deployment_id: Mapped[str]
    context_id: Mapped[str]
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
    created_at: Mapped[datetime]


class ResourceLink(Owned):
    """One item of ours in a course."""

    __tablename__ = "resource_link"
    __table_args__ = (UniqueConstraint("course_id", "link_id"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    link_id: Mapped[str] = mapped_column(index=True)
    title: Mapped[str | None]
    lineitem_url: Mapped[str | None]
    created_at: Mapped[datetime]


class Membership(Owned):
    """A person in a course, with the roles that the platform gives them there."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("course_id", "person_id"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("course.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    roles: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
    groups: Mapped[list[str]] = mapped_column(default=list)
    """Ids of the course's groups that they are in, as the platform has them, in order."""
    mentors: Mapped[list[str]] = mapped_column(default=list)
    """Whom they mentor according to the platform, as it calls them (`role_scope_mentor`)."""
    seen_at: Mapped[datetime]


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
