"""Copied courses: recognised in four ways, asked about once, kept, undone; and who may see what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from lti import claims, copies
from lti.testing import Course, User
from plugin.app import Mentes
from plugin.checkins.model import CheckIn
from plugin.courses import service as courses
from plugin.courses.copies import Answer, Evidence
from plugin.courses.model import Course as CourseRow
from plugin.courses.model import CourseCopy, Membership
from plugin.foundation.tenancy import EVERYWHERE
from plugin.items.model import PlacedItem
from plugin.launches.items import CUSTOM_ID, Kind
from plugin.pairings.model import Pairing
from plugin.people.model import Person
from plugin.programmes import checkpoints, keeping
from plugin.programmes import service as programmes
from plugin.programmes.model import Checkpoint, KeptPart, Part, Participation, Programme
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import an_organisation, at_once, every
from tests.plugin.launching import ADA, COURSE, MO, TEACHER, Browser, Campus, a_campus

COPY = Course(id="22", label="MENT102", title="Mentored Course 102")
NAN = User(id="7", given_name="Nan", family_name="Mentor", email="n@lms.example", username="nan")
TOM = User(id="8", given_name="Tom", family_name="Teacher", email="t@lms.example", username="tom")
PAGE = "/mod/page/view.php?id="


class Copied:
    """A course with two mentors and two rules, and its copy, with Mo in both.

    Args:
        teachers: who teaches the copy.
    """

    def __init__(self, campus: Campus, mentes: Mentes, worker: Worker, clock: MovableClock) -> None:
        self.mentes, self.worker, self.clock, self.source = mentes, worker, clock, campus
        self.directory = campus.platform.directory
        for user in (NAN, TOM):
            self.directory.add_user(user)
        self.directory.enrol(NAN.id, COURSE.id, "Learner")
        for user in (TEACHER, ADA, MO, NAN):
            campus.launched(user)
        worker.run_until_idle()  # handlers of notices are set
        with mentes.database.reading(EVERYWHERE) as session:
            (origin,) = every(session, CourseRow)
            self.organisation_id, self.origin_id = origin.organisation_id, origin.id
            self.people = {person.email: person.id for person in every(session, Person)}
        with mentes.database.transaction(self.organisation_id) as session:
            programme = programmes.of_course(
                session, session.get_one(CourseRow, self.origin_id), now=clock()
            )
            by = self.people[TEACHER.email]
            for user, capacity in ((MO, 3), (NAN, 1)):
                programmes.attach_mentor(
                    session,
                    programme,
                    self.people[user.email],
                    capacity=capacity,
                    by=by,
                    now=clock(),
                )
            self.rule(session, programme, self.seen(session, self.origin_id, 1, "Module 1"), 25, 7)
            whole = courses.activities(session, self.origin_id)[0]
            self.rule(session, programme, whole, 50, 21)
            programmes.join(
                session,
                programme,
                self.people[ADA.email],
                first_use="the budget talk",
                talk=["call"],
                recorded=False,
                now=clock(),
            )

    def rule(
        self, session: Any, programme: Programme, activity: Any, minutes: int, days: int
    ) -> None:
        checkpoints.set_checkpoint(
            session,
            programme,
            activity,
            name=activity.name or activity.iri,
            minutes=minutes,
            within_days=days,
            by=self.people[TEACHER.email],
            now=self.clock(),
        )

    def seen(self, session: Any, course_id: UUID, number: int, name: str | None) -> Any:
        iri = f"{self.source.platform.issuer}{PAGE}{number}"
        courses.seen_activity(
            session, course_id, iri=iri, kind="module", name=name, now=self.clock()
        )
        return courses.activity_at(session, iri)

    def copied(self, *, told: bool = True, teachers: tuple[User, ...] = (TEACHER,)) -> Campus:
        """Copy the course on the campus; return the campus with the copy's item to be opened.

        Args:
            told: whether the platform tells us by a notice.
        """
        if told:
            self.source.platform.copy_course(COURSE.id, COPY)
        else:
            self.directory.add_course(COPY)
            self.source.platform.add_resource_link(self.source.tool, COPY.id, "Mentoring")
        for user in teachers:
            self.directory.enrol(user.id, COPY.id, "Instructor")
        self.directory.enrol(MO.id, COPY.id, "Learner")
        (link,) = self.directory.links(COPY.id)
        self.copy = replace(self.source, link=link)
        return self.copy

    def opened(self, user: User = TEACHER, custom: dict[str, str] | None = None) -> Browser:
        """Open the copy; the roster is read by then."""
        said = {claims.CUSTOM: custom} if custom is not None else {}
        browser = self.copy.launched(user, **said)
        self.worker.run_until_idle()
        return browser

    def answer(self, browser: Browser, answer: str) -> int:
        (copy,) = self.all(CourseCopy)
        return browser.submit(f"copied/{copy.id}", answer=answer).status_code

    def undo(self, browser: Browser) -> int:
        (copy,) = self.all(CourseCopy)
        return browser.submit(f"copied/{copy.id}/undo").status_code

    def all(self, table: type[Any]) -> list[Any]:
        with self.mentes.database.reading(self.organisation_id) as session:
            rows = every(session, table)
            session.expunge_all()
            return rows

    @property
    def programme_id(self) -> UUID:
        (found,) = [row.id for row in self.all(Programme) if row.course_id != self.origin_id]
        return found

    def mentors(self) -> dict[str | None, int]:
        """Return who mentors in the copy now, and how many they take."""
        names = {person.id: person.name for person in self.all(Person)}
        return {
            names[part.person_id]: part.capacity
            for part in self.all(Participation)
            if part.programme_id == self.programme_id
            and part.part == Part.MENTOR
            and part.left_at is None
        }

    def rules(self) -> list[tuple[str, int, int]]:
        """Return the rules that stand in the copy."""
        return sorted(
            (rule.name, rule.minutes, rule.within_days)
            for rule in self.all(Checkpoint)
            if rule.programme_id == self.programme_id and rule.retired_at is None
        )

    def see(self, number: int, name: str | None) -> None:
        """Let learning records name something of the copy."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            (copy,) = every(session, CourseRow, CourseRow.context_id == COPY.id)
            self.seen(session, copy.id, number, name)


