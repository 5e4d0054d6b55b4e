"""Rules in versions."""

from __future__ import annotations

from typing import Any

import pytest

from plugin.foundation.events import EventRow
from plugin.matching.engine.errors import RulesInvalid
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.presets import DEFAULT, PRESETS
from plugin.matching.engine.reading import rules_to_json
from plugin.matching.engine.rules import Overlap, RuleSet
from plugin.matching.model import MatchingRules
from plugin.matching.service import current_rules, judged, save_rules
from tests.plugin.factories import NOW, an_organisation, at_once, every
from tests.plugin.matching.drafting import ANOTHER, Instructor, an_instructor


def overlapping(weight: int) -> dict[str, Any]:
    return rules_to_json(RuleSet(rules=(Overlap(mentee="skill", mentor="skill", weight=weight),)))


def test_until_somebody_chooses_the_balanced_preset_holds(instructor: Instructor) -> None:
    with instructor.at_work() as (session, programme):
        current = current_rules(session, programme)
        assert current.version is None
        assert current.rules == PRESETS[DEFAULT]
        assert current.as_json == rules_to_json(PRESETS[DEFAULT])


def test_other_rules_are_another_version_and_the_same_again_are_not(
    instructor: Instructor,
) -> None:
    by = instructor.person_id
    with instructor.at_work() as (session, programme):
        for weight, version in ((1, 1), (1, 1), (2, 2), (1, 3), (1, 3)):
            saved = save_rules(session, programme, overlapping(weight), by=by, now=NOW)
            assert saved.version == version
            assert current_rules(session, programme) == saved
        kept = sorted(every(session, MatchingRules), key=lambda row: row.version)
        assert [row.rules for row in kept] == [overlapping(each) for each in (1, 2, 1)]
        assert {(row.made_by, row.made_at) for row in kept} == {(by, NOW)}
        events = every(session, EventRow, EventRow.kind == "matching.rules-saved")
        assert sorted(row.facts["version"] for row in events) == [1, 2, 3]


def test_choosing_the_preset_is_a_choice_too(instructor: Instructor) -> None:
    with instructor.at_work() as (session, programme):
        preset = rules_to_json(PRESETS[DEFAULT])
        saved = save_rules(session, programme, preset, by=instructor.person_id, now=NOW)
        assert saved.version == 1


def test_what_is_wrong_with_rules_is_said_all_at_once_and_nothing_is_kept(
    instructor: Instructor,
) -> None:
    wrong = {"version": 1, "rules": [{"kind": "wish", "weight": -1}, {"kind": "guess"}]}
    with instructor.at_work() as (session, programme):
        with pytest.raises(RulesInvalid) as refused:
            save_rules(session, programme, wrong, by=instructor.person_id, now=NOW)
        where = {each.where for each in refused.value.problems}
        assert where == {"/rules/0/weight", "/rules/1/kind"}
        assert every(session, MatchingRules) == []


def test_of_two_who_save_at_once_the_later_adds_to_what_the_first_added(
    instructor: Instructor,
) -> None:
    def save(number: int) -> int | None:
        with instructor.at_work() as (session, programme):
            rules = overlapping(number + 1)
            return save_rules(session, programme, rules, by=instructor.person_id, now=NOW).version

    assert sorted(str(each) for each in at_once(4, save)) == ["1", "2", "3", "4"]


def test_each_programme_and_each_organisation_has_its_own_rules(instructor: Instructor) -> None:
    mentes, ours = instructor.mentes, instructor.organisation_id
    beside = an_instructor(mentes, ours, context=ANOTHER)
    abroad = an_instructor(mentes, an_organisation(mentes.database), client_id="client-2")
    with instructor.at_work() as (session, programme):
        save_rules(session, programme, overlapping(7), by=instructor.person_id, now=NOW)
    for other in (beside, abroad):
        with other.at_work() as (session, programme):
            assert current_rules(session, programme).version is None
    with abroad.mentes.database.reading(abroad.organisation_id) as session:
        assert every(session, MatchingRules) == []


def test_a_pair_that_is_excluded_is_not_judged() -> None:
    rules = RuleSet(rules=(Overlap(mentee="skill", mentor="skill", weight=2),))
    answers = {"skill": frozenset({"slides"})}
    mentee = Mentee(id="1", answers=answers)
    found = judged(rules, mentee, Mentor(id="2", answers=answers))
    assert found is not None
    assert found.score == 2000
    assert found.reasons == [{"kind": "overlap", "field": "skill", "options": ["slides"]}]
    for refusing in (Mentor(id="2", refuses=frozenset({"1"})), Mentor(id="1", answers=answers)):
        assert judged(rules, mentee, refusing) is None
