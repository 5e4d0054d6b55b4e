"""Read a roster as a worker does, twice, in a process of its own, and print what it took.

python -m benchmarks.roster.reading DATABASE PLATFORM
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from benchmarks.bridge.installation import a_mentes
from config.log import configure_logging
from lti.registration import Registration
from plugin.app import Mentes
from plugin.courses.deliveries import KIND, owe_roster
from plugin.courses.model import Course, Membership
from plugin.foundation import outbox
from plugin.foundation.clock import utc_now
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import service as platforms
from plugin.worker import tuned


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What reading it took."""

    members: int
    first: float
    """Seconds, of people whom nobody knew."""
    again: float
    """Seconds, of the same people two hours later."""
    cpu: float
    """Seconds of this process's own processor time, for both."""
    peak: int
    """The most memory that the process ever had, in KiB."""


def main() -> int:
    """Read, and print it as JSON."""
    configure_logging("error")
    database, platform = sys.argv[1:]
    ahead = timedelta()
    with a_mentes(database, lambda: utc_now() + ahead, allow_private_addresses=True) as mentes:
        organisation_id, course_id = _course(mentes, platform)
        tuned()
        before = time.process_time()
        first = _read(mentes, organisation_id, course_id)
        ahead = timedelta(hours=2)
        again = _read(mentes, organisation_id, course_id)
        cpu = time.process_time() - before
        with mentes.database.reading(organisation_id) as session:
            counted = select(func.count(Membership.id)).where(Membership.active)
            members = session.scalars(counted).one()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(asdict(Took(members=members, first=first, again=again, cpu=cpu, peak=peak))))
    return 0


def _course(mentes: Mentes, platform: str) -> tuple[UUID, UUID]:
    now = mentes.clock()
    with mentes.database.transaction(EVERYWHERE) as session:
        organisation_id = platforms.organisation(session, "Acme", now=now).id
    with mentes.database.transaction(organisation_id) as session:
        registration = platforms.registered(
            session,
            Registration(
                id="",
                issuer=platform,
                client_id="1",
                authorization_endpoint=f"{platform}/auth",
                token_endpoint=f"{platform}/token",
                jwks_uri=f"{platform}/keys",
                deployment_ids=frozenset({"1"}),
                product="moodle",
            ),
            name="Campus",
            administrators_are_analysts=False,
            now=now,
        )
        course = Course(
            registration_id=registration.id,
            deployment_id="1",
            context_id="2",
            within="",
            title="Everybody",
            memberships_url=f"{platform}/members",
            service_scopes=[],
            created_at=now,
        )
        session.add(course)
        session.flush()
        return organisation_id, course.id


def _read(mentes: Mentes, organisation_id: UUID, course_id: UUID) -> float:
    now = mentes.clock()
    with mentes.database.transaction(organisation_id) as session:
        session.get_one(Course, course_id).roster_listed_at = None  # all of it, each time
        owe_roster(session, course_id, now=now)
    with mentes.database.transaction(EVERYWHERE) as session:
        (debt,) = outbox.claim(session, kinds=[KIND], now=now, lease=600, limit=1)
    before = time.perf_counter()
    ((_, result),) = list(mentes.deliveries[KIND]([debt]))
    seconds = time.perf_counter() - before
    assert result == outbox.Settled(), result
    with mentes.database.transaction(EVERYWHERE) as session:
        outbox.record(session, debt, result, now=mentes.clock(), most_attempts=3, spread=0)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