@pytest.fixture
def copied(campus: Campus, mentes: Mentes, worker: Worker, clock: MovableClock) -> Copied:
    return Copied(campus, mentes, worker, clock)


def page(browser: Browser, path: str = "set-up") -> str:
    return browser.get(path).get_data(as_text=True)


ASKED = "This course looks copied from <strong>Mentored Course 101</strong>: keep"
WHOLE = ("Mentored Course 102", 50, 21)


# How a copy is recognised.


def by_notice(copied: Copied) -> Browser:
    copied.copied()
    return copied.opened(custom={})


def by_context_history(copied: Copied) -> Browser:
    copied.copied(told=False)
    return copied.opened(custom={copies.CONTEXT: f"99,{COURSE.id}"})


def by_link_history(copied: Copied) -> Browser:
    copied.copied(told=False)
    return copied.opened(custom={copies.RESOURCE_LINK: copied.source.link.id})


def by_item(copied: Copied) -> Browser:
    item_id = placed(copied, Kind.HOME)
    copied.copied(told=False)
    return copied.opened(custom={CUSTOM_ID: str(item_id)})


def placed(copied: Copied, kind: Kind) -> UUID:
    with copied.mentes.database.transaction(copied.organisation_id) as session:
        item = PlacedItem(
            course_id=copied.origin_id,
            kind=kind,
            title="Mentoring",
            placed_by=copied.people[TEACHER.email],
            placed_at=copied.clock(),
        )
        session.add(item)
        session.flush()
        return item.id


@pytest.mark.parametrize(
    ("recognised", "evidence"),
    [
        (by_notice, Evidence.NOTICE),
        (by_context_history, Evidence.CONTEXT_HISTORY),
        (by_link_history, Evidence.LINK_HISTORY),
        (by_item, Evidence.ITEM),
    ],
)
def test_a_copy_is_recognised(
    copied: Copied, recognised: Callable[[Copied], Browser], evidence: Evidence
) -> None:
    tina = recognised(copied)
    assert ASKED in page(tina)
    assert [row.evidence for row in copied.all(CourseCopy)] == [evidence]


