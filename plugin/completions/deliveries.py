"""Reading which columns a course's gradebook has: owed in a request, done by the worker."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti.ags import LineItem, LineItems
from lti.errors import ServiceRefused, ServiceUnavailable
from plugin.completions.model import SeenLineItem
from plugin.courses.model import LONGEST_IRI, Course, ResourceLink
from plugin.foundation.clock import Clock, minute_of
from plugin.foundation.db import Database
from plugin.foundation.outbox import LeasedDebt, Outcome, Postponed, Settled, owe
from plugin.foundation.tenancy import inserted_once
from plugin.launches.items import RESOURCE
from plugin.platforms.service import not_taken, open_platform

KIND = "line-items"
MOST = 500
"""How many columns of one gradebook are kept to choose from."""


def owe_line_items(session: Session, course_id: UUID, *, now: datetime) -> None:
    """Ask for the columns of a course's gradebook, at most once a minute."""
    course = session.get(Course, course_id)
    if course is None or course.lineitems_url is None:
        return
    owe(
        session,
        KIND,
        target=str(course.registration_id),
        key=f"{course_id}:{minute_of(now)}",
        lane=str(course_id),
        payload={"course_id": str(course_id)},
        now=now,
    )


class LineItemsDelivery:
    """Pays these debts: reads outside any transaction, keeps in one."""

    def __init__(self, database: Database, line_items: LineItems, clock: Clock) -> None:
        self._database = database
        self._line_items = line_items
        self._clock = clock

    def __call__(self, debt: LeasedDebt) -> Settled | Postponed:
        """Read the columns that `debt` asks for and keep them."""
        course_id = UUID(debt.payload["course_id"])
        with self._database.reading(debt.organisation_id) as session:
            course = session.get_one(Course, course_id)
            platform = open_platform(session, course.registration_id)
            lineitems_url, deployment_id = course.lineitems_url, course.deployment_id
        if lineitems_url is None:
            return Settled(outcome=Outcome.SUPERSEDED, problem="no-lineitems-url")
        try:
            found = list(
                self._line_items.listed(platform, lineitems_url, deployment_id=deployment_id)
            )
        except (ServiceRefused, ServiceUnavailable) as error:
            return not_taken(error)
        with self._database.transaction(debt.organisation_id) as session:
            keep(session, course_id, found, now=self._clock())
        return Settled()


def keep(session: Session, course_id: UUID, found: list[LineItem], *, now: datetime) -> None:
    """Keep the columns that there are now, without our own."""
    ours = set(
        session.scalars(
            select(ResourceLink.lineitem_url).where(ResourceLink.course_id == course_id)
        )
    )
    session.execute(delete(SeenLineItem).where(SeenLineItem.course_id == course_id))
    for item in found[:MOST]:
        if item.id is None or len(item.id) > LONGEST_IRI:
            continue
        if item.id in ours or item.resource_id == RESOURCE:
            continue
        inserted_once(
            session,
            SeenLineItem,
            course_id=course_id,
            url=item.id,
            label=item.label,
            seen_at=now,
        )


def seen(session: Session, course_id: UUID) -> list[SeenLineItem]:
    """Return the columns of a course's gradebook, as far as they were read, by name."""
    return list(
        session.scalars(
            select(SeenLineItem)
            .where(SeenLineItem.course_id == course_id)
            .order_by(SeenLineItem.label, SeenLineItem.url)
        )
    )
