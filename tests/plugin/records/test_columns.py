"""Our column in a gradebook on a real socket: called, counted, taken away and made anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lti.ags import LineItem, LineItems
from lti.testing import Column, User
from plugin.app import Mentes
from plugin.courses.model import Course
from plugin.foundation.events import EventRow
from plugin.foundation.outbox import Debt, Outcome, one_by_one
from plugin.people.model import Person
from plugin.records import columns
from plugin.records.column_deliveries import ColumnDelivery
from plugin.records.columns import KIND
from plugin.records.deliveries import ScoreDelivery
from plugin.records.model import GradebookColumn, SentScore
from plugin.records.scores import SCORE
from plugin.worker import Worker
from tests.plugin.factories import every
from tests.plugin.launching import ADA, COURSE, TEACHER, Browser
from tests.plugin.records.scoring import Class, endpoint

TOLD = "Your platform is being told"


@pytest.fixture
def course(ada: Class) -> Class:
    """Ada's class in a course whose item brought no column: Mentes makes one of its own."""
    ada.launched(**endpoint(ada.campus, lineitem=False))
    return ada


def opened(course: Class, user: User = TEACHER, *, lineitem: bool = False) -> Browser:
    """Return a browser in which somebody has opened the item."""
    return course.campus.launched(user, **endpoint(course.campus, lineitem=lineitem))


def ours(course: Class) -> list[Column]:
    """Return the columns with our resource id."""
    book = course.campus.platform.gradebook(COURSE.id)
    return [each.column for each in book if each.column.resource_id == "mentoring"]


def done(answer: Any) -> None:
    assert answer.status_code == 303, answer.get_data(as_text=True)


def owed(course: Class) -> list[Debt]:
    with course.mentes.database.reading(course.organisation_id) as session:
        found = every(session, Debt, Debt.kind == KIND)
    return sorted(found, key=lambda debt: debt.created_at)


def in_course(course: Class, act: Any, **said: Any) -> None:
    """Do something to the column as the teacher, without a page."""
    with course.mentes.database.transaction(course.organisation_id) as session:
        by = every(session, Person)[0].id
        act(session, every(session, Course)[0], **said, by=by, now=course.clock())


def test_a_column_is_called_and_counts_as_the_instructor_says(course: Class) -> None:
    course.hold(0)
    course.worker.run_until_idle()
    (before,) = ours(course)
    teacher = opened(course)
    done(teacher.submit("column", label=" Talks  with mentors ", points="10"))
    assert TOLD in teacher.get("column").text
    course.worker.run_until_idle()
    (after,) = ours(course)
    assert (after.label, after.score_maximum) == ("Talks with mentors", 10.0)
    assert (after.id, after.tag) == (before.id, before.tag)
    (grade,) = course.grades()  # a share of the points, whatever they are
    assert (grade.score_given, grade.score_maximum) == (0.5, 1.0)
    page = teacher.get("column").text
    assert TOLD not in page
    assert 'value="Talks with mentors"' in page


def test_what_others_keep_with_the_column_stays(course: Class) -> None:
    course.hold(0)
    course.worker.run_until_idle()
    (made,) = ours(course)
    dated = {**made.more, "endDateTime": "2027-01-01T00:00:00Z"}
    course.campus.platform.grades.replace_column(replace(made, more=dated))
    done(opened(course).submit("column", label="Talks", points="1"))
    course.worker.run_until_idle()
    (after,) = ours(course)
    assert after.more["endDateTime"] == "2027-01-01T00:00:00Z"
    assert after.more["submissionReview"] == made.more["submissionReview"]


def test_a_column_that_is_not_there_yet_is_made_as_it_was_called(course: Class) -> None:
    done(opened(course).submit("column", label="Talks", points="4"))
    course.worker.run_until_idle()
    assert ours(course) == []
    assert [debt.outcome for debt in owed(course)] == [Outcome.DELIVERED]
    course.hold(0)
    course.worker.run_until_idle()
    assert [(each.label, each.score_maximum) for each in ours(course)] == [("Talks", 4.0)]


def test_saying_the_same_owes_nothing_and_the_last_of_several_is_told(course: Class) -> None:
    teacher = opened(course)
    for label in ("One", "Two", "Two"):
        done(teacher.submit("column", label=label, points="1"))
        course.clock.forward(seconds=1)
    assert [debt.outcome for debt in owed(course)] == [Outcome.SUPERSEDED, None]
    with course.mentes.database.reading(course.organisation_id) as session:
        events = every(session, EventRow, EventRow.kind == "gradebook.column-changed")
    assert {event.facts["label"] for event in events} == {"One", "Two"}
    assert len(events) == 2


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("label", "  "),
        ("label", "x\x00y"),
        ("label", "x" * 121),
        ("points", "0"),
        ("points", "1001"),
        ("points", "x"),
    ],
)
def test_a_column_needs_a_name_and_points(course: Class, field: str, sent: str) -> None:
    answer = opened(course).submit("column", **{"label": "Talks", "points": "1", field: sent})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert owed(course) == []


