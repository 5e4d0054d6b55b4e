"""Rosters: read page by page or by what changed; who is left out, and who is asked about it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from lti.nrps import Member
from lti.testing import User
from plugin.app import Mentes, compose
from plugin.courses import deliveries, questions, rosters
from plugin.courses import service as courses
from plugin.courses.deliveries import KIND
from plugin.courses.model import Course, Membership, RosterQuestion
from plugin.courses.questions import Outcome
from plugin.foundation import outbox
from plugin.foundation.errors import NotFound
from plugin.foundation.outbox import Debt
from plugin.foundation.tenancy import EVERYWHERE
from plugin.people import identifiers
from plugin.people.model import Person, PersonIdentifier
from plugin.platforms.model import RegistrationRow
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.courses.members import a_member
from tests.plugin.factories import (
    ISSUER,
    NOW,
    a_course,
    a_person,
    a_registration,
    at_once,
    every,
    later,
    statements_on,
)
from tests.plugin.launching import ADA, COURSE, TEACHER, Campus
from tests.plugin.people.listening import listening
from tests.plugin.statements.conftest import launched_as_admin


def some(number: int) -> list[Member]:
    return [
        a_member(
            f"u{each:03}",
            name=f"Learner {each:03}",
            email=f"Learner.{each}@lms.example",
            username=f"learner{each}",
            sourcedid=f"E{each}",
        )
        for each in range(number)
    ]


# What is kept of a page.


def test_a_roster_makes_people_known_and_keeps_who_is_not_in_it(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        course = a_course(session, registration)
        a_person(session, course, "9", name="Zoe Not Listed")
        members = [a_member("4", name="Ada One"), a_member("5")]
        rosters.kept(session, course, registration, members, now=later(days=1))
        names = [person.name for _, person in courses.roster(session, course.id)]
        assert names == ["Ada One", "Zoe Not Listed", None]


def test_a_whole_page_of_strangers_is_known_by_all_their_names(
    mentes: Mentes, organisation_id: UUID
) -> None:
    members = some(200)
    with listening(mentes) as (database, told), database.transaction(organisation_id) as session:
        registration = a_registration(session)
        course = a_course(session, registration)
        rosters.kept(session, course, registration, members, now=NOW)
        for key in (
            ("account", ISSUER, "u150"),
            ("mbox", "", "learner.150@lms.example"),
            ("username", "", "learner150"),
            ("sourced_id", "", "E150"),
        ):
            person_id = identifiers.whose(session, [key]).person_id
            assert person_id is not None, key
            assert session.get_one(Person, person_id).name == "Learner 150"
        people = {row.id for row in every(session, Person)}
        assert len(people) == 200
        assert {event.subject_id for event in told} == people
        assert ("mbox", "", "learner.150@lms.example") in {key for it in told for key in it.keys}
        assert {row.organisation_id for row in every(session, PersonIdentifier)} == {
            organisation_id
        }


def test_names_come_as_they_are_however_they_are_written(
    mentes: Mentes, organisation_id: UUID
) -> None:
    odd = ["Tab\tHere", "Back\\slash \\N", "Two\nlines\r", "Zoë Ünlü", "{'a'}", '"', "😀", "\\."]
    members = [a_member(f"o{n}", name=name) for n, name in enumerate(odd)]
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        course = a_course(session, registration)
        rosters.kept(session, course, registration, [*members, *some(60)], now=NOW)
        kept = {row.value: row.person_id for row in every(session, PersonIdentifier)}
        names = [session.get_one(Person, kept[f"o{n}"]).name for n in range(len(odd))]
        assert names == odd


def test_a_roster_of_two_hundred_costs_few_statements(
    mentes: Mentes, organisation_id: UUID
) -> None:
    members = some(200)
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        course = a_course(session, registration)
    costs = []
    for at in (NOW, later(minutes=30), later(hours=1)):
        with (
            statements_on(mentes.database.engine) as seen,
            mentes.database.transaction(organisation_id) as session,
        ):
            rosters.kept(
                session,
                session.get_one(Course, course.id),
                session.get_one(RegistrationRow, registration.id),
                members,
                now=at,
            )
        costs.append(len(seen))
    assert max(costs) <= 20
    with mentes.database.reading(organisation_id) as session:
        assert len(every(session, Person)) == len(every(session, Membership)) == 200
        assert {row.seen_at for row in every(session, Membership)} == {later(hours=1)}


def test_who_is_known_from_another_course_is_the_same_person(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        course = a_course(session, registration)
        other = a_course(session, registration, context=None)
        rosters.kept(session, course, registration, some(60), now=NOW)
        again = [*some(59), a_member("u059", name="Renamed", email="new@lms.example")]
        rosters.kept(session, other, registration, again, now=NOW)
        assert len(every(session, Person)) == 60
        assert len(every(session, Membership)) == 120
        assert [person.name for person in every(session, Person, Person.name == "Renamed")]
        by_mail = identifiers.whose(session, [("mbox", "", "new@lms.example")])
        assert by_mail.person_id is not None


def test_somebody_twice_on_a_page_is_as_the_last_entry_says(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        course = a_course(session, registration)
        twice = [a_member("4", name="Before"), a_member("4", name="After")]
        rosters.kept(session, course, registration, twice, now=NOW)
        assert [person.name for person in every(session, Person)] == ["After"]


def test_two_workers_that_bring_the_same_people_make_each_once(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        course = a_course(session, registration)

    def read(_number: int) -> None:
        with mentes.database.transaction(organisation_id) as session:
            rosters.kept(
                session,
                session.get_one(Course, course.id),
                session.get_one(RegistrationRow, registration.id),
                some(80),
                now=NOW,
            )

    assert at_once(3, read) == [None] * 3
    with mentes.database.reading(organisation_id) as session:
        assert len(every(session, Person)) == len(every(session, Membership)) == 80


# A course of the campus, whose list is read by the worker.


class Lecture:
    """A course with twenty learners and a teacher, which we have read once."""

    def __init__(self, campus: Campus, mentes: Mentes, worker: Worker, clock: MovableClock) -> None:
        self.campus, self.mentes, self.worker, self.clock = campus, mentes, worker, clock
        self.directory = campus.platform.directory
        for number in range(100, 117):  # and three that the campus has
            id = str(number)
            self.directory.add_user(
                User(
                    id=id,
                    given_name="Learner",
                    family_name=id,
                    email=f"{id}@lms.example",
                    username=f"u{id}",
                )
            )
            self.directory.enrol(id, COURSE.id, "Learner")
        self.tina = campus.launched(TEACHER)
        worker.run_until_idle()
        with mentes.database.reading(EVERYWHERE) as session:
            (self.course,) = every(session, Course)

    def read(self) -> None:
        """Ask who is in the course now, and wait for the answer."""
        self.clock.forward(minutes=2)
        assert self.tina.submit("roster").status_code == 303
        self.worker.run_until_idle()

    def leave(self, *numbers: int) -> None:
        for number in numbers:
            self.directory.unenrol(str(number), COURSE.id)

    def enrol(self, *numbers: int) -> None:
        for number in numbers:
            self.directory.enrol(str(number), COURSE.id, "Learner")

    @property
    def present(self) -> int:
        with self.mentes.database.reading(self.course.organisation_id) as session:
            return len(courses.roster(session, self.course.id))

    @property
    def asked(self) -> list[tuple[int, int, str | None]]:
        """What was asked about the course so far, and what came of it."""
        with self.mentes.database.reading(self.course.organisation_id) as session:
            rows = sorted(every(session, RosterQuestion), key=lambda row: row.asked_at)
            return [(row.missing, row.people, row.outcome) for row in rows]

    def paths(self) -> list[str]:
        """Return how often the list was asked for so far."""
        return [each.path for each in self.campus.platform.exchanges if "memberships" in each.path]


@pytest.fixture
def lecture(campus: Campus, mentes: Mentes, worker: Worker, clock: MovableClock) -> Lecture:
    return Lecture(campus, mentes, worker, clock)


@pytest.fixture(params=[False, True], ids=["whole lists", "changes"])
def either(request: pytest.FixtureRequest, lecture: Lecture) -> Lecture:
    """The same, of a platform that tells changes and of one that does not."""
    lecture.campus.platform.offers_differences = request.param
    lecture.read()
    return lecture


def test_who_is_no_longer_in_the_list_is_out_of_the_course(either: Lecture) -> None:
    assert either.present == 21
    either.leave(100, 101)
    either.read()
    assert (either.present, either.asked) == (19, [])


def test_who_comes_back_is_in_it_again(either: Lecture) -> None:
    either.leave(100)
    either.read()
    either.enrol(100)
    either.read()
    assert either.present == 21


def test_more_than_a_tenth_is_asked_about_first(either: Lecture) -> None:
    either.leave(100, 101, 102)
    either.read()
    assert (either.present, either.asked) == (21, [(3, 21, None)])
    page = either.tina.get("set-up").get_data(as_text=True)
    assert "leaves out 3 of 21" in page
    assert "Learner 100" in page
    either.read()  # the same again asks nothing else
    assert either.asked == [(3, 21, None)]


def button(lecture: Lecture, answer: str, *, question: UUID | None = None) -> int:
    with lecture.mentes.database.reading(lecture.course.organisation_id) as session:
        (row,) = every(session, RosterQuestion, RosterQuestion.outcome.is_(None))
    return lecture.tina.submit(f"roster/{question or row.id}", answer=answer).status_code


def test_yes_they_are_gone(either: Lecture) -> None:
    either.leave(100, 101, 102)
    either.read()
    assert button(either, "gone") == 303
    assert (either.present, either.asked) == (18, [(3, 21, Outcome.GONE)])
    assert "Are they gone?" not in either.tina.get("set-up").get_data(as_text=True)
    either.read()
    assert len(either.asked) == 1


def test_no_they_are_here_and_nobody_asks_again_until_a_list_had_them(either: Lecture) -> None:
    either.leave(100, 101, 102)
    either.read()
    assert button(either, "here") == 303
    either.read()
    assert (either.present, either.asked) == (21, [(3, 21, Outcome.STAY)])
    either.enrol(100, 101, 102)
    either.read()
    either.leave(100, 101, 102)
    either.read()
    assert either.asked[-1] == (3, 21, None)


def test_a_later_list_that_has_them_withdraws_the_question(either: Lecture) -> None:
    either.leave(100, 101, 102)
    either.read()
    either.enrol(101, 102)
    either.read()
    assert (either.present, either.asked) == (20, [(3, 21, Outcome.WITHDRAWN)])


def test_a_list_that_leaves_out_others_too_is_another_question(lecture: Lecture) -> None:
    lecture.leave(100, 101, 102)
    lecture.read()
    lecture.leave(103)
    lecture.read()
    assert lecture.asked == [(3, 21, Outcome.OVERTAKEN), (4, 21, None)]


def test_an_answer_to_a_question_that_is_settled_changes_nothing(lecture: Lecture) -> None:
    lecture.leave(100, 101, 102)
    lecture.read()
    with lecture.mentes.database.reading(EVERYWHERE) as session:
        (first,) = every(session, RosterQuestion)
    lecture.leave(103)
    lecture.read()
    assert lecture.tina.submit(f"roster/{first.id}", answer="gone").status_code == 303
    assert lecture.present == 21
    assert lecture.tina.submit(f"roster/{uuid4()}", answer="gone").status_code == 404
    assert lecture.tina.submit(f"roster/{first.id}", answer="perhaps").status_code == 422


def test_who_launches_is_here_whatever_the_list_says(lecture: Lecture) -> None:
    lecture.campus.launched(ADA)
    lecture.directory.unenrol(ADA.id, COURSE.id)
    lecture.leave(100, 101, 102)
    lecture.read()
    assert lecture.asked == [(4, 21, None)]
    lecture.campus.launched(ADA)
    assert "leaves out 3 of 21" in lecture.tina.get("set-up").get_data(as_text=True)
    assert button(lecture, "gone") == 303
    assert lecture.present == 18


def test_who_was_never_in_a_list_is_not_left_out_by_one(lecture: Lecture) -> None:
    visitor = User(
        id="900", given_name="Site", family_name="Admin", email="a@lms.example", username="a"
    )
    lecture.directory.add_user(visitor)
    lecture.campus.launched(visitor)
    lecture.clock.forward(hours=2)
    lecture.read()
    assert (lecture.present, lecture.asked) == (22, [])


def test_an_empty_list_empties_no_course(lecture: Lecture) -> None:
    for enrolment in lecture.directory.enrolments(COURSE.id):
        lecture.directory.unenrol(enrolment.user_id, COURSE.id)
    lecture.read()
    assert (lecture.present, lecture.asked) == (21, [(21, 21, None)])


@pytest.mark.parametrize("narrowing", ["role=Instructor", "rlid=7"])
def test_a_list_of_some_leaves_nobody_out(lecture: Lecture, narrowing: str) -> None:
    url = lecture.course.memberships_url
    assert url is not None
    with lecture.mentes.database.transaction(lecture.course.organisation_id) as session:
        course = session.get_one(Course, lecture.course.id)
        link = lecture.campus.link.id
        course.memberships_url = f"{url}&" if "?" in url else f"{url}?"
        course.memberships_url += narrowing.replace("rlid=7", f"rlid={link}")
    lecture.leave(100)
    lecture.clock.forward(minutes=2)
    lecture.tina.submit("roster")
    lecture.worker.run_until_idle()
    assert (lecture.present, lecture.asked) == (21, [])


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lists come by five."""
    monkeypatch.setattr(deliveries, "PAGE", 5)
    return


