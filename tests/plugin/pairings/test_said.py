"""Pairs that a learning platform names, over HTTP: an instructor takes them up, or leaves them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from lti import claims
from lti.roles import LEARNER
from plugin.app import Mentes
from plugin.courses.model import Course, Membership
from plugin.foundation.tenancy import EVERYWHERE
from plugin.pairings.model import Pairing
from plugin.people.model import Person
from plugin.programmes import service as programmes
from plugin.programmes.model import Part, Participation
from tests.plugin.factories import a_mentee, a_programme, every
from tests.plugin.launching import ADA, BEN, MO, TEACHER, Campus

MENTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"
NAMES_ADA = {claims.ROLES: [MENTOR], claims.ROLE_SCOPE_MENTOR: [ADA.id, "nobody-here"]}


def joined(mentes: Mentes, *emails: str) -> None:
    """Let people take part, in this order; also somebody who waits longer than all of them."""
    with mentes.database.reading(EVERYWHERE) as session:
        course = every(session, Course)[0]
        people = {person.email: person.id for person in every(session, Person)}
    with mentes.database.transaction(course.organisation_id) as session:
        programme = a_programme(session, session.get_one(Course, course.id))
        a_mentee(session, programme, name="Waits longest", now=mentes.clock())
        for email in emails:
            programmes.join(
                session,
                programme,
                people[email],
                first_use="a talk",
                talk=["call"],
                recorded=False,
                now=mentes.clock(),
            )


def pairs(mentes: Mentes) -> list[tuple[str | None, list[Any]]]:
    with mentes.database.reading(EVERYWHERE) as session:
        rows = session.execute(
            select(Person.name, Pairing.reasons).join(Pairing, Pairing.mentee_id == Person.id)
        ).all()
    return [(name, reasons) for name, reasons in rows]


def form_of(page: str) -> str:
    """Return the address of the first form that makes a pair."""
    return page.split('action="')[1].split('"')[0].split("/", 3)[3]


def test_an_instructor_makes_a_pair_that_the_platform_names(campus: Campus, mentes: Mentes) -> None:
    for user in (ADA, BEN):
        campus.launched(user)
    campus.launched(MO, **NAMES_ADA)
    joined(mentes, ADA.email)
    tina = campus.launched(TEACHER)
    page = tina.get("people").get_data(as_text=True)
    assert "Mo Mentor mentors Ada One." in page
    section = page.partition('id="said"')[2]
    for _ in range(2):  # a second tab finds that it was done
        answer = tina.submit(form_of(section))
    assert answer.status_code == 404
    assert pairs(mentes) == [("Ada One", [{"kind": "said-by-the-platform"}])]
    with mentes.database.reading(EVERYWHERE) as session:
        (mentor,) = every(session, Participation, Participation.part == Part.MENTOR)
    assert mentor.capacity == 1
    assert "names mentors" not in tina.get("people").get_data(as_text=True)


def test_who_has_not_joined_can_be_no_pair_yet(campus: Campus, mentes: Mentes) -> None:
    campus.launched(ADA)
    campus.launched(MO, **NAMES_ADA)
    page = campus.launched(TEACHER).get("people").get_data(as_text=True)
    assert "once the learner has joined" in page
    assert "said-pairs" not in page


def test_without_the_role_of_a_mentor_nothing_is_named(campus: Campus, mentes: Mentes) -> None:
    campus.launched(ADA)
    campus.launched(MO, **{claims.ROLE_SCOPE_MENTOR: [ADA.id]})
    page = campus.launched(TEACHER).get("people").get_data(as_text=True)
    assert "names mentors" not in page


def test_who_is_no_mentor_any_more_is_believed_no_more(campus: Campus, mentes: Mentes) -> None:
    campus.launched(ADA)
    campus.launched(MO, **NAMES_ADA)
    joined(mentes, ADA.email)
    tina = campus.launched(TEACHER)
    assert "Mo Mentor mentors Ada One." in tina.get("people").text
    with mentes.database.transaction(EVERYWHERE) as session:
        mo = session.scalars(select(Person).where(Person.email == MO.email)).one()
        session.scalars(select(Membership).filter_by(person_id=mo.id)).one().roles = [LEARNER]
    assert "Mo Mentor mentors Ada One." not in tina.get("people").text
