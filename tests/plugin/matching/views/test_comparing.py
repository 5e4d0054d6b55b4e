"""Two drafts side by side."""

from __future__ import annotations

from uuid import UUID

import pytest

from plugin.matching import drafts
from plugin.matching.views import comparing
from plugin.matching.views.comparing import LISTED, Comparison, Differing, compared
from tests.plugin.factories import statements_on
from tests.plugin.matching.crowds import a_crowd
from tests.plugin.matching.drafting import Instructor


def comparison(instructor: Instructor, left: UUID, right: UUID) -> Comparison:
    with instructor.at_work() as (session, programme):
        one, other = (drafts.one(session, programme, each) for each in (left, right))
        return compared(session, one, other)


def test_a_draft_is_like_itself(instructor: Instructor) -> None:
    with instructor.at_work() as (session, programme):
        a_crowd(session, programme, mentees=12, mentors=4, capacity=2)
    draft_id = instructor.makes()
    found = comparison(instructor, draft_id, draft_id)
    assert (found.in_both, found.only_left, found.only_right) == (8, 0, 0)
    for differences in (found.unmatched_left, found.unmatched_right, found.other_mentor):
        assert (differences.count, differences.listed) == (0, ())


def test_it_is_told_who_has_somebody_else_and_who_has_nobody(instructor: Instructor) -> None:
    mo, una = instructor.attaches("Mo", capacity=2), instructor.attaches("Una", capacity=2)
    ada, ben, chi = (instructor.lets_in(name, wishes=[mo]) for name in ("Ada", "Ben", "Chi"))
    left, right = instructor.makes(), instructor.makes()
    with instructor.changing(left) as (session, draft):
        for mentee in (ada, ben, chi):
            drafts.take_apart(session, draft, mentee)
        drafts.change(session, draft, ada, mo)
        drafts.change(session, draft, ben, mo)
    with instructor.changing(right) as (session, draft):
        for mentee in (ada, ben, chi):
            drafts.take_apart(session, draft, mentee)
        drafts.change(session, draft, ada, mo)
        drafts.change(session, draft, ben, una)
        drafts.change(session, draft, chi, una)
    found = comparison(instructor, left, right)
    assert (found.in_both, found.only_left, found.only_right) == (1, 1, 2)
    assert found.other_mentor.listed == (
        Differing(mentee_id=ben, mentee_name="Ben", left_mentor="Mo", right_mentor="Una"),
    )
    assert found.unmatched_left.listed == (
        Differing(mentee_id=chi, mentee_name="Chi", left_mentor=None, right_mentor="Una"),
    )
    assert found.unmatched_right.count == 0
    turned = comparison(instructor, right, left)
    assert turned.unmatched_right.listed == (
        Differing(mentee_id=chi, mentee_name="Chi", left_mentor="Una", right_mentor=None),
    )


def test_who_came_in_between_has_a_mentor_in_one_only(instructor: Instructor) -> None:
    instructor.attaches(capacity=3)
    instructor.lets_in("Ada")
    left = instructor.makes()
    instructor.lets_in("Ben")
    found = comparison(instructor, left, instructor.makes(based_on=left))
    assert (found.in_both, found.only_left, found.only_right) == (1, 0, 1)
    assert [each.mentee_name for each in found.unmatched_left.listed] == ["Ben"]
    assert found.unmatched_right.count == 0


def test_long_lists_are_counted_whole_and_listed_in_part(
    instructor: Instructor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "LISTED", 3)
    with instructor.at_work() as (session, programme):
        mentees, _ = a_crowd(session, programme, mentees=6, mentors=6)
    left, right = instructor.makes(), instructor.makes()
    with instructor.changing(left) as (session, draft):
        for mentee in mentees[:5]:
            drafts.take_apart(session, draft, mentee)
    found = comparison(instructor, left, right).unmatched_left
    assert (found.count, len(found.listed)) == (5, 3)
    names = [each.mentee_name or "" for each in found.listed]
    assert names == sorted(names)
    assert LISTED == 100


def test_comparing_costs_the_same_for_many_as_for_few(instructor: Instructor) -> None:
    costs = []
    for many in (3, 40):
        with instructor.at_work() as (session, programme):
            a_crowd(session, programme, mentees=many, mentors=many)
        left, right = instructor.makes(), instructor.makes(seed=many)
        with statements_on(instructor.mentes.database.engine) as seen:
            comparison(instructor, left, right)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 13