def test_the_surest_way_of_knowing_counts(copied: Copied) -> None:
    copied.copied(told=False)
    copied.opened(custom={copies.CONTEXT: COURSE.id})
    copied.source.platform.notices.tell(
        copied.source.tool,
        "LtiContextCopyNotice",
        {
            claims.CONTEXT: {"id": COPY.id, "title": COPY.title},
            claims.ORIGIN_CONTEXTS: [COURSE.id],
        },
    )
    assert [row.evidence for row in copied.all(CourseCopy)] == [Evidence.NOTICE]


def test_a_course_that_is_no_copy_asks_nothing(copied: Copied) -> None:
    tina = copied.source.launched(TEACHER)
    assert "copied from" not in page(tina)
    assert tina.get("copied").status_code == 404


@pytest.mark.parametrize("item_id", ["7", "DROP TABLE", "167fadb5-4e24-4e31-a693-d1bb4f02c3e2"])
def test_an_item_that_nobody_knows_makes_no_copy(copied: Copied, item_id: str) -> None:
    copied.copied(told=False)
    copied.opened(custom={CUSTOM_ID: item_id})
    assert copied.all(CourseCopy) == []


# What is kept.


def test_what_would_be_kept_is_shown_first(copied: Copied) -> None:
    tina = by_notice(copied)
    shown = page(tina, "copied")
    for words in ("Mo Mentor", "Takes up to 3 mentees", "In this course", "Not in this course yet"):
        assert words in shown
    assert "Not seen in this course yet" in shown
    assert copied.all(KeptPart) == []


def test_mentors_and_rules_are_kept_and_nothing_else(copied: Copied) -> None:
    tina = by_notice(copied)
    assert copied.answer(tina, "keep") == 303
    assert copied.mentors() == {"Mo Mentor": 3}
    assert copied.rules() == [WHOLE]
    assert ASKED not in page(tina)
    mentees = [part for part in copied.all(Participation) if part.part == Part.MENTEE]
    assert {part.programme_id for part in mentees} != {copied.programme_id}
    assert all(row.programme_id != copied.programme_id for row in copied.all(Pairing))
    assert copied.all(CheckIn) == []


def test_what_is_not_seen_yet_waits_and_is_bound_when_it_is(copied: Copied) -> None:
    tina = by_notice(copied)
    copied.answer(tina, "keep")
    waits = page(tina, "copied")
    assert "What waits" in waits
    assert "Module 1" in waits
    copied.see(71, None)  # learning records often name it later
    assert copied.rules() == [WHOLE]
    copied.see(71, "module  1")
    assert ("module  1", 25, 7) in copied.rules()
    copied.directory.enrol(NAN.id, COPY.id, "Learner")
    copied.copy.launched(NAN)
    assert copied.mentors() == {"Mo Mentor": 3, "Nan Mentor": 1}
    assert "What waits" not in page(tina, "copied")


def test_a_mentor_who_comes_with_the_roster_is_attached(copied: Copied) -> None:
    tina = by_notice(copied)
    copied.answer(tina, "keep")
    copied.directory.enrol(NAN.id, COPY.id, "Learner")
    copied.clock.forward(minutes=2)
    tina.submit("roster")
    copied.worker.run_until_idle()
    assert "Nan Mentor" in copied.mentors()


def test_what_was_seen_before_is_bound_at_once(copied: Copied) -> None:
    tina = by_notice(copied)
    copied.see(71, "Module 1")
    copied.answer(tina, "keep")
    assert ("Module 1", 25, 7) in copied.rules()


def test_two_things_of_one_name_are_left_to_people(copied: Copied) -> None:
    tina = by_notice(copied)
    for number in (71, 72):
        copied.see(number, "Module 1")
    copied.answer(tina, "keep")
    assert copied.rules() == [WHOLE]


