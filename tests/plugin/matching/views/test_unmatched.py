"""Who has no mentor in a draft, and why."""

from __future__ import annotations

import pytest

from plugin.foundation.i18n import Words
from plugin.matching import drafts
from plugin.matching.views import UnmatchedLine, unmatched
from plugin.matching.views.unmatched import ANOTHER_REASON, UNSEEN
from tests.plugin.matching.drafting import Instructor, Json

WORDS = Words("en")


def requiring(field: str, *, kind: str = "same", strict: bool = False, **said: object) -> Json:
    what = {"kind": kind, "mentee": field, "mentor": field, **said}
    return {"version": 1, "rules": [{"kind": "require", "what": what, "strict": strict}]}


def lines(instructor: Instructor, rules: Json) -> list[UnmatchedLine]:
    with instructor.looking(instructor.makes(rules=rules)) as (session, draft):
        return list(unmatched(session, draft, WORDS))


def test_it_is_said_which_requirement_excludes_how_many(instructor: Instructor) -> None:
    for name in ("Mo", "Una"):
        instructor.attaches(name, skill=["Slides"])
    ada = instructor.lets_in("Ada", skill=["Budgets"])
    (line,) = lines(instructor, requiring("skill"))
    assert (line.mentee_id, line.mentee_name, line.why) == (ada, "Ada", "ruled-out")
    assert line.said == "What this programme requires leaves no mentor for them."
    assert [(each.said, each.mentors) for each in line.ruled_out] == [
        ("Skill they want ↔ Skill offered: the same", 2)
    ]


def test_of_a_refusal_nothing_is_told(instructor: Instructor) -> None:
    mo = instructor.attaches("Mo")
    ben = instructor.lets_in("Ben", refuses=[mo])
    instructor.attaches("Una", refuses=[ben])
    (line,) = lines(instructor, {"version": 1, "rules": []})
    assert (line.mentee_id, line.why) == (ben, "ruled-out")
    assert [(each.said, each.mentors) for each in line.ruled_out] == [(ANOTHER_REASON, 2)]
    assert not any(word in ANOTHER_REASON.lower() for word in ("refuse", "block", "want"))


def test_an_answer_that_only_its_giver_sees_is_not_named(instructor: Instructor) -> None:
    instructor.attaches()
    instructor.lets_in()
    rules = requiring("level", kind="at-least", by=1, strict=True)
    (line,) = lines(instructor, rules)
    assert [each.said for each in line.ruled_out] == [UNSEEN]


@pytest.mark.parametrize(
    ("mentors", "why", "said"),
    [
        (0, "no-mentors", "Nobody takes learners."),
        (1, "places-taken", "Every mentor whom they could have has no place left."),
    ],
)
def test_it_is_said_when_places_are_short(
    instructor: Instructor, mentors: int, why: str, said: str
) -> None:
    for _ in range(mentors):
        instructor.attaches()
    for name in ("Ada", "Ben"):
        instructor.lets_in(name)
    found = lines(instructor, {"version": 1, "rules": []})
    assert len(found) == 2 - mentors
    assert {(line.why, line.said) for line in found} == {(why, said)}


def test_a_pair_that_was_taken_apart_is_told_as_that(instructor: Instructor) -> None:
    instructor.attaches()
    ada = instructor.lets_in("Ada")
    draft_id = instructor.makes()
    with instructor.changing(draft_id) as (session, draft):
        drafts.take_apart(session, draft, ada)
        (line,) = unmatched(session, draft, WORDS)
    assert (line.why, line.said) == ("taken-apart", "Their pair was taken apart by hand.")
