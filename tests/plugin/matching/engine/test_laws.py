"""Laws of a matching: they find what was broken by hand, and nothing in the best pairs of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.matching.engine.laws import (
    blocking_pairs,
    excluded_pairs,
    improving_swaps,
    overfull_mentors,
    refused_with_room,
)
from plugin.matching.engine.match import match
from plugin.matching.engine.outcome import Outcome
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.results import Objective, Origin, Pair
from plugin.matching.engine.rules import Overlap, Require, RuleSet, Same
from plugin.matching.engine.scoring import extra, score
from tests.plugin.matching.engine.strategies import (
    a_mentee,
    a_mentor,
    mentees,
    mentors,
    rule_sets,
    unhurried,
)

RULES = RuleSet(
    rules=(
        Overlap(mentee="skill", mentor="skill", weight=10),
        Require(what=Same(mentee="team", mentor="team", weight=0)),
    )
)
ADA = a_mentee("ada", answers={"skill": "a b"})
BEN = a_mentee("ben", answers={"skill": "b c"})
AB = a_mentor("ab", answers={"skill": "a b"})
BC = a_mentor("bc", answers={"skill": "b c"})


def of(
    *pairs: tuple[Mentee, Mentor],
    also: tuple[Mentor, ...] = (),
    origin: Origin = Origin.NEW,
    rules: RuleSet = RULES,
) -> Outcome:
    return Outcome(
        rules=rules,
        mentees={mentee.id: mentee for mentee, _ in pairs},
        mentors={each.id: each for each in (*(mentor for _, mentor in pairs), *also)},
        pairs=[
            Pair(
                mentee=mentee.id,
                mentor=mentor.id,
                score=score(rules, mentee, mentor),
                origin=origin,
            )
            for mentee, mentor in pairs
        ],
    )


def among(
    learning: list[Mentee],
    teaching: list[Mentor],
    rules: RuleSet,
    chosen: Sequence[tuple[Mentee, Mentor]] = (),
) -> Outcome:
    """The pairs chosen, with everybody else there too."""
    return replace(
        of(*chosen, rules=rules),
        mentees={each.id: each for each in learning},
        mentors={each.id: each for each in teaching},
    )


def test_a_pair_that_a_rule_or_a_block_excludes_is_found() -> None:
    one = (
        replace(ADA, answers={"team": frozenset("x")}),
        replace(AB, answers={"team": frozenset("y")}),
    )
    two = replace(BEN, refuses=frozenset({"bc"})), BC
    assert excluded_pairs(of(one, two)) == [("ada", "ab"), ("ben", "bc")]
    assert excluded_pairs(of(one, two, origin=Origin.ACCEPTED)) == []


def test_more_mentees_than_places_are_found() -> None:
    assert overfull_mentors(of((ADA, AB), (BEN, AB))) == ["ab"]
    assert overfull_mentors(of((ADA, AB), (BEN, AB), origin=Origin.ACCEPTED)) == []
    assert overfull_mentors(of((ADA, AB), (BEN, BC))) == []


def test_a_better_mentor_with_a_free_place_is_found() -> None:
    assert refused_with_room(of((ADA, BC), also=(AB,))) == [("ada", "ab")]
    assert refused_with_room(of((ADA, BC), also=(AB,), origin=Origin.ACCEPTED)) == []
    assert refused_with_room(of((ADA, BC), also=(replace(AB, capacity=0),))) == []
    assert refused_with_room(of((ADA, AB), also=(BC,))) == []


def test_somebody_without_a_mentor_beside_a_free_place_is_found() -> None:
    outcome = replace(of((ADA, AB), also=(BC,)), mentees={"ada": ADA, "ben": BEN})
    assert refused_with_room(outcome) == [("ben", "bc")]


def test_two_pairs_that_should_be_exchanged_are_found() -> None:
    crossed = of((ADA, BC), (BEN, AB))
    assert improving_swaps(crossed) == [(crossed.pairs[0], crossed.pairs[1])]
    assert improving_swaps(of((ADA, AB), (BEN, BC))) == []


def test_two_who_would_rather_have_each_other_are_found() -> None:
    assert blocking_pairs(of((ADA, BC), (BEN, AB))) == [("ada", "ab"), ("ben", "bc")]
    assert blocking_pairs(of((ADA, AB), (BEN, BC))) == []
    assert blocking_pairs(of((ADA, AB), also=(replace(BC, capacity=0),))) == []


few_mentees = st.lists(mentees, max_size=4, unique_by=lambda each: each.id)
few_mentors = st.lists(mentors, max_size=4, unique_by=lambda each: each.id)


@unhurried
@given(few_mentees, few_mentors, rule_sets)
def test_the_best_pairs_of_all_obey_the_laws(
    learning: list[Mentee], teaching: list[Mentor], rules: RuleSet
) -> None:
    rules = replace(rules, reciprocal=True)
    best = max(_every_way(learning, teaching, rules), key=_coverage_then_total)
    assert excluded_pairs(best) == []
    assert overfull_mentors(best) == []
    assert refused_with_room(best) == []
    assert improving_swaps(best) == []


@unhurried
@given(few_mentees, few_mentors, rule_sets)
def test_the_best_pair_first_leaves_nobody_who_would_rather_have_another(
    learning: list[Mentee], teaching: list[Mentor], rules: RuleSet
) -> None:
    rules = replace(rules, reciprocal=True)
    nobody = among(learning, teaching, rules)
    wanted = sorted(
        (
            (mentee, mentor)
            for mentee, mentor in product(learning, teaching)
            if nobody.is_possible(mentee, mentor)
        ),
        key=lambda two: -score(rules, *two) - extra(rules, two[0]),
    )
    chosen: list[tuple[Mentee, Mentor]] = []
    for mentee, mentor in wanted:
        has = Counter(each.id for _, each in chosen)[mentor.id]
        if has < mentor.capacity and mentee not in [each for each, _ in chosen]:
            chosen.append((mentee, mentor))
    stable = among(learning, teaching, rules, chosen)
    assert blocking_pairs(stable) == []


crowds = st.tuples(
    st.lists(mentees, min_size=3, max_size=9, unique_by=lambda each: each.id),
    st.lists(mentors, min_size=2, max_size=8, unique_by=lambda each: each.id),
)


@settings(unhurried, max_examples=40)
@given(crowds, rule_sets, st.sampled_from(Objective), st.integers(0, 3))
def test_what_the_engine_answers_obeys_the_laws(
    crowd: tuple[list[Mentee], list[Mentor]], rules: RuleSet, objective: Objective, seed: int
) -> None:
    rules = replace(rules, reciprocal=True)
    outcome = match(*crowd, rules, objective=objective, floor=False, seed=seed).outcome
    assert excluded_pairs(outcome) == []
    assert overfull_mentors(outcome) == []
    if objective is Objective.STABLE:
        assert blocking_pairs(outcome) == []
    else:
        assert refused_with_room(outcome) == []
        assert improving_swaps(outcome) == []


def _every_way(learning: list[Mentee], teaching: list[Mentor], rules: RuleSet) -> Iterator[Outcome]:
    """Yield every matching there is."""
    nobody = among(learning, teaching, rules)
    choices = [
        [None, *(each for each in teaching if nobody.is_possible(mentee, each))]
        for mentee in learning
    ]
    for mentors_chosen in product(*choices):
        has = Counter(each.id for each in mentors_chosen if each is not None)
        if all(has[each.id] <= each.capacity for each in teaching):
            pairs = zip(learning, mentors_chosen, strict=True)
            chosen = [(mentee, mentor) for mentee, mentor in pairs if mentor is not None]
            yield among(learning, teaching, rules, chosen)


def _coverage_then_total(outcome: Outcome) -> tuple[int, int]:
    return len(outcome.pairs), sum(pair.score for pair in outcome.pairs)