def test_a_page_that_fails_leaves_nobody_out(lecture: Lecture, small_pages: None) -> None:
    lecture.leave(100, 101)
    lecture.read()
    assert lecture.present == 19
    lecture.leave(102)
    pages = len(lecture.paths())
    lecture.campus.platform.answer_next("memberships", status=200, after=2, body=b"not json")
    lecture.read()
    assert len(lecture.paths()) - pages in (2, 3)
    assert lecture.present == 19


def test_entries_without_an_id_may_be_anybody(
    lecture: Lecture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lecture.leave(100)
    anonymous = User(id="", given_name="X", family_name="Y", email="x@lms.example", username="x")
    lecture.directory.add_user(anonymous)
    lecture.directory.enrol("", COURSE.id, "Learner")
    lecture.read()
    assert lecture.present == 21


def test_changes_are_asked_for_once_the_list_was_read(lecture: Lecture) -> None:
    lecture.campus.platform.offers_differences = True
    lecture.read()
    with lecture.mentes.database.reading(EVERYWHERE) as session:
        first = every(session, Course)[0]
    assert first.differences_url is not None
    lecture.leave(100)
    lecture.read()
    with lecture.mentes.database.reading(EVERYWHERE) as session:
        second = every(session, Course)[0]
    assert second.differences_url != first.differences_url
    assert second.roster_listed_at == first.roster_listed_at  # the list itself was not asked for
    assert second.roster_synced_at == lecture.clock()
    assert lecture.present == 20


def test_a_platform_that_forgot_what_changed_is_asked_for_everybody(lecture: Lecture) -> None:
    lecture.campus.platform.offers_differences = True
    lecture.read()
    lecture.leave(100)
    lecture.campus.platform.answer_next("memberships", status=404)
    lecture.read()
    with lecture.mentes.database.reading(EVERYWHERE) as session:
        course = every(session, Course)[0]
    assert course.roster_listed_at == lecture.clock()
    assert lecture.present == 20


def test_the_whole_list_is_read_again_after_a_week(lecture: Lecture) -> None:
    lecture.campus.platform.offers_differences = True
    lecture.read()
    lecture.clock.forward(days=8)
    lecture.tina = lecture.campus.launched(TEACHER)
    lecture.read()
    with lecture.mentes.database.reading(EVERYWHERE) as session:
        course = every(session, Course)[0]
    assert course.roster_listed_at is not None
    assert (lecture.clock() - course.roster_listed_at).total_seconds() <= 120


def test_of_two_readings_at_once_the_later_one_counts(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        course = a_course(session, registration)
        members = some(30)
        rosters.kept(session, course, registration, members, now=NOW)

        def ended(reading: int) -> None:
            rosters.ended(
                session,
                course.id,
                reading=reading,
                began_at=later(hours=2),
                is_of_everybody=True,
                differences_url=None,
                now=later(hours=2),
            )

        first, second = (rosters.begun(session, course.id) for _ in range(2))
        for reading, found in ((second, members), (first, members[:20])):
            rosters.kept(session, course, registration, found, reading=reading, now=later(hours=2))
        ended(first)
        assert len(courses.roster(session, course.id)) == 30
        ended(second)
        assert len(courses.roster(session, course.id)) == 30
        assert every(session, RosterQuestion) == []


def test_who_lost_the_lease_stops(
    lecture: Lecture, small_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lecture.mentes.database.transaction(EVERYWHERE) as session:
        for debt in every(session, Debt, Debt.kind == KIND):
            debt.attempts += 5  # another worker has taken it since
    leased = a_lease(lecture)
    delivery = lecture.mentes.deliveries[KIND]
    ((_, result),) = list(delivery([leased]))
    assert result.problem == "lease-lost"


def test_who_loses_the_lease_while_pages_come_stops(lecture: Lecture, small_pages: None) -> None:
    calls = itertools.count(1)

    def clock() -> datetime:
        if next(calls) == 4:  # the delivery began, the reading, the first page; now the second
            with lecture.mentes.database.transaction(EVERYWHERE) as session:
                for debt in every(session, Debt, Debt.kind == KIND):
                    debt.attempts += 5  # another worker has taken it
        return lecture.clock()

    with lecture.mentes.database.transaction(EVERYWHERE) as session:
        (debt,) = every(session, Debt, Debt.kind == KIND)
        debt.settled_at, debt.attempts = None, 1
    other = compose(lecture.mentes.settings, clock=clock)
    ((_, result),) = list(other.deliveries[KIND]([a_lease(lecture)]))
    other.database.dispose()
    assert result == outbox.Postponed(problem="lease-lost")
    with lecture.mentes.database.reading(EVERYWHERE) as session:
        course = every(session, Course)[0]
        found = every(session, Membership, Membership.listed_in == course.reading)
    assert len(found) <= 5
    assert course.roster_synced_at == lecture.course.roster_synced_at
    assert lecture.present == 21


def test_pages_before_one_that_fails_are_kept(lecture: Lecture, small_pages: None) -> None:
    lecture.campus.platform.answer_next("memberships", status=200, after=2, body=b"not json")
    lecture.read()
    with lecture.mentes.database.reading(EVERYWHERE) as session:
        course = every(session, Course)[0]
        found = every(session, Membership, Membership.listed_in == course.reading)
        problems = [debt.problem for debt in every(session, Debt, Debt.kind == KIND)]
    assert len(found) == 10
    assert "answer-malformed (200)" in problems
    assert course.roster_synced_at == lecture.course.roster_synced_at


def a_lease(lecture: Lecture) -> outbox.LeasedDebt:
    with lecture.mentes.database.reading(EVERYWHERE) as session:
        debt = every(session, Debt, Debt.kind == KIND)[0]
        return outbox.LeasedDebt(
            id=debt.id,
            organisation_id=debt.organisation_id,
            kind=KIND,
            key=debt.key,
            payload=debt.payload,
            attempts=1,
            target=debt.target,
            channel=debt.channel,
            lease=0,
            failures=0,
        )


def test_another_courses_question_is_nobodys_to_answer(lecture: Lecture) -> None:
    lecture.leave(100, 101, 102)
    lecture.read()
    with lecture.mentes.database.transaction(lecture.course.organisation_id) as session:
        (question,) = every(session, RosterQuestion)
        other = a_course(session)
        with pytest.raises(NotFound):
            questions.answered(
                session, other.id, question.id, gone=True, by=uuid4(), now=lecture.clock()
            )


def test_learners_are_not_asked(lecture: Lecture) -> None:
    lecture.leave(100, 101, 102)
    lecture.read()
    with lecture.mentes.database.reading(EVERYWHERE) as session:
        (question,) = every(session, RosterQuestion)
    ada = lecture.campus.launched(ADA)
    assert ada.submit(f"roster/{question.id}", answer="gone").status_code == 403
    assert lecture.present == 21


def test_an_administrator_may_answer_for_any_course(lecture: Lecture) -> None:
    lecture.leave(100, 101, 102)
    lecture.read()
    admin = launched_as_admin(lecture.campus)
    page = admin.get("rosters").get_data(as_text=True)
    assert "Mentored Course 101" in page
    assert "leaves out 3 of 21" in page
    with lecture.mentes.database.reading(EVERYWHERE) as session:
        (question,) = every(session, RosterQuestion)
    path = f"rosters/{lecture.course.id}/{question.id}"
    assert admin.submit(path, answer="gone").status_code == 303
    assert lecture.present == 19  # and the administrator, whom no list ever had
    assert "No course is asked about" in admin.get("rosters").get_data(as_text=True)
    assert lecture.tina.submit(path, answer="gone").status_code == 403
