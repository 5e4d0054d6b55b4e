"""Rows to begin a test with: plain functions with defaults, through the services that make them.

A session is open for one organisation (`mentes.database.transaction(organisation_id)`); its events
reach their subscribers, so that `a_mentee` is paired if a mentor has a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from lti import claims
from lti.message import AgsEndpoint, Context, LaunchMessage, NrpsEndpoint, ResourceLink
from lti.registration import Registration
from plugin.checkins.model import CheckIn
from plugin.checkins.opening import open_once
from plugin.courses import service as courses
from plugin.courses.model import Course, CourseActivity
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE
from plugin.pairings.model import Pairing
from plugin.pairings.service import open_pairing
from plugin.people import service as people
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import ACCOUNT
from plugin.platforms import service as platforms
from plugin.platforms.model import RegistrationRow
from plugin.programmes import checkpoints
from plugin.programmes import service as programmes
from plugin.programmes.model import Checkpoint, Programme

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ISSUER = "https://lms.example"
CONTEXT = Context(id="2", label="MENT101", title="Mentored Course 101")
LINK = ResourceLink(id="7", title="Mentoring")
T = TypeVar("T")


def an_organisation(database: Database, name: str = "Beta") -> UUID:
    """Return a tenant beside the one of the fixture `organisation_id`."""
    with database.transaction(EVERYWHERE) as session:
        return platforms.organisation(session, name, now=NOW).id


def a_registration(
    session: Session,
    *,
    issuer: str = ISSUER,
    client_id: str = "client-1",
    product: str | None = "moodle",
    reopens: bool = False,
    **changes: Any,
) -> RegistrationRow:
    """Return a registration with the deployment "1", kept like one that an operator typed in."""
    agreed: dict[str, Any] = {
        "id": "",
        "issuer": issuer,
        "client_id": client_id,
        "authorization_endpoint": f"{issuer}/mod/lti/auth.php",
        "token_endpoint": f"{issuer}/mod/lti/token.php",
        "jwks_uri": f"{issuer}/mod/lti/certs.php",
        "deployment_ids": frozenset({"1"}),
        "product": product,
        **changes,
    }
    return platforms.registered(
        session,
        Registration(**agreed),
        name=issuer,
        administrators_are_analysts=False,
        now=NOW,
        reopens=reopens,
    )


def a_message(
    *,
    context: Context | None = CONTEXT,
    link: ResourceLink | None = LINK,
    lineitem: str | None = None,
    lineitems: str | None = None,
    memberships_url: str | None = None,
    **changes: Any,
) -> LaunchMessage:
    """Return a launch that `lti` has verified."""
    return LaunchMessage(
        **{
            "message_type": claims.RESOURCE_LINK_REQUEST,
            "issuer": ISSUER,
            "client_id": "client-1",
            "deployment_id": "1",
            "subject": "4",
            "target_link_uri": None,
            "context": context,
            "resource_link": link,
            "ags": AgsEndpoint(
                scopes=frozenset({claims.SCOPE_SCORE, claims.SCOPE_LINE_ITEM}),
                lineitem=lineitem,
                lineitems=lineitems,
            )
            if lineitem or lineitems
            else None,
            "nrps": NrpsEndpoint(memberships_url=memberships_url) if memberships_url else None,
            **changes,
        }
    )


def a_course(session: Session, registration: RegistrationRow | None = None, **said: Any) -> Course:
    """Return a course, as a launch makes it known; Moodle's course 2 unless said otherwise."""
    registration = registration or a_registration(session)
    return courses.arrived(session, registration, a_message(**said), now=NOW)


def a_person(
    session: Session,
    course: Course,
    subject: str | None = None,
    *,
    name: str | None = "Somebody",
    email: str | None = None,
    language: str | None = None,
    zone: str | None = None,
    role: str = "Learner",
) -> Person:
    """Return a member of `course`, as a launch makes them known."""
    registration = session.get_one(RegistrationRow, course.registration_id)
    person = people.seen(
        session,
        issuer=registration.issuer,
        subject=subject or f"user-{uuid4().hex[:8]}",
        said=people.Described(name=name, email=email, language=language, zone=zone),
        evidence="launch",
        now=NOW,
    )
    courses.belongs(session, course, person, {"roles": [role], "active": True}, now=NOW)
    return person


def a_programme(session: Session, course: Course | None = None) -> Programme:
    """Return the programme of `course`."""
    return programmes.of_course(session, course or a_course(session), now=NOW)


def an_activity(
    session: Session, course: Course, iri: str = f"{ISSUER}/mod/page/view.php?id=2"
) -> CourseActivity:
    """Return a module of `course` that learning records have named."""
    courses.seen_activity(session, course.id, iri=iri, kind="module", name="Read me", now=NOW)
    found = courses.activity_at(session, iri)
    assert found is not None
    return found