def test_what_was_set_up_by_hand_stays_as_it_is(copied: Copied) -> None:
    tina = by_notice(copied)
    mo = copied.people[MO.email]
    tina.submit("mentors", person=str(mo), capacity="5")
    whole = next(
        part for part in page(tina).split('value="') if "The whole course" in part
    ).partition('"')[0]
    tina.submit("checkpoints", activity=whole, minutes="5", within_days="3")
    copied.answer(tina, "keep")
    assert copied.mentors() == {"Mo Mentor": 5}
    assert copied.rules() == [("Mentored Course 102", 5, 3)]
    assert copied.undo(tina) == 303
    assert copied.mentors() == {"Mo Mentor": 5}
    assert copied.rules() == [("Mentored Course 102", 5, 3)]


def test_keeping_twice_is_keeping_once(copied: Copied) -> None:
    tina = by_notice(copied)
    copied.answer(tina, "keep")
    copied.answer(tina, "keep")
    copied.answer(tina, "never")
    assert copied.mentors() == {"Mo Mentor": 3}
    assert len(copied.all(KeptPart)) == 4
    assert [row.answer for row in copied.all(CourseCopy)] == [Answer.KEPT]


def test_keeping_in_two_tabs_at_once_keeps_once(copied: Copied) -> None:
    by_notice(copied)
    (copy,) = copied.all(CourseCopy)

    def keep(_number: int) -> None:
        with copied.mentes.database.transaction(copied.organisation_id) as session:
            keeping.answered(
                session,
                session.get_one(CourseCopy, copy.id),
                Answer.KEPT,
                gates="https://tool.example/items/",
                by=copied.people[TEACHER.email],
                now=copied.clock(),
            )

    assert at_once(4, keep) == [None] * 4
    assert len(copied.all(KeptPart)) == 4
    assert copied.mentors() == {"Mo Mentor": 3}


def test_keeping_is_undone(copied: Copied) -> None:
    tina = by_notice(copied)
    copied.answer(tina, "keep")
    assert "Undo" in page(tina, "copied")
    assert copied.undo(tina) == 303
    assert (copied.mentors(), copied.rules(), copied.all(KeptPart)) == ({}, [], [])
    copied.see(71, "Module 1")
    assert copied.rules() == []
    copied.answer(tina, "keep")
    assert copied.mentors() == {"Mo Mentor": 3}
    assert len(copied.rules()) == 2


def test_after_two_weeks_it_is_undone_by_hand(copied: Copied) -> None:
    tina = by_notice(copied)
    copied.answer(tina, "keep")
    copied.clock.forward(days=15)
    tina = copied.opened()
    assert "Undo" not in page(tina, "copied")
    assert copied.undo(tina) == 404
    assert copied.mentors() == {"Mo Mentor": 3}


def test_not_now_asks_no_more_by_itself(copied: Copied) -> None:
    tina = by_notice(copied)
    assert copied.answer(tina, "later") == 303
    shown = page(tina)
    assert ASKED not in shown
    assert "Look at its mentors and rules" in shown
    assert copied.answer(tina, "keep") == 303
    assert copied.mentors() == {"Mo Mentor": 3}


def test_never_is_never(copied: Copied) -> None:
    tina = by_notice(copied)
    assert copied.answer(tina, "never") == 303
    assert "copied from" not in page(tina)
    assert tina.get("copied").status_code == 404
    assert copied.answer(tina, "perhaps") == 422


def test_a_rule_about_an_item_behind_a_restriction_does_not_come_along(copied: Copied) -> None:
    gate = f"{copied.mentes.settings.public_url}/items/{uuid4()}"
    with copied.mentes.database.transaction(copied.organisation_id) as session:
        courses.seen_activity(
            session, copied.origin_id, iri=gate, kind="module", name="Gate", now=copied.clock()
        )
        programme = programmes.found_of_course(session, copied.origin_id)
        assert programme is not None
        copied.rule(session, programme, courses.activity_at(session, gate), 10, 14)
    tina = by_notice(copied)
    copied.see(71, "Gate")
    assert "Gate" not in page(tina, "copied")
    copied.answer(tina, "keep")
    assert copied.rules() == [WHOLE]


