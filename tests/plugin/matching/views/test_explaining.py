"""Why this mentor and no other; whom else a mentee could have."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from plugin.foundation.errors import NotFound
from plugin.foundation.i18n import Words
from plugin.matching import drafts
from plugin.matching.engine.reading import rules_to_json
from plugin.matching.engine.rules import AtLeast, Overlap, RuleSet, Same, Wish
from plugin.matching.views import Explanation, Suggestion, explained, suggested
from plugin.matching.views.unmatched import UNSEEN
from plugin.programmes.model import Part
from plugin.programmes.questions import Questionnaire
from tests.plugin.factories import statements_on
from tests.plugin.matching.crowds import a_crowd, asked
from tests.plugin.matching.drafting import SKILLS, Instructor, participation_of

WORDS = Words("en")
RULES = rules_to_json(
    RuleSet(
        rules=(
            Overlap(mentee="skill", mentor="skill", weight=10),
            Same(mentee="talk", mentor="talk", weight=2),
            Wish(weight=5),
            AtLeast(mentee="level", mentor="level", by=1, weight=4),
            Same(mentee="level", mentor="level", weight=3),
        )
    )
)


def explanation(instructor: Instructor, draft_id: UUID, mentee_id: UUID) -> Explanation:
    with instructor.looking(draft_id) as (session, draft):
        return explained(session, draft, mentee_id, WORDS)


def suggestions(
    instructor: Instructor, draft_id: UUID, mentee_id: UUID, n: int = 3
) -> list[Suggestion]:
    with instructor.looking(draft_id) as (session, draft):
        return list(suggested(session, draft, mentee_id, WORDS, n=n))


def feels(instructor: Instructor, person_id: UUID, part: Part, level: str) -> None:
    """Let somebody answer how sure they feel, which only they see."""
    with instructor.at_work() as (session, programme):
        programme.questions = Questionnaire.asking(skills=SKILLS, ask=["wishes", "level"]).as_json()
        row = participation_of(session, programme, person_id, part)
        row.answers = {**row.answers, "level": [level]}


def test_what_each_rule_adds_sums_exactly_and_private_answers_stay_private(
    instructor: Instructor,
) -> None:
    mo = instructor.attaches("Mo", skill=["Slides"])
    ada = instructor.lets_in("Ada", skill=["Slides", "Budgets"], wishes=[mo])
    feels(instructor, ada, Part.MENTEE, "2")
    feels(instructor, mo, Part.MENTOR, "3")
    told = explanation(instructor, instructor.makes(rules=RULES), ada)
    assert (told.mentee_name, told.mentor_id, told.mentor_name) == ("Ada", mo, "Mo")
    assert [(each.said, each.points) for each in told.contributions] == [
        ("Offers “Slides”, which the learner chose.", 5000),
        ("The learner named this mentor.", 5000),
        ("A way of talking that suits both: “On a call”.", 2000),
        (UNSEEN, 4000),
    ]
    assert told.score == sum(each.points for each in told.contributions) == 16000


def test_a_better_mentor_whose_places_others_have_is_told_with_their_names(
    instructor: Instructor,
) -> None:
    mo, una = instructor.attaches("Mo", skill=["Slides"]), instructor.attaches("Una")
    ada = instructor.lets_in("Ada", skill=["Slides"], wishes=[mo])
    ben = instructor.lets_in("Ben", skill=["Slides"])
    draft_id = instructor.makes(rules=RULES)
    assert instructor.pairs(draft_id) == {ada: mo, ben: una}
    told = explanation(instructor, draft_id, ben)
    (better,) = told.better
    assert (better.mentor_id, better.mentor_name, better.more) == (mo, "Mo", 10000)
    assert better.why_not == "The places went to Ada: together that is worth more."
    assert explanation(instructor, draft_id, ada).better == ()


def test_what_was_changed_by_hand_is_not_said_to_be_worth_more(instructor: Instructor) -> None:
    mo, una = instructor.attaches("Mo", skill=["Slides"]), instructor.attaches("Una")
    ada = instructor.lets_in("Ada", skill=["Slides"], wishes=[mo])
    ben = instructor.lets_in("Ben", skill=["Slides"])
    draft_id = instructor.makes(rules=RULES)
    with instructor.changing(draft_id) as (session, draft):
        for mentee in (ada, ben):
            drafts.take_apart(session, draft, mentee)
        drafts.change(session, draft, ben, mo)
        drafts.change(session, draft, ada, una)
    (better,) = explanation(instructor, draft_id, ada).better
    assert better.why_not == "The places went to Ben."


def test_a_better_mentor_whom_a_requirement_excludes_is_told_with_the_requirement(
    instructor: Instructor,
) -> None:
    what = {"kind": "different", "mentee": "skill", "mentor": "skill"}
    wish = {"kind": "wish", "weight": 9}
    rules = {"version": 1, "rules": [wish, {"kind": "require", "what": what}]}
    mo, una = instructor.attaches("Mo", skill=["Slides"]), instructor.attaches("Una")
    ada = instructor.lets_in("Ada", skill=["Slides"], wishes=[mo])
    draft_id = instructor.makes(rules=rules)
    assert instructor.pairs(draft_id) == {ada: una}
    (better,) = explanation(instructor, draft_id, ada).better
    assert better.mentor_id == mo
    assert better.why_not == (
        "What this programme requires keeps them apart: Skill they want ↔ Skill offered: different"
    )


def test_a_better_mentor_whom_a_refusal_keeps_away_is_not_there(instructor: Instructor) -> None:
    ada = instructor.lets_in("Ada", skill=["Slides"])
    instructor.attaches("Mo", skill=["Slides"], refuses=[ada])
    una = instructor.attaches("Una")
    draft_id = instructor.makes(rules=RULES)
    told = explanation(instructor, draft_id, ada)
    assert (told.mentor_id, told.better) == (una, ())
    assert suggestions(instructor, draft_id, ada) == []


def test_who_has_nobody_is_told_why(instructor: Instructor) -> None:
    ada = instructor.lets_in("Ada")
    told = explanation(instructor, instructor.makes(), ada)
    assert (told.mentor_id, told.score, told.contributions) == (None, None, ())
    assert told.unmatched is not None
    assert told.unmatched.why == "no-mentors"


def test_a_pair_whose_mentor_left_is_still_explained(instructor: Instructor) -> None:
    mo = instructor.attaches("Mo", skill=["Slides"])
    ada = instructor.lets_in("Ada", skill=["Slides"])
    draft_id = instructor.makes()
    instructor.detaches(mo)
    assert explanation(instructor, draft_id, ada).mentor_id == mo
    assert suggestions(instructor, draft_id, ada) == []


def test_those_are_suggested_who_have_places_in_the_draft_best_first(
    instructor: Instructor,
) -> None:
    mo = instructor.attaches("Mo", skill=["Slides"], capacity=2)
    una, vic = instructor.attaches("Una", skill=["Slides"]), instructor.attaches("Vic")
    ada = instructor.lets_in("Ada", skill=["Slides"])
    ben = instructor.lets_in("Ben", skill=["Slides"])
    draft_id = instructor.makes(rules=RULES)
    with instructor.changing(draft_id) as (session, draft):
        for mentee in (ada, ben):
            drafts.take_apart(session, draft, mentee)
        drafts.change(session, draft, ada, mo)
    found = suggestions(instructor, draft_id, ben)
    assert [each.mentor_id for each in found][2] == vic
    assert {each.mentor_id: each.free for each in found} == {mo: 1, una: 1, vic: 1}
    assert found[0].reasons[0] == "Offers “Slides”, which the learner chose."
    assert len(suggestions(instructor, draft_id, ben, n=1)) == 1
    own = [each.mentor_id for each in suggestions(instructor, draft_id, ada)]
    assert mo not in own  # whom she has already
    with instructor.changing(draft_id) as (session, draft):
        drafts.change(session, draft, ben, mo)
    assert [each.mentor_id for each in suggestions(instructor, draft_id, ada)] == [una, vic]


def test_whom_they_mentor_is_not_suggested_where_rules_do_not_want_that(
    instructor: Instructor,
) -> None:
    rules = {"version": 1, "rules": [], "reciprocal": False}
    ada = instructor.lets_in("Ada", subject="4")
    mo = instructor.attaches("Mo", subject="6", capacity=2)
    instructor.attaches("Ada", subject="4")
    instructor.lets_in("Mo", subject="6")
    draft_id = instructor.makes(rules=rules)
    with instructor.changing(draft_id) as (session, draft):
        for mentee in instructor.pairs(draft_id):
            drafts.take_apart(session, draft, mentee)
        drafts.change(session, draft, ada, mo)
    assert suggestions(instructor, draft_id, mo) == []


def test_somebody_who_is_not_in_the_draft_is_not_found(instructor: Instructor) -> None:
    draft_id = instructor.makes()
    late = instructor.lets_in("Late")
    for person_id in (late, uuid4()):
        for ask in (explanation, suggestions):
            with pytest.raises(NotFound):
                ask(instructor, draft_id, person_id)


def test_explaining_costs_the_same_for_many_as_for_few(instructor: Instructor) -> None:
    costs = []
    for many in (3, 40):
        with instructor.at_work() as (session, programme):
            asked(programme)
            mentees, _ = a_crowd(session, programme, mentees=many, mentors=many)
        draft_id = instructor.makes()
        with (
            instructor.looking(draft_id) as (session, draft),
            statements_on(instructor.mentes.database.engine) as seen,
        ):
            explained(session, draft, mentees[0], WORDS)
            suggested(session, draft, mentees[0], WORDS)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 14