def a_checkpoint(
    session: Session,
    programme: Programme,
    activity: CourseActivity | None = None,
    *,
    minutes: int = 10,
    within_days: int = 14,
    now: datetime = NOW,
) -> Checkpoint:
    """Return a rule: about the course itself, or about `activity`."""
    course = session.get_one(Course, programme.course_id)
    activity = activity or courses.activities(session, course.id)[0]
    return checkpoints.set_checkpoint(
        session,
        programme,
        activity,
        name=activity.name or "It",
        minutes=minutes,
        within_days=within_days,
        by=a_person(session, course, "3", name="Tina Teacher", role="Instructor").id,
        now=now,
    )


def a_mentor(
    session: Session,
    programme: Programme,
    subject: str | None = None,
    *,
    capacity: int = 2,
    recorded: bool = False,
    now: datetime = NOW,
    **said: Any,
) -> Person:
    """Return somebody whom an instructor attached as a mentor."""
    course = session.get_one(Course, programme.course_id)
    person = a_person(session, course, subject, **{"name": "Mo Mentor", **said})
    mentor = programmes.attach_mentor(
        session, programme, person.id, capacity=capacity, by=person.id, now=now
    )
    programmes.choose_recording(session, mentor, recorded, now=now)
    return person


def a_mentee(
    session: Session,
    programme: Programme,
    subject: str | None = None,
    *,
    recorded: bool = False,
    talk: Sequence[str] = ("call",),
    now: datetime = NOW,
    **said: Any,
) -> Person:
    """Return a learner who joined, and was paired if there was a place."""
    course = session.get_one(Course, programme.course_id)
    person = a_person(session, course, subject, **{"name": "Ada One", **said})
    programmes.join(
        session,
        programme,
        person.id,
        first_use="the budget talk in March",
        talk=talk,
        recorded=recorded,
        now=now,
    )
    return person


def a_pairing(session: Session, programme: Programme, **said: Any) -> Pairing:
    """Return a new mentor paired with a new mentee."""
    a_mentor(session, programme, capacity=1, **said)
    mentee = a_mentee(session, programme, **said)
    pairing = open_pairing(session, programme.id, mentee.id)
    assert pairing is not None
    return pairing


def a_pair(
    session: Session, programme: Programme, mentor: Person, mentee: Person, *, now: datetime
) -> Pairing:
    """Return two people who are known already, paired."""
    pairing = Pairing(
        programme_id=programme.id,
        mentor_id=mentor.id,
        mentee_id=mentee.id,
        reasons=[],
        made_at=now,
    )
    session.add(pairing)
    session.flush()
    return pairing


def a_check_in(
    session: Session, pairing: Pairing, checkpoint: Checkpoint, *, now: datetime = NOW
) -> CheckIn:
    """Return the open check-in of `pairing` about `checkpoint`."""
    opened = open_once(
        session,
        pairing,
        checkpoint,
        completed_at=now,
        source="moodle",
        reference=None,
        now=now,
    )
    assert opened is not None
    return opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentoring:
    """A course with a rule about it, a mentor, a mentee and their open check-in; by their ids."""

    organisation_id: UUID
    course_id: UUID
    programme_id: UUID
    checkpoint_id: UUID
    pairing_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    checkin_id: UUID


def mentoring(
    database: Database,
    organisation_id: UUID,
    *,
    recorded: bool = False,
    mentor: dict[str, Any] | None = None,
    mentee: dict[str, Any] | None = None,
    **said: Any,
) -> Mentoring:
    """Set up one pair with an open check-in, in a transaction of its own."""
    with database.transaction(organisation_id) as session:
        course = a_course(session, **said)
        programme = a_programme(session, course)
        checkpoint = a_checkpoint(session, programme)
        first = a_mentor(session, programme, **{"recorded": recorded, **(mentor or {})})
        second = a_mentee(session, programme, **{"recorded": recorded, **(mentee or {})})
        pairing = open_pairing(session, programme.id, second.id)
        assert pairing is not None
        return Mentoring(
            organisation_id=organisation_id,
            course_id=course.id,
            programme_id=programme.id,
            checkpoint_id=checkpoint.id,
            pairing_id=pairing.id,
            mentor_id=first.id,
            mentee_id=second.id,
            checkin_id=a_check_in(session, pairing, checkpoint).id,
        )


def later(**span: float) -> datetime:
    """Return a moment after `NOW`."""
    return NOW + timedelta(**span)


def every(session: Session, table: type[T], *where: Any) -> list[T]:
    """Return the rows of `table`."""
    return list(session.scalars(select(table).where(*where)))


def account_of(session: Session, person_id: UUID) -> PersonIdentifier:
    """Return by what the platform signs somebody in."""
    (account,) = every(
        session,
        PersonIdentifier,
        PersonIdentifier.person_id == person_id,
        PersonIdentifier.scheme == ACCOUNT,
    )
    return account


def at_once(times: int, work: Callable[[int], T]) -> list[T | Exception]:
    """Do `work` so many times at the same moment, in threads; what raised is returned as it is."""
    barrier = Barrier(times)

    def started(number: int) -> T | Exception:
        barrier.wait(timeout=10)
        try:
            return work(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(started, range(times)))


@contextmanager
def statements_on(engine: Engine) -> Iterator[list[str]]:
    """Gather the statements that reach the database while the block runs."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
