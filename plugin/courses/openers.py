"""Who can open an item of ours, where a course shows it to some people only.

A platform is asked when an instructor wants to know, for the list of those who may open that item
(Names and Roles 2.0, section 3). Kept is who of the course is not in it. Whoever was in no list of
the whole course either, as administrators who launch without being enrolled, is none of them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.nrps import Memberships, Status
from plugin.courses.model import Course, Membership, ResourceLink
from plugin.foundation.clock import Clock, minute_of
from plugin.foundation.db import Database
from plugin.foundation.outbox import LeasedDebt, Outcome, Postponed, Settled, owe
from plugin.foundation.pouring import is_one_of
from plugin.people.model import PersonIdentifier
from plugin.people.rules import ACCOUNT
from plugin.platforms.service import not_taken, open_platform

KIND = "openers"
PAGE = 500  # members that a platform is asked for at a time; it may send fewer


def owe_openers(session: Session, link_id: UUID, *, now: datetime) -> None:
    """Ask who can open an item, at most once a minute; nothing where there is nobody to ask."""
    link = session.get_one(ResourceLink, link_id)
    course = session.get_one(Course, link.course_id)
    if course.memberships_url is None:
        return
    owe(
        session,
        KIND,
        target=str(course.registration_id),
        key=f"{link_id}:{minute_of(now)}",
        lane=str(link_id),
        payload={"link_id": str(link_id)},
        now=now,
    )


class OpenersDelivery:
    """Pays these debts: reads outside any transaction, keeps in one."""

    def __init__(self, database: Database, memberships: Memberships, clock: Clock) -> None:
        self._database = database
        self._memberships = memberships
        self._clock = clock

    def __call__(self, debt: LeasedDebt) -> Settled | Postponed:
        """Ask who can open the item that `debt` names, and keep who cannot."""
        with self._database.reading(debt.organisation_id) as session:
            link = session.get_one(ResourceLink, UUID(debt.payload["link_id"]))
            course = session.get_one(Course, link.course_id)
            platform = open_platform(session, course.registration_id)
        if course.memberships_url is None:
            return Settled(outcome=Outcome.SUPERSEDED, problem="no-memberships-url")
        found: set[str] = set()
        try:
            for page in self._memberships.pages(
                platform,
                course.memberships_url,
                limit=PAGE,
                resource_link_id=link.link_id,
                deployment_id=course.deployment_id,
            ):
                if page.skipped:  # whoever that is can open it
                    return Settled(outcome=Outcome.SUPERSEDED, problem="list-incomplete")
                found.update(each.user_id for each in page.members if each.status is Status.ACTIVE)
        except (ServiceRefused, ServiceUnavailable) as error:
            return not_taken(error)
        with self._database.transaction(debt.organisation_id) as session:
            kept(session, link.id, found, issuer=platform.issuer, now=self._clock())
        return Settled()


def kept(
    session: Session, link_id: UUID, openers: Collection[str], *, issuer: str, now: datetime
) -> None:
    """Keep who cannot open an item: everybody whom the platform does not name.

    Args:
        openers: whom it names, as it calls them.
    """
    link = session.get_one(ResourceLink, link_id)
    link.openers_read_at = now
    rows = session.execute(
        select(Membership.id, Membership.shut_out, PersonIdentifier.value)
        .join(PersonIdentifier, PersonIdentifier.person_id == Membership.person_id)
        .where(
            Membership.course_id == link.course_id,
            Membership.active,
            Membership.listed_in.is_not(None),
            PersonIdentifier.scheme == ACCOUNT,
            PersonIdentifier.home == same_place(issuer),
        )
        .order_by(Membership.id)
    ).all()
    for id, accounts in groupby(rows, key=itemgetter(0)):
        known = list(accounts)  # of somebody who was merged, several
        before = set(known[0].shut_out)
        others = before - {str(link_id)}
        named = any(account.value in openers for account in known)
        after = others if named else others | {str(link_id)}
        if after != before:
            session.get_one(Membership, id).shut_out = sorted(after)
    session.flush()


def shut_out(session: Session, link: ResourceLink, people: Collection[UUID]) -> set[UUID]:
    """Return who of some people cannot open an item, as the platform last said."""
    memberships = session.execute(
        select(Membership.person_id, Membership.shut_out).where(
            Membership.course_id == link.course_id,
            Membership.active,
            is_one_of(session, Membership.person_id, people),
        )
    )
    return {person_id for person_id, links in memberships if str(link.id) in links}