def test_who_stops_reporting_keeps_the_column_and_its_grades(course: Class) -> None:
    course.hold(0)
    course.worker.run_until_idle()
    teacher = opened(course)
    done(teacher.submit("column/stop"))
    done(teacher.submit("column/stop"))
    assert "The column stays as it was." in teacher.get("column").text
    course.hold(1)
    course.worker.run_until_idle()
    assert [grade.score_given for grade in course.grades()] == [0.5]
    assert len(ours(course)) == 1
    assert owed(course) == []


def test_a_score_that_waits_while_reporting_stops_is_not_sent(course: Class) -> None:
    course.hold(0)
    done(opened(course).submit("column/stop"))
    course.worker.run_until_idle()
    assert course.grades() == []
    assert ours(course) == []
    (debt,) = course.debts()
    assert (debt.outcome, debt.problem) == (Outcome.SUPERSEDED, "no-longer-reported")


def test_a_column_goes_only_after_it_was_said_what_is_lost(course: Class) -> None:
    course.hold(0)
    course.worker.run_until_idle()
    others = [
        each.column.id
        for each in course.campus.platform.gradebook(COURSE.id)
        if each.column.resource_id != "mentoring"
    ]
    assert others  # that of the item
    teacher = opened(course)
    assert "All grades in “Mentoring” are lost" in teacher.get("column/remove").text
    course.worker.run_until_idle()
    assert len(ours(course)) == 1
    done(teacher.submit("column/remove"))
    course.worker.run_until_idle()
    left = [each.column.id for each in course.campus.platform.gradebook(COURSE.id)]
    assert left == others
    assert course.grades() == []
    page = teacher.get("column").text
    assert "is taken away, with the grades in it" in page
    assert "Remove the column" not in page
    assert teacher.get("column/remove").status_code == 303


def test_a_column_that_somebody_removed_before_is_no_trouble(course: Class) -> None:
    course.hold(0)
    course.worker.run_until_idle()
    (made,) = ours(course)
    teacher = opened(course)
    done(teacher.submit("column/remove"))
    course.campus.platform.grades.remove_column(made.id)
    course.worker.run_until_idle()
    assert [debt.outcome for debt in owed(course)] == [Outcome.DELIVERED]


def test_the_column_of_an_item_is_never_removed(ada: Class) -> None:
    ada.launched()
    platform = ada.campus.platform
    column = platform.grades.column_of_link(ada.campus.link.id)
    assert column is not None
    platform.grades.replace_column(replace(column, resource_id="mentoring", tag="check-in"))
    teacher = opened(ada, lineitem=True)
    assert "It came with an item of your course" in teacher.get("column").text
    assert teacher.get("column/remove").status_code == 303
    done(teacher.submit("column/remove"))
    assert owed(ada) == []
    done(teacher.submit("column/report"))
    in_course(ada, columns.stop, with_column=True)  # as if it was not known as the item's then
    ada.worker.run_until_idle()
    assert [debt.outcome for debt in owed(ada)] == [Outcome.DELIVERED]
    assert platform.grades.column_of_link(ada.campus.link.id) is not None


def test_the_column_of_an_item_that_we_asked_for_follows_its_name(ada: Class) -> None:
    ada.launched()
    platform = ada.campus.platform
    column = platform.grades.column_of_link(ada.campus.link.id)
    assert column is not None
    platform.grades.replace_column(replace(column, resource_id="mentoring", tag="check-in"))
    done(opened(ada, lineitem=True).submit("column", label="Talks", points="2"))
    ada.worker.run_until_idle()
    assert [(each.label, each.score_maximum) for each in ours(ada)] == [("Talks", 2.0)]


def test_a_column_that_is_not_ours_keeps_its_name(ada: Class) -> None:
    ada.launched()
    done(opened(ada, lineitem=True).submit("column", label="Talks", points="2"))
    ada.worker.run_until_idle()
    column = ada.campus.platform.grades.column_of_link(ada.campus.link.id)
    assert column is not None
    assert column.label == "Mentoring"


def test_reporting_again_brings_back_what_took_place(course: Class) -> None:
    course.hold(0)
    spoke = course.clock.now
    course.worker.run_until_idle()
    teacher = opened(course)
    done(teacher.submit("column/remove"))
    course.worker.run_until_idle()
    course.clock.forward(days=1)
    teacher = opened(course)
    done(teacher.submit("column/report"))
    done(teacher.submit("column/report"))
    course.worker.run_until_idle()
    assert len(ours(course)) == 1
    (grade,) = course.grades()
    assert (grade.score_given, grade.submitted_at) == (0.5, spoke)
    assert grade.timestamp == course.clock.now


def test_a_column_that_is_wanted_again_before_it_went_stays(course: Class) -> None:
    course.hold(0)
    course.worker.run_until_idle()
    (before,) = ours(course)
    teacher = opened(course)
    done(teacher.submit("column/remove"))
    done(teacher.submit("column/report"))
    course.worker.run_until_idle()
    assert [(debt.outcome, debt.problem) for debt in owed(course)] == [
        (Outcome.SUPERSEDED, "wanted-again")
    ]
    assert ours(course) == [before]
    assert TOLD not in teacher.get("column").text


