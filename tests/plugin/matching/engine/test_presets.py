"""Rule sets to begin with."""

from __future__ import annotations

import pytest

from plugin.matching.engine.doubts import warnings
from plugin.matching.engine.presets import (
    DEFAULT,
    PRESETS,
)
from plugin.matching.engine.reading import checked, rules_from_json, rules_to_json
from plugin.matching.engine.rules import (
    POINTS,
    Different,
    RuleSet,
)
from plugin.matching.engine.scoring import exclusion, score
from tests.plugin.matching.engine.strategies import a_mentee, a_mentor

FIELDS = {"skill", "help", "talk", "style", "hours", "language", "site", "team", "level"}
ALIKE = {
    "skill": "feedback",
    "help": "show",
    "talk": "call",
    "style": "calm",
    "hours": "mon-09 mon-10 mon-11 tue-09",
    "language": "de",
    "site": "here",
    "team": "ours",
    "level": 2,
}


@pytest.mark.parametrize("rules", PRESETS.values(), ids=list(PRESETS))
def test_a_preset_can_be_stored_and_is_beyond_doubt(rules: RuleSet) -> None:
    assert rules_from_json(rules_to_json(rules)) == rules
    assert warnings(checked(rules), asked=FIELDS) == ()


@pytest.mark.parametrize("rules", PRESETS.values(), ids=list(PRESETS))
def test_to_agree_in_everything_is_worth_a_hundred(rules: RuleSet) -> None:
    mentee = a_mentee(answers=ALIKE)
    apart = {rule.mentee: "elsewhere" for rule in rules.rules if isinstance(rule, Different)}
    mentor = a_mentor(answers={**ALIKE, "level": 3, **apart})
    assert exclusion(rules, mentee, mentor) is None
    assert score(rules, mentee, mentor) == 100 * POINTS


@pytest.mark.parametrize("rules", PRESETS.values(), ids=list(PRESETS))
def test_who_answered_nothing_can_be_matched(rules: RuleSet) -> None:
    assert exclusion(rules, a_mentee(), a_mentor(answers=ALIKE)) is None
    assert exclusion(rules, a_mentee(answers=ALIKE), a_mentor()) is None


def test_people_who_share_no_language_are_kept_apart() -> None:
    mentee, mentor = a_mentee(answers={"language": "de en"}), a_mentor(answers={"language": "fr"})
    assert all(exclusion(rules, mentee, mentor) for rules in PRESETS.values())


def test_the_skill_decides_where_it_comes_first() -> None:
    mentee = a_mentee(answers=ALIKE)
    skilled = a_mentor(answers={"skill": "feedback"})
    agreeable = a_mentor(answers={**ALIKE, "skill": "other"})
    assert score(PRESETS["skill-first"], mentee, skilled) > score(
        PRESETS["skill-first"], mentee, agreeable
    )
    assert score(PRESETS[DEFAULT], mentee, skilled) < score(PRESETS[DEFAULT], mentee, agreeable)
