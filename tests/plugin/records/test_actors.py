"""By what people are called: as the platform's own statements call them, or more privately."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.checkins import service as checkins
from plugin.completions import merging
from plugin.courses.model import Course
from plugin.diagnosis import examined
from plugin.people.model import PersonIdentifier
from plugin.people.rules import USERNAME
from plugin.platforms.model import ActorForm, RegistrationRow
from plugin.programmes import service as programmes
from plugin.programmes.model import Part
from plugin.records.actors import namings
from tests.plugin.factories import NOW, Mentoring, a_person, account_of, every, later, mentoring
from tests.plugin.records.telling import statements

ADDRESS = "Ada@lms.example"
forms = st.sampled_from(ActorForm)


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID) -> Mentoring:
    """A pair with an open check-in; both chose to be recorded, under a number."""
    return mentoring(
        mentes.database, organisation_id, recorded=True, mentee={"email": ADDRESS, "subject": "42"}
    )


def call(
    mentes: Mentes, pair: Mentoring, form: ActorForm, *, home: str | None = None, agreed: ActorForm
) -> None:
    """Let the platform call people by `form`, to which the mentee agrees as far as `agreed`."""
    with mentes.database.transaction(pair.organisation_id) as session:
        (registration,) = every(session, RegistrationRow)
        registration.actor_form, registration.actor_home = form, home
        mentee = programmes.participation(session, pair.programme_id, pair.mentee_id, Part.MENTEE)
        assert mentee is not None
        programmes.choose_recording(session, mentee, True, known_as=agreed, now=NOW)


def told(mentes: Mentes, pair: Mentoring) -> list[dict[str, Any]]:
    """Let the two speak, and return how the mentee is called."""
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.hold(session, pair.checkin_id, by=pair.mentor_id, now=later(days=1))
    return [one["actor"] for one in statements(mentes, Verb.ATTENDED)]


def named(mentes: Mentes, pair: Mentoring, name: str) -> None:
    """Let the platform say what the mentee's username is."""
    with mentes.database.transaction(pair.organisation_id) as session:
        account = account_of(session, pair.mentee_id)
        like = {
            column.key: getattr(account, column.key)
            for column in PersonIdentifier.__table__.columns
            if column.key not in ("id", "scheme", "value", "signs_in")
        }
        session.add(PersonIdentifier(**like, scheme=USERNAME, value=name))


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    ("form", "actor"),
    [
        (ActorForm.ACCOUNT, {"account": {"homePage": "https://lms.example", "name": "42"}}),
        (ActorForm.USERNAME, {"account": {"homePage": "https://moodle.example", "name": "ada"}}),
        (ActorForm.MBOX, {"mbox": f"mailto:{ADDRESS}"}),
        (ActorForm.MBOX_SHA1SUM, {"mbox_sha1sum": sha1(f"mailto:{ADDRESS}")}),
        (ActorForm.BARE_SHA1SUM, {"mbox_sha1sum": sha1(ADDRESS)}),
    ],
)
def test_people_are_called_as_the_platform_calls_them(
    mentes: Mentes, pair: Mentoring, form: ActorForm, actor: dict[str, Any]
) -> None:
    call(mentes, pair, form, home="https://moodle.example", agreed=form)
    named(mentes, pair, "ada")
    assert told(mentes, pair) == [{"objectType": "Agent", **actor}]


@given(forms, forms)
def test_nobody_is_called_less_privately_than_they_agreed_to(
    form: ActorForm, agreed: ActorForm
) -> None:
    order = list(ActorForm)
    called = form.but_no_less_private_than(agreed)
    assert order.index(called) <= min(order.index(form), order.index(agreed))
    assert called in (form, agreed)


def test_who_agreed_to_a_number_stays_one_when_the_platform_becomes_less_private(
    mentes: Mentes, pair: Mentoring
) -> None:
    call(mentes, pair, ActorForm.MBOX, agreed=ActorForm.ACCOUNT)
    (actor,) = told(mentes, pair)
    assert actor["account"]["name"] == "42"
    assert ADDRESS not in str(statements(mentes))


@pytest.mark.parametrize("form", [ActorForm.MBOX, ActorForm.USERNAME])
def test_of_whom_the_form_cannot_be_made_nothing_is_told_and_the_doctor_counts(
    mentes: Mentes, organisation_id: UUID, form: ActorForm
) -> None:
    pair = mentoring(mentes.database, organisation_id, recorded=True)
    call(mentes, pair, form, agreed=form)
    assert told(mentes, pair) == []
    with mentes.database.reading(organisation_id) as session:
        (naming,) = namings(session)
        assert (naming.recorded, naming.untold, naming.otherwise) == (2, 1, 1)
    (found,) = [each for each in examined(mentes) if f"by {form}" in each.what]
    assert not found.holds
    assert "1 cannot be told of" in found.what
    assert "mentes platform actors" in found.advice


def test_a_platform_that_calls_people_by_number_is_nothing_to_look_at(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.reading(pair.organisation_id) as session:
        assert list(namings(session)) == []


@pytest.mark.parametrize("form", ActorForm)
def test_a_mentor_who_says_stop_is_named_in_nothing_that_waits_however_they_are_called(
    mentes: Mentes, organisation_id: UUID, form: ActorForm
) -> None:
    pair = mentoring(
        mentes.database, organisation_id, recorded=True, mentor={"email": "mo@lms.example"}
    )
    named(mentes, replace(pair, mentee_id=pair.mentor_id), "mo")
    call(mentes, pair, form, home="https://moodle.example", agreed=ActorForm.ACCOUNT)
    with mentes.database.transaction(organisation_id) as session:
        mentor = programmes.participation(session, pair.programme_id, pair.mentor_id, Part.MENTOR)
        assert mentor is not None
        programmes.choose_recording(session, mentor, True, known_as=form, now=NOW)
    told(mentes, pair)
    (before,) = statements(mentes, Verb.ATTENDED)
    assert "instructor" in before["context"]
    with mentes.database.transaction(organisation_id) as session:
        mentor = programmes.participation(session, pair.programme_id, pair.mentor_id, Part.MENTOR)
        assert mentor is not None
        programmes.choose_recording(session, mentor, False, now=later(days=2))
    (after,) = statements(mentes, Verb.ATTENDED)
    assert "instructor" not in after["context"]


def test_who_turned_out_to_be_somebody_else_is_forgotten_with_them(
    mentes: Mentes, pair: Mentoring
) -> None:
    call(mentes, pair, ActorForm.MBOX, agreed=ActorForm.MBOX)
    told(mentes, pair)
    assert ADDRESS in str(statements(mentes))
    with mentes.database.transaction(pair.organisation_id) as session:
        again = a_person(session, session.get_one(Course, pair.course_id), "99")
        merging.merge(session, again.id, pair.mentee_id, by=None, now=later(days=2))
        part = programmes.participation(session, pair.programme_id, again.id, Part.MENTEE)
        assert part is not None
        programmes.choose_recording(session, part, False, now=later(days=3))
    assert ADDRESS not in str(statements(mentes))