def test_a_column_that_nobody_named_keeps_the_name_that_it_has(course: Class) -> None:
    course.hold(0)
    course.worker.run_until_idle()
    (made,) = ours(course)
    course.campus.platform.grades.replace_column(replace(made, label="As the teacher likes"))
    teacher = opened(course)
    done(teacher.submit("column/stop"))
    done(teacher.submit("column/report"))
    course.worker.run_until_idle()
    assert [each.label for each in ours(course)] == ["As the teacher likes"]


def test_a_talk_that_was_taken_back_meanwhile_is_told_when_reporting_again(course: Class) -> None:
    course.hold(0)
    course.worker.run_until_idle()
    teacher = opened(course)
    done(teacher.submit("column/stop"))
    course.clock.forward(minutes=5)
    course.take_back(0)
    done(teacher.submit("column/report"))
    course.worker.run_until_idle()
    assert [grade.score_given for grade in course.grades()] == [0.0]


def test_who_has_a_grade_in_another_course_alone_gets_none_here(course: Class) -> None:
    with course.mentes.database.transaction(course.organisation_id) as session:
        there = SentScore(cell="another", line_item="https://lms.example/3/lineitems/1")
        there.user_id, there.key, there.given = ADA.id, "another", 1.0
        there.happened_at = there.timestamp = course.clock()
        session.add(there)
    done(opened(course).submit("column/stop"))
    done(opened(course).submit("column/report"))
    assert course.debts() == []


def test_a_platform_that_does_not_let_go_is_named(course: Class) -> None:
    course.hold(0)
    course.worker.run_until_idle()
    teacher = opened(course)
    course.campus.platform.answer_next("lineitem", status=405)
    done(teacher.submit("column/remove"))
    course.worker.run_until_idle()
    assert [debt.outcome for debt in owed(course)] == [Outcome.GIVEN_UP]
    refused = "Your platform did not do what was changed here last"
    assert refused in teacher.get("column").text
    done(teacher.submit("column/report"))
    assert refused not in teacher.get("column").text


def test_where_the_platform_takes_no_grades_there_is_nothing_to_set(ada: Class) -> None:
    ada.launched(**endpoint(ada.campus, lineitem=True, scopes=False))
    said = endpoint(ada.campus, lineitem=True, scopes=False)
    page = ada.campus.launched(TEACHER, **said).get("column").text
    assert "takes no grades from Mentes" in page
    assert "Stop" not in page


@pytest.mark.parametrize("path", ["column", "column/remove"])
def test_learners_do_not_see_it(course: Class, path: str) -> None:
    learner = opened(course, ADA)
    assert learner.get(path).status_code == 403
    assert learner.submit(path).status_code == 403
    with course.mentes.database.reading(course.organisation_id) as session:
        assert every(session, GradebookColumn) == []


class Meanwhile(LineItems):
    """The gradebook, in which something happens just before a column is made, or removed."""

    def __init__(self, mentes: Mentes, happens: Any) -> None:
        super().__init__(mentes.services)
        self._happens = happens

    def found_or_created(self, *args: Any, **said: Any) -> LineItem:
        """Let it happen, then make the column."""
        self._happens()
        return super().found_or_created(*args, **said)

    def deleted(self, *args: Any, **said: Any) -> bool:
        """Let it happen, then remove."""
        self._happens()
        return super().deleted(*args, **said)


def working(course: Class, happens: Any) -> Worker:
    """Return a worker for whose scores and columns something happens meanwhile."""
    mentes = course.mentes
    book = Meanwhile(mentes, happens)
    deliveries = {
        **mentes.deliveries,
        SCORE: one_by_one(ScoreDelivery(mentes.database, book, mentes.clock)),
        KIND: one_by_one(ColumnDelivery(mentes.database, book, mentes.clock)),
    }
    return Worker(replace(mentes, deliveries=deliveries))


def test_a_column_that_a_score_makes_while_it_is_removed_goes_again(course: Class) -> None:
    def removed() -> None:
        if not owed(course):
            in_course(course, columns.stop, with_column=True)
            course.worker.run_until_idle()  # another one, which is quicker

    course.hold(0)
    working(course, removed).run_until_idle()
    assert [debt.outcome for debt in owed(course)] == [Outcome.DELIVERED] * 2
    assert ours(course) == []


def test_scores_that_are_wanted_back_while_the_column_goes_are_sent_again(course: Class) -> None:
    course.hold(0)
    course.worker.run_until_idle()
    done(opened(course).submit("column/remove"))
    wanted_back: list[None] = []

    def wanted() -> None:
        if not wanted_back:
            wanted_back.append(in_course(course, columns.take_up))

    working(course, wanted).run_until_idle()
    assert [grade.score_given for grade in course.grades()] == [0.5]
    assert len(ours(course)) == 1
