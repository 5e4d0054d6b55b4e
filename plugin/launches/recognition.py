"""Who opens us, and from where, recognised at one look.

Nearly every launch says what the one before it said. Then there is nothing to keep but the launch
itself, and one statement over the tables tells so; the rooms of courses and people are asked only
when a launch brings news. It names the organisation itself, since a statement over tables passes
by the tenancy's filter.

Where a platform takes wishes for notices, and what a course descends from, is not looked at here:
both hang on a course, not on who opens it, and are kept when somebody was not seen for an hour
(`courses.service.SEEN_AGAIN_AFTER`), or is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Label, Table, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from lrs_bridge.lrs.direct import Over, Prepared
from lti.message import LaunchMessage
from plugin.courses import said
from plugin.courses.model import Course, CourseActivity, Membership, ResourceLink
from plugin.courses.places import EVERY_DEPLOYMENT
from plugin.courses.service import seen_lately
from plugin.foundation.tenancy import unwalled
from plugin.people import identifiers
from plugin.people import service as people
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import ACCOUNT
from plugin.people.service import Described
from plugin.people.telling import tells_nothing_new
from plugin.platforms.stores import Registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Whom and what a launch is about, in our terms."""

    course_id: UUID
    link_id: UUID | None
    person_id: UUID
    language: str | None


class BringsNews(Exception):
    """A launch says something that is not kept yet; only a session can keep it."""


def for_news(over: Over) -> Session:
    """Return the session that keeps what is new.

    Raises:
        BringsNews: there is none; begin again in one.
    """
    if not isinstance(over, Session):
        raise BringsNews
    return over


def recognised(
    over: Over,
    registered: Registered,
    message: LaunchMessage,
    described: Described,
    *,
    now: datetime,
) -> Arrival | None:
    """Return what a launch is about if all that it says is known already, else None."""
    if message.subject is None:
        return None
    registration = registered.registration
    told = people.told_by(message, described, registration.product)
    context_id, title, _ = said.called(message)
    iri = said.course_iri(message, issuer=registration.issuer, product=registration.product)
    row = _KNOWN.first(
        over,
        organisation=registered.organisation_id,
        home=same_place(registration.issuer),
        subject=message.subject,
        registration=UUID(registration.id),
        deployment=message.deployment_id,
        context=context_id,
        link=message.resource_link.id if message.resource_link else None,
        digest=identifiers.place_digest(same_place(iri)) if iri else None,
    )
    if (
        row is None
        or _differs(row, "course", said.of_course(message))
        or _differs(row, "person", people.columns(described))
        or not tells_nothing_new(told, row.identifier_told)
        or _is_news(row, message, now)
        or (iri is not None and not _is_named(row, title))
    ):
        return None
    return Arrival(
        course_id=row.course_id,
        link_id=row.link_id,
        person_id=row.person_id,
        language=row.person_language,
    )


def _is_news(row: Any, message: LaunchMessage, now: datetime) -> bool:
    """Tell whether a launch says something new of an item, or of a membership."""
    if message.resource_link is not None and (
        row.link_id is None or _differs(row, "link", said.of_link(message))
    ):
        return True
    return _differs(row, "membership", said.of_membership(message)) or not seen_lately(
        row.membership_seen_at, now
    )


def _is_named(row: Any, title: str) -> bool:
    """Tell whether the course's own IRI is kept, under the name that the course has now."""
    if row.activity_kind != "course":
        return False
    elsewhere: bool = row.activity_course_id != row.course_id
    is_known = row.activity_name == title and row.activity_brought_by is None
    return elsewhere or is_known


def _differs(row: Any, what: str, values: Mapping[str, Any]) -> bool:
    return any(getattr(row, f"{what}_{name}") != value for name, value in values.items())


def _of(what: str, table: Table, *names: str) -> Iterator[Label[Any]]:
    """Return columns of a table, each named after what it is about."""
    return (table.c[name].label(f"{what}_{name}") for name in names)


_COURSE, _LINK, _ACTIVITY, _MEMBERSHIP, _PERSON, _IDENTIFIER = (
    unwalled(each)
    for each in (Course, ResourceLink, CourseActivity, Membership, Person, PersonIdentifier)
)
_KNOWN = Prepared(
    select(
        *_of("course", _COURSE, "id", "deployment_id", "title", "label", "sourced_id"),
        *_of("course", _COURSE, "memberships_url", "lineitems_url", "service_scopes"),
        *_of("course", _COURSE, "groups_url", "group_sets_url"),
        *_of("link", _LINK, "id", "title", "lineitem_url"),
        *_of("person", _PERSON, "id", "name", "email", "language", "zone"),
        *_of("membership", _MEMBERSHIP, "roles", "active", "left_out", "groups", "mentors"),
        *_of("membership", _MEMBERSHIP, "seen_at"),
        *_of("activity", _ACTIVITY, "course_id", "kind", "name", "brought_by"),
        *_of("identifier", _IDENTIFIER, "told"),
    )
    .select_from(
        _IDENTIFIER.join(_PERSON, _PERSON.c.id == _IDENTIFIER.c.person_id)
        .join(_MEMBERSHIP, _MEMBERSHIP.c.person_id == _PERSON.c.id)
        .join(_COURSE, _COURSE.c.id == _MEMBERSHIP.c.course_id)
        .outerjoin(
            _LINK, and_(_LINK.c.course_id == _COURSE.c.id, _LINK.c.link_id == bindparam("link"))
        )
        .outerjoin(
            _ACTIVITY,
            and_(
                _ACTIVITY.c.organisation_id == bindparam("organisation"),
                _ACTIVITY.c.digest == bindparam("digest"),
            ),
        )
    )
    .where(
        _IDENTIFIER.c.organisation_id == bindparam("organisation"),
        _IDENTIFIER.c.scheme == ACCOUNT,
        _IDENTIFIER.c.home == bindparam("home"),
        _IDENTIFIER.c.value == bindparam("subject"),
        _IDENTIFIER.c.signs_in,
        _COURSE.c.registration_id == bindparam("registration"),
        _COURSE.c.context_id == bindparam("context"),
        or_(_COURSE.c.within == bindparam("deployment"), _COURSE.c.within == EVERY_DEPLOYMENT),
    )
    .order_by(_COURSE.c.within.desc())
)