def test_of_several_ancestors_the_nearest_with_anything_to_keep_is_meant(copied: Copied) -> None:
    copied.source.platform.copy_course(COURSE.id, Course(id="21", label="M21", title="Between"))
    copied.source.platform.copy_course("21", COPY)
    copied.directory.enrol(TEACHER.id, COPY.id, "Instructor")
    copied.copy = replace(copied.source, link=copied.directory.links(COPY.id)[0])
    tina = copied.opened(custom={copies.CONTEXT: f"21,{COURSE.id}"})
    assert ASKED in page(tina)


# Who may see what.


def test_who_teaches_only_the_copy_sees_no_names_but_those_of_the_copy(copied: Copied) -> None:
    copied.copied(teachers=(TOM,))
    tom = copied.opened(TOM, custom={})
    assert ASKED in page(tom)
    shown = page(tom, "copied")
    assert "Mo Mentor" in shown  # is in the copy
    assert "Nan" not in shown
    assert "One mentor more, who is not in this course" in shown
    assert copied.answer(tom, "keep") == 303
    assert "Nan" not in page(tom, "copied")
    assert copied.mentors() == {"Mo Mentor": 3}


@pytest.mark.parametrize("custom", [copies.CONTEXT, copies.RESOURCE_LINK])
def test_a_history_that_anybody_may_have_written_tells_nothing_of_a_course_one_does_not_teach(
    copied: Copied, custom: str
) -> None:
    copied.copied(told=False, teachers=(TOM,))
    says = COURSE.id if custom == copies.CONTEXT else copied.source.link.id
    tom = copied.opened(TOM, custom={custom: says})
    assert len(copied.all(CourseCopy)) == 1
    shown = page(tom)
    assert "copied from" not in shown
    assert "Mentored Course 101" not in shown
    assert tom.get("copied").status_code == 404
    assert copied.answer(tom, "keep") == 404
    assert copied.undo(tom) == 404


def test_who_taught_the_other_course_once_does_not_now(copied: Copied) -> None:
    copied.copied(told=False)
    with copied.mentes.database.transaction(copied.organisation_id) as session:
        theirs = Membership.person_id == copied.people[TEACHER.email]
        for membership in every(session, Membership, theirs):
            membership.active = False
    tina = copied.opened(custom={copies.CONTEXT: COURSE.id})
    assert "copied from" not in page(tina)


def test_learners_and_mentors_of_the_copy_are_asked_nothing(copied: Copied) -> None:
    by_notice(copied)
    mo = copied.opened(MO)
    assert mo.get("copied").status_code == 403
    assert copied.answer(mo, "keep") == 403
    assert copied.all(KeptPart) == []


def test_another_courses_copy_is_not_answered_from_here(copied: Copied) -> None:
    by_notice(copied)
    tina = copied.source.launched(TEACHER)
    assert copied.answer(tina, "keep") == 404


def test_another_registration_is_never_a_source(copied: Copied, app: Flask) -> None:
    with a_campus(copied.mentes, app, copied.organisation_id) as other:
        there = other.launched(TEACHER, **{claims.CUSTOM: {copies.CONTEXT: COURSE.id}})
        item_id = placed(copied, Kind.HOME)
        link = other.platform.add_resource_link(other.tool, COURSE.id, "Again")
        again = replace(other, link=link)
        again.launched(TEACHER, **{claims.CUSTOM: {CUSTOM_ID: str(item_id)}})
        assert "copied from" not in page(there)
    assert copied.all(CourseCopy) == []


def test_another_organisation_is_never_a_source(copied: Copied, app: Flask) -> None:
    item_id = placed(copied, Kind.HOME)
    with a_campus(copied.mentes, app, an_organisation(copied.mentes.database)) as other:
        said = {copies.CONTEXT: COURSE.id, CUSTOM_ID: str(item_id)}
        there = other.launched(TEACHER, **{claims.CUSTOM: said})
        assert "copied from" not in page(there)
    with copied.mentes.database.reading(EVERYWHERE) as session:
        assert every(session, CourseCopy) == []
