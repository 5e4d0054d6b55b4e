"""What people were called in what was told is theirs when they are called otherwise."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from lrs_bridge.lrs.tables import statement
from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.checkins import service as checkins
from plugin.completions import merging
from plugin.courses.model import Course
from plugin.foundation.tenancy import EVERYWHERE
from plugin.people import identifiers
from plugin.people.identifiers import Evidence
from plugin.people.model import Person
from plugin.platforms.model import ActorForm, RegistrationRow
from plugin.programmes import service as programmes
from plugin.programmes.model import Part
from plugin.records.called import called_anywhere
from plugin.records.model import ToldName
from plugin.targets.model import Ending, Withdrawal
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import Mentoring, a_person, account_of, every, later, mentoring
from tests.plugin.records.telling import statements

OLD, NEW = "lovelace", "king"


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID, clock: MovableClock) -> Mentoring:
    """A pair with an open check-in, not recorded yet."""
    clock.now = later(days=10)
    return mentoring(mentes.database, organisation_id, mentee={"subject": "42"})


def call(mentes: Mentes, pair: Mentoring, form: ActorForm) -> None:
    """Let the platform call people by `form`, to which the mentee agrees."""
    with mentes.database.transaction(pair.organisation_id) as session:
        (registration,) = every(session, RegistrationRow)
        registration.actor_form = form
        mentee = programmes.participation(session, pair.programme_id, pair.mentee_id, Part.MENTEE)
        assert mentee is not None
        programmes.choose_recording(session, mentee, True, known_as=form, now=later(hours=1))


def named(mentes: Mentes, pair: Mentoring, name: str) -> None:
    """Let the platform say how the mentee is called now: by username and by mail address."""
    with mentes.database.transaction(pair.organisation_id) as session:
        account = account_of(session, pair.mentee_id)
        names = {"username": name, "email": f"{name}@lms.example"}
        identifiers.told(session, account, names, evidence=Evidence.ROSTER, now=later(days=1))
        session.get_one(Person, pair.mentee_id).email = names["email"]


def spoke(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.hold(session, pair.checkin_id, by=pair.mentor_id, now=later(days=1))


def stop(mentes: Mentes, pair: Mentoring, person_id: UUID | None = None) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        mine = programmes.participation(
            session, pair.programme_id, person_id or pair.mentee_id, Part.MENTEE
        )
        assert mine is not None
        programmes.choose_recording(session, mine, False, now=later(days=9))


def stored(mentes: Mentes) -> str:
    """Return all that the embedded store holds."""
    with mentes.database.reading(EVERYWHERE) as session:
        return "\n".join(session.execute(select(statement.c.payload)).scalars())


def rows(mentes: Mentes, table: type[Any]) -> list[Any]:
    with mentes.database.reading(EVERYWHERE) as session:
        return every(session, table)


@pytest.mark.parametrize("form", [ActorForm.USERNAME, ActorForm.MBOX])
def test_who_is_called_otherwise_since_is_erased_under_the_old_name_too(
    mentes: Mentes, pair: Mentoring, worker: Worker, form: ActorForm
) -> None:
    named(mentes, pair, OLD)
    call(mentes, pair, form)
    spoke(mentes, pair)
    worker.run_until_idle()
    assert OLD in stored(mentes)
    named(mentes, pair, NEW)
    stop(mentes, pair)
    worker.run_until_idle()
    assert [each.ending for each in rows(mentes, Withdrawal)] == [Ending.ERASED]
    assert OLD not in stored(mentes)


@pytest.mark.parametrize("form", [ActorForm.USERNAME, ActorForm.MBOX, ActorForm.BARE_SHA1SUM])
def test_what_waits_under_the_old_name_is_taken_back_too(
    mentes: Mentes, pair: Mentoring, form: ActorForm
) -> None:
    named(mentes, pair, OLD)
    call(mentes, pair, form)
    spoke(mentes, pair)
    assert statements(mentes, Verb.ATTENDED)
    named(mentes, pair, NEW)
    stop(mentes, pair)
    assert statements(mentes, Verb.ATTENDED) == []


def test_each_name_is_kept_once_and_forgotten_with_what_was_told(
    mentes: Mentes, pair: Mentoring
) -> None:
    named(mentes, pair, OLD)
    call(mentes, pair, ActorForm.MBOX)
    spoke(mentes, pair)
    (kept,) = rows(mentes, ToldName)
    assert kept.agent["mbox"] == f"mailto:{OLD}@lms.example"
    assert (kept.person_id, kept.programme_id) == (pair.mentee_id, pair.programme_id)
    with mentes.database.reading(pair.organisation_id) as session:
        assert kept.agent in called_anywhere(session, pair.mentee_id)
    stop(mentes, pair)
    assert rows(mentes, ToldName) == []


def test_who_is_not_recorded_is_not_kept(mentes: Mentes, pair: Mentoring) -> None:
    spoke(mentes, pair)
    assert rows(mentes, ToldName) == []


def test_who_turned_out_to_be_somebody_else_is_erased_under_their_old_name(
    mentes: Mentes, pair: Mentoring
) -> None:
    named(mentes, pair, OLD)
    call(mentes, pair, ActorForm.MBOX)
    spoke(mentes, pair)
    named(mentes, pair, NEW)
    with mentes.database.transaction(pair.organisation_id) as session:
        again = a_person(session, session.get_one(Course, pair.course_id), "99")
        merging.merge(session, again.id, pair.mentee_id, by=None, now=later(days=2))
    stop(mentes, pair, again.id)
    assert OLD not in str(statements(mentes))
