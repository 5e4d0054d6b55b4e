"""Who opens us, and from where, recognised at one look.

Nearly every launch says what the one before it said. Then there is nothing to keep but the launch
itself, and one statement over the tables tells so; the rooms of courses and people are asked only
when a launch brings news. It names the organisation itself, since a statement over tables passes
by the tenancy's filter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, Row, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from lti.message import LaunchMessage
from plugin.courses import said
from plugin.courses.model import Course, CourseActivity, Membership, ResourceLink
from plugin.courses.service import seen_lately
from plugin.foundation.tenancy import unwalled
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


def recognised(
    session: Session,
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
    row: Row[Any] | None = (
        session.connection()
        .execute(
            _KNOWN,
            {
                "organisation": registered.organisation_id,
                "home": same_place(registration.issuer),
                "subject": message.subject,
                "registration": UUID(registration.id),
                "context": context_id,
                "link": message.resource_link.id if message.resource_link else None,
                "place": same_place(iri) if iri else None,
            },
        )
        .first()
    )
    if (
        row is None
        or _differs(row, _COURSE, said.of_course(message))
        or _differs(row, _PERSON, people.columns(described))
        or not tells_nothing_new(told, _in(row, _IDENTIFIER.c.told))
        or _is_news(row, message, now)
        or (iri is not None and not _is_named(row, title))
    ):
        return None
    return Arrival(
        course_id=_in(row, _COURSE.c.id),
        link_id=_in(row, _LINK.c.id),
        person_id=_in(row, _PERSON.c.id),
        language=_in(row, _PERSON.c.language),
    )


def _is_news(row: Row[Any], message: LaunchMessage, now: datetime) -> bool:
    """Tell whether a launch says something new of an item, or of a membership."""
    if message.resource_link is not None and (
        _in(row, _LINK.c.id) is None or _differs(row, _LINK, said.of_link(message))
    ):
        return True
    return _differs(row, _MEMBERSHIP, said.of_membership(message)) or not seen_lately(
        _in(row, _MEMBERSHIP.c.seen_at), now
    )


def _is_named(row: Row[Any], title: str) -> bool:
    """Tell whether the course's own IRI is kept, under the name that the course has now."""
    if _in(row, _ACTIVITY.c.kind) != "course":
        return False
    elsewhere: bool = _in(row, _ACTIVITY.c.course_id) != _in(row, _COURSE.c.id)
    return elsewhere or not _differs(row, _ACTIVITY, {"name": title})


def _differs(row: Row[Any], table: FromClause, values: Mapping[str, Any]) -> bool:
    return any(_in(row, table.c[name]) != value for name, value in values.items())


def _in(row: Row[Any], column: Any) -> Any:
    return row._mapping[column]


_COURSE, _LINK, _ACTIVITY, _MEMBERSHIP, _PERSON, _IDENTIFIER = (
    unwalled(each)
    for each in (Course, ResourceLink, CourseActivity, Membership, Person, PersonIdentifier)
)
_KNOWN: Select[Any] = (
    select(
        *(_COURSE.c[name] for name in ("id", "deployment_id", "title", "label", "sourced_id")),
        *(_COURSE.c[name] for name in ("memberships_url", "lineitems_url", "service_scopes")),
        *(_COURSE.c[name] for name in ("groups_url", "group_sets_url")),
        *(_LINK.c[name] for name in ("id", "title", "lineitem_url")),
        *(_PERSON.c[name] for name in ("id", "name", "email", "language", "zone")),
        *(_MEMBERSHIP.c[name] for name in ("roles", "active", "groups", "mentors", "seen_at")),
        *(_ACTIVITY.c[name] for name in ("course_id", "kind", "name")),
        _IDENTIFIER.c.told,
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
                _ACTIVITY.c.place == bindparam("place"),
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
    )
)
