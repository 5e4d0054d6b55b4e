"""Reading a course's roster from its platform: owed in a request, done by the worker.

Where the platform tells what has changed since the last time, only that is read. Pages go into the
database as they come, by the thousand at most, while the next one is awaited, so that nothing ever
holds a whole roster and launches need not wait until thousands are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from lti.errors import ServiceRefused, ServiceUnavailable
from lti.nrps import Member, Memberships, Page, is_of_everybody
from lti.registration import Registration
from plugin.courses import rosters
from plugin.courses.model import Course
from plugin.foundation.ahead import kept_ahead
from plugin.foundation.clock import Clock, minute_of
from plugin.foundation.db import Database
from plugin.foundation.outbox import LeasedDebt, Outcome, Postponed, Settled, owe, prolong
from plugin.platforms.service import not_taken, open_platform, registration

KIND = "roster"
PAGE = 1_000  # members that a platform is asked for at a time; it may send fewer
AT_ONCE = 500  # members a transaction, where all who write wait for it …
AT_ONCE_BESIDE_OTHERS = 1_000  # … and where only those wait who are among them
HANDS = 3
"""Transactions at a time, while the next page is awaited, where two can write."""
MANY = (2_000, 20_000)  # new members after which the database has to look at its tables again


class LeaseLost(Exception):
    """Another worker has the debt: we took too long to say that we are at it."""


def owe_roster(session: Session, course_id: UUID, *, now: datetime) -> None:
    """Ask for a fresh roster, at most once a minute; courses without one are left alone."""
    course = session.get(Course, course_id)
    if course is None or course.memberships_url is None:
        return
    minute = minute_of(now)
    owe(
        session,
        KIND,
        target=str(course.registration_id),
        key=f"{course_id}:{minute}",
        lane=str(course_id),
        payload={"course_id": str(course_id)},
        now=now,
    )


@dataclass(slots=True, kw_only=True)
class _Read:
    """What was said beside the members themselves, once all pages were read."""

    skipped: int = 0
    new: int = 0
    differences_url: str | None = None


class RosterDelivery:
    """Pays roster debts: reads outside any transaction, keeps in short ones."""

    def __init__(
        self, database: Database, memberships: Memberships, clock: Clock, *, lease: int
    ) -> None:
        self._database = database
        self._memberships = memberships
        self._clock = clock
        self._lease = lease

    def __call__(self, debt: LeasedDebt) -> Settled | Postponed:
        """Read the roster that `debt` asks for, or what has changed in it, and keep it."""
        course_id = UUID(debt.payload["course_id"])
        with self._database.reading(debt.organisation_id) as session:
            course = session.get_one(Course, course_id)
            platform = open_platform(session, course.registration_id)
            changes_url = rosters.changes_url(session, course, now=self._clock())
        if course.memberships_url is None:
            return Settled(outcome=Outcome.SUPERSEDED, problem="no-memberships-url")
        try:
            if changes_url is None or not self._changes(debt, course, platform, changes_url):
                self._whole(debt, course, platform, course.memberships_url)
        except (ServiceRefused, ServiceUnavailable) as error:
            return not_taken(error)
        except LeaseLost:
            return Postponed(problem="lease-lost")
        return Settled()

    def _changes(self, debt: LeasedDebt, course: Course, platform: Registration, url: str) -> bool:
        """Read what has changed; False: the platform no longer knows."""
        pages = self._memberships.changed_pages(platform, url, deployment_id=course.deployment_id)
        try:
            read = self._kept(debt, course.id, pages, reading=None)
        except ServiceRefused as refused:
            if refused.slug == "token-refused":
                raise
            return False
        with self._database.transaction(debt.organisation_id) as session:
            rosters.changes_ended(
                session, course.id, differences_url=read.differences_url, now=self._clock()
            )
        return True

    def _whole(self, debt: LeasedDebt, course: Course, platform: Registration, url: str) -> None:
        began_at = self._clock()
        with self._database.transaction(debt.organisation_id) as session:
            number = rosters.begun(session, course.id)
        pages = self._memberships.pages(
            platform, url, limit=PAGE, deployment_id=course.deployment_id
        )
        read = self._kept(debt, course.id, pages, reading=number)
        with self._database.transaction(debt.organisation_id) as session:
            rosters.ended(
                session,
                course.id,
                reading=number,
                began_at=began_at,
                # Whoever cannot be told from others may be anybody who seems to be missing.
                is_of_everybody=is_of_everybody(url) and not read.skipped,
                differences_url=read.differences_url,
                now=self._clock(),
            )

    def _kept(
        self, debt: LeasedDebt, course_id: UUID, pages: Iterator[Page], *, reading: int | None
    ) -> _Read:
        """Keep what comes, by portions, while the platform is asked for what follows."""
        read = _Read()

        def keep(members: Sequence[Member]) -> int:
            return self._kept_at_once(debt, course_id, members, reading)

        beside_others = self._database.engine.dialect.name == "postgresql"
        portions = _portions(pages, read, AT_ONCE_BESIDE_OTHERS if beside_others else AT_ONCE)
        hands = HANDS if beside_others else 1
        for new in kept_ahead(portions, keep, hands=hands, about=_user_ids):
            before = read.new
            read.new += new
            if any(before < many <= read.new for many in MANY):
                with self._database.transaction(debt.organisation_id) as session:
                    rosters.many_came(session)
        return read

    def _kept_at_once(
        self, debt: LeasedDebt, course_id: UUID, members: Sequence[Member], reading: int | None
    ) -> int:
        """Keep members in one transaction; return how many are new in the course."""
        now = self._clock()
        # By itself: what is kept at the same time would wait for the debt's row.
        with self._database.transaction(debt.organisation_id, durable=False) as session:
            self._hold(session, debt, now)
        # The last transaction, which waits for the disk, makes all before it durable.
        with self._database.transaction(debt.organisation_id, durable=False) as session:
            course = session.get_one(Course, course_id)
            platform = registration(session, course.registration_id)
            return rosters.kept(session, course, platform, members, reading=reading, now=now)

    def _hold(self, session: Session, debt: LeasedDebt, now: datetime) -> None:
        if not prolong(session, debt, now=now, lease=self._lease):
            raise LeaseLost


def _portions(pages: Iterator[Page], read: _Read, at_once: int) -> Iterator[Sequence[Member]]:
    """Yield the members of pages by portions; what pages say beside them is noted in `read`."""
    for page in pages:
        read.skipped += page.skipped
        read.differences_url = page.differences_url
        for first in range(0, len(page.members), at_once):
            yield page.members[first : first + at_once]


def _user_ids(members: Sequence[Member]) -> list[str]:
    return [member.user_id for member in members]
