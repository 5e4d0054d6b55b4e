"""Small worlds for property tests: people, rules, and plain factories with defaults.

Answers come from few options, so that agreement, ties and contradictions are common; some fields
hold a number for one person and options for another, because questions change their kind.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from plugin.matching.engine.outcome import Outcome
from plugin.matching.engine.people import Answer, Mentee, Mentor
from plugin.matching.engine.results import Origin, Pair
from plugin.matching.engine.rules import (
    HEAVIEST,
    AtLeast,
    Comparison,
    Different,
    Forbid,
    Overlap,
    Require,
    Rule,
    RuleSet,
    Same,
    Soft,
    Wish,
)
from plugin.matching.engine.scoring import exclusion, score

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For machines that have other things to do as well."""

FIELDS = ("skill", "help", "site", "level")
OPTIONS = ("a", "b", "c", "d", "e", "f", "g")
PEOPLE = 7
"""At most so many on each side: brute force can still try every set of pairs."""


def a_mentee(id: str = "ada", **said: object) -> Mentee:
    """A mentee; answers may be given as `answers={"skill": "a b"}` would be read aloud."""
    return Mentee(id=id, **_read(said))  # type: ignore[arg-type]


def a_mentor(id: str = "mo", **said: object) -> Mentor:
    """A mentor, likewise."""
    return Mentor(id=id, **_read(said))  # type: ignore[arg-type]


def _read(said: dict[str, object]) -> dict[str, object]:
    answers = said.get("answers")
    if not isinstance(answers, dict):
        return said
    read = {
        name: frozenset(answer.split()) if isinstance(answer, str) else answer
        for name, answer in answers.items()
    }
    return {**said, "answers": read}


fields = st.sampled_from(FIELDS)
answers: st.SearchStrategy[Answer] = st.one_of(
    st.frozensets(st.sampled_from(OPTIONS)), st.integers(-1, 3)
)
questionnaires = st.dictionaries(fields, answers)
mentee_ids = st.integers(0, PEOPLE + 2).map(lambda number: f"p{number}")
mentor_ids = st.integers(3, PEOPLE + 5).map(lambda number: f"p{number}")
"""Some people are on both sides."""

mentees = st.builds(
    Mentee,
    id=mentee_ids,
    answers=questionnaires,
    wishes=st.lists(mentor_ids, max_size=3, unique=True).map(tuple),
    refuses=st.frozensets(mentor_ids, max_size=2),
    never_matched=st.booleans(),
    waiting_days=st.integers(0, 30),
)
mentors = st.builds(
    Mentor,
    id=mentor_ids,
    answers=questionnaires,
    wishes=st.lists(mentee_ids, max_size=3, unique=True).map(tuple),
    refuses=st.frozensets(mentee_ids, max_size=2),
    capacity=st.integers(0, 3),
)
groups_of_mentees = st.lists(mentees, max_size=PEOPLE, unique_by=lambda each: each.id)
groups_of_mentors = st.lists(mentors, max_size=PEOPLE, unique_by=lambda each: each.id)

weights = st.one_of(st.integers(0, 50), st.sampled_from([0, 1, 3, 5, HEAVIEST]))
overlaps = st.one_of(
    st.builds(Overlap, mentee=fields, mentor=fields, weight=weights),
    st.builds(
        Overlap,
        mentee=fields,
        mentor=fields,
        weight=weights,
        share=st.just(False),
        most=st.none() | st.integers(1, 4),
    ),
)
comparisons: st.SearchStrategy[Comparison] = st.one_of(
    overlaps,
    st.builds(Same, mentee=fields, mentor=fields, weight=weights),
    st.builds(Different, mentee=fields, mentor=fields, weight=weights),
    st.builds(
        AtLeast,
        mentee=fields,
        mentor=fields,
        by=st.integers(-2, 2),
        weight=weights,
        reverse=st.booleans(),
    ),
)
soft_rules: st.SearchStrategy[Soft] = st.one_of(
    comparisons, st.builds(Wish, weight=weights, by=st.sampled_from(["mentee", "mentor"]))
)
hard_rules = st.one_of(
    st.builds(Require, what=comparisons, strict=st.booleans()),
    st.builds(Forbid, what=comparisons),
)
rules: st.SearchStrategy[Rule] = st.one_of(soft_rules, soft_rules, soft_rules, hard_rules)
rule_sets = st.builds(
    RuleSet,
    rules=st.lists(rules, max_size=6).map(tuple),
    never_matched=weights,
    waiting=weights,
    waiting_after=st.integers(0, 20),
    reciprocal=st.booleans(),
)


@st.composite
def _outcomes(draw: st.DrawFn) -> Outcome:
    learning, teaching = draw(groups_of_mentees), draw(groups_of_mentors)
    agreed = draw(rule_sets)
    places = {each.id: each.capacity for each in teaching}
    pairs = []
    for mentee in learning:
        possible = [
            each
            for each in teaching
            if places[each.id] > 0 and exclusion(agreed, mentee, each) is None
        ]
        mentor = draw(st.sampled_from([None, *possible]))
        if mentor is not None:
            places[mentor.id] -= 1
            pairs.append(
                Pair(
                    mentee=mentee.id,
                    mentor=mentor.id,
                    score=score(agreed, mentee, mentor),
                    origin=draw(st.sampled_from(Origin)),
                )
            )
    return Outcome(
        rules=agreed,
        mentees={each.id: each for each in learning},
        mentors={each.id: each for each in teaching},
        pairs=pairs,
        prices=draw(st.dictionaries(mentor_ids, st.integers(0, 100_000))),
    )


outcomes = _outcomes()
"""Pairs made anyhow, within rules and places."""
