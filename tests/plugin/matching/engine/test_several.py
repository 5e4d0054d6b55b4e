"""More than one mentor for who wants more: against every possible set of pairs, and by laws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.matching.engine import several
from plugin.matching.engine.errors import PeopleInvalid, RulesInvalid
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.results import Origin, WhyNot
from plugin.matching.engine.rules import HEAVIEST, Forbid, Overlap, RuleSet, Same
from plugin.matching.engine.scoring import exclusion, extra, score
from plugin.matching.engine.several import Several, match_several
from tests.plugin.matching.engine import strategies
from tests.plugin.matching.engine.strategies import a_mentee, a_mentor

SKILLS = RuleSet(rules=(Overlap(mentee="skill", mentor="skill", weight=5, share=False),))
NOTHING = RuleSet()

wants = st.integers(0, 3)
wanting = st.builds(lambda who, wants: replace(who, wants=wants), strategies.mentees, wants)
mentees_of_several = st.lists(wanting, max_size=4, unique_by=lambda each: each.id)
mentors_of_several = st.lists(strategies.mentors, max_size=4, unique_by=lambda each: each.id)
worlds = st.tuples(mentees_of_several, mentors_of_several, strategies.rule_sets)
World = tuple[list[Mentee], list[Mentor], RuleSet]
Reached = tuple[int, int, int]
"""Mentees with a mentor, pairs, points."""


def reached(found: Several) -> Reached:
    return found.after.matched, len(found.pairs), found.total


def the_best(world: World) -> Reached:
    """Try every set of pairs."""
    mentees, mentors, rules = world
    best = (0, 0, 0)

    def tried(rest: Sequence[Mentee], free: Counter[str], made: frozenset[tuple[str, str]]) -> None:
        nonlocal best
        if not rest:
            best = max(best, worth(made))
            return
        mentee = rest[0]
        possible = [
            each.id
            for each in mentors
            if free[each.id] > 0
            and exclusion(rules, mentee, each) is None
            and (rules.reciprocal or (each.id, mentee.id) not in made)
        ]
        for number in range(min(mentee.wants, len(possible)) + 1):
            for some in combinations(possible, number):
                tried(rest[1:], free - Counter(some), made | {(mentee.id, each) for each in some})

    def worth(made: frozenset[tuple[str, str]]) -> Reached:
        by_id, other = {each.id: each for each in mentees}, {each.id: each for each in mentors}
        covered = {mentee for mentee, _ in made}
        points = sum(score(rules, by_id[mentee], other[mentor]) for mentee, mentor in made)
        return len(covered), len(made), points + sum(extra(rules, by_id[each]) for each in covered)

    tried(mentees, Counter({each.id: each.capacity for each in mentors}), frozenset())
    return best


def assert_lawful(world: World, found: Several) -> None:
    mentees, mentors, rules = world
    by_id, other = {each.id: each for each in mentees}, {each.id: each for each in mentors}
    made = [(each.mentee, each.mentor) for each in found.pairs]
    assert len(set(made)) == len(made)
    assert all(exclusion(rules, by_id[one], other[two]) is None for one, two in made)
    assert all(count <= by_id[each].wants for each, count in Counter(a for a, _ in made).items())
    assert all(count <= other[each].capacity for each, count in Counter(b for _, b in made).items())
    assert rules.reciprocal or not {(two, one) for one, two in made} & set(made)
    assert found.bound >= found.total


@given(worlds)
def test_no_set_of_pairs_is_better_and_that_is_proved(world: World) -> None:
    found = match_several(*world)

    assert_lawful(world, found)
    if world[2].reciprocal:
        assert reached(found) == the_best(world)
        assert (found.is_full, found.gap) == (True, 0)
    else:
        assert reached(found) <= the_best(world)


@given(worlds)
def test_in_rounds_everybody_is_served_who_can_be(world: World) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(several, "LARGEST", -1)
        found = match_several(*world)

    assert_lawful(world, found)
    best = the_best(world)
    if world[2].reciprocal:
        assert found.after.matched == best[0]
        assert not found.is_full or len(found.pairs) == best[1]
        assert len(found.pairs) < best[1] or found.bound >= best[2]


@settings(max_examples=30)
@given(worlds, st.randoms(use_true_random=False), st.integers(0, 5))
def test_the_order_of_arrival_decides_nothing(world: World, random: Random, seed: int) -> None:
    mentees, mentors, rules = world
    before = match_several(mentees, mentors, rules, seed=seed)

    random.shuffle(mentees)
    random.shuffle(mentors)

    assert match_several(mentees, mentors, rules, seed=seed).pairs == before.pairs


@settings(max_examples=30)
@given(worlds, st.data())
def test_accepted_pairs_stay_and_take_places(world: World, data: st.DataObject) -> None:
    mentees, mentors, rules = world
    everybody = [(one.id, two.id) for one in mentees for two in mentors]
    accepted = data.draw(
        st.lists(st.sampled_from(everybody), max_size=4) if everybody else st.just([])
    )

    found = match_several(mentees, mentors, rules, accepted=accepted)

    pairs = {(each.mentee, each.mentor): each.origin for each in found.pairs}
    assert len(pairs) == len(found.pairs)
    stood = {each for each, origin in pairs.items() if origin is Origin.ACCEPTED}
    assert stood == set(accepted)
    for mentor in mentors:
        had = [pair for pair in pairs if pair[1] == mentor.id]
        assert len(had) <= max(mentor.capacity, len([each for each in had if each in stood]))


def test_who_wants_two_has_two_and_no_mentor_twice() -> None:
    found = match_several(
        [a_mentee(wants=2)], [a_mentor("mo", capacity=5), a_mentor("ny")], NOTHING
    )

    assert [(each.mentee, each.mentor) for each in found.pairs] == [("ada", "mo"), ("ada", "ny")]
    assert (found.wanted, found.filled, found.lacking) == (2, 2, ())


def test_nobody_gets_a_second_mentor_before_others_have_a_first() -> None:
    eager = a_mentee("eager", wants=2, answers={"skill": "a b"})
    modest = a_mentee("modest", answers={"skill": "g"})
    mentors = [a_mentor(each, answers={"skill": "a b"}) for each in ("mo", "ny")]

    found = match_several([eager, modest], mentors, SKILLS)

    assert Counter(each.mentee for each in found.pairs) == {"eager": 1, "modest": 1}
    assert [(each.mentee, each.has, each.wants, each.why) for each in found.lacking] == [
        ("eager", 1, 2, WhyNot.PLACES_TAKEN)
    ]


def test_who_lacks_because_of_rules_is_told_so() -> None:
    rules = RuleSet(rules=(Forbid(what=Same(mentee="team", mentor="team", weight=0)),))
    mentors = [a_mentor("mo", answers={"team": "a"}), a_mentor("ny", answers={"team": "b"})]

    found = match_several([a_mentee(wants=2, answers={"team": "a"})], mentors, rules)

    assert [each.mentor for each in found.pairs] == ["ny"]
    assert found.lacking[0].why is WhyNot.RULED_OUT


def test_a_proposed_pair_is_proposed_again_if_it_costs_little() -> None:
    mentors = [a_mentor("mo", answers={"skill": "a"}), a_mentor("ny", answers={"skill": "b"})]
    mentee = a_mentee(answers={"skill": "b"})

    little = match_several([mentee], mentors, SKILLS, proposed=[("ada", "mo")], keep_bonus=6)
    much = match_several([mentee], mentors, SKILLS, proposed=[("ada", "mo")], keep_bonus=4)

    assert [(each.mentor, each.origin) for each in little.pairs] == [("mo", Origin.PROPOSED)]
    assert [(each.mentor, each.origin) for each in much.pairs] == [("ny", Origin.NEW)]


def test_two_people_mentor_each_other_only_where_they_may() -> None:
    people = ("ada", "bo")
    both = [a_mentee(each) for each in people], [a_mentor(each) for each in people]

    assert len(match_several(*both, NOTHING).pairs) == 2
    one_way = match_several(*both, RuleSet(reciprocal=False))
    assert len(one_way.pairs) == 1
    assert not one_way.is_full


def test_many_couples_are_taken_apart_in_one_go() -> None:
    """Among twenty people in both roles, every best pair is mutual; none may be."""
    people = [f"p{number:02}" for number in range(20)]
    mentees = [a_mentee(each, wants=3) for each in people]
    mentors = [a_mentor(each, capacity=3) for each in people]

    found = match_several(mentees, mentors, RuleSet(reciprocal=False))

    assert_lawful((mentees, mentors, RuleSet(reciprocal=False)), found)
    assert found.after.matched == 20


def test_it_explains_itself_as_any_matching_does() -> None:
    mentors = [
        a_mentor("mo", answers={"skill": "a b"}),
        a_mentor("ny", answers={"skill": "a"}),
        a_mentor("oz", answers={"skill": "g"}),
    ]
    found = match_several([a_mentee(wants=2, answers={"skill": "a b"})], mentors, SKILLS)

    assert found.explain("ada", "ny").score == 5000
    assert found.explain("ada").mentor == "mo"
    assert found.unmatched == ()
    assert found.after.total == 15000
    assert found.what_if(rules=NOTHING).total == 0
    assert found.what_if(keep_bonus=0).pairs == found.pairs


def test_scarce_places_for_some_and_not_for_others_have_no_prices_in_points() -> None:
    rules = RuleSet(rules=(Forbid(what=Same(mentee="team", mentor="team", weight=0)),))
    mentees = [a_mentee(f"p{each}", answers={"team": "a"}) for each in range(2)]
    mentors = [a_mentor("mo", answers={"team": "b"}), a_mentor("ny", answers={"team": "a"})]

    assert match_several(mentees, mentors, rules).prices == {}
    assert match_several(mentees[:1], mentors, NOTHING).prices.keys() == {"mo", "ny"}


@pytest.mark.parametrize(
    ("mentees", "mentors"),
    [
        ([], []),
        ([a_mentee(wants=2)], []),
        ([], [a_mentor()]),
        ([a_mentee(wants=0)], [a_mentor()]),
        ([a_mentee(wants=-3)], [a_mentor()]),
        ([a_mentee(wants=3)], [a_mentor(capacity=0)]),
        ([a_mentee("mo", wants=3)], [a_mentor("mo")]),
    ],
)
def test_where_there_is_nothing_to_match_there_are_no_pairs(
    mentees: list[Mentee], mentors: list[Mentor]
) -> None:
    found = match_several(mentees, mentors, SKILLS)

    assert (found.pairs, found.total, found.gap) == ((), 0, 0)
    assert {each.mentee for each in found.unmatched} == {each.id for each in mentees}


def test_bad_input_is_named() -> None:
    with pytest.raises(PeopleInvalid) as people:
        match_several([a_mentee(), a_mentee()], [a_mentor(capacity=-1)], NOTHING)
    assert {each.slug for each in people.value.problems} == {"duplicate-id", "capacity-below-zero"}
    with pytest.raises(RulesInvalid) as rules:
        match_several([], [], NOTHING, keep_bonus=HEAVIEST + 1)
    assert [each.where for each in rules.value.problems] == ["/keep_bonus"]


def test_pairs_of_people_who_are_not_here_are_named() -> None:
    found = match_several([a_mentee()], [a_mentor()], NOTHING, accepted=[("ada", "gone")])

    assert found.ignored == (("ada", "gone"),)
    assert len(found.pairs) == 1


def test_hundreds_of_identical_people_are_served_at_once_and_in_rounds() -> None:
    mentees = [a_mentee(f"e{each}", wants=2) for each in range(300)]
    mentors = [a_mentor(f"m{each}", capacity=4) for each in range(120)]

    found = match_several(mentees, mentors, SKILLS)

    assert (found.filled, found.after.matched, found.gap) == (480, 300, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(several, "LARGEST", 0)
        in_rounds = match_several(mentees, mentors, SKILLS)
    assert (in_rounds.filled, in_rounds.after.matched, in_rounds.is_full) == (480, 300, True)


LEAST_IN_ROUNDS = 0.96
"""Of the optimum's points; measured: 0.974 for a hundred people, 0.985 for a thousand."""


def test_rounds_lose_little() -> None:
    answers = [
        {"skill": " ".join(sorted({a, b, c}))} for a in "abcd" for b in "cdef" for c in "efg"
    ]
    mentees = [a_mentee(f"e{k}", wants=1 + k % 3, answers=each) for k, each in enumerate(answers)]
    mentors = [
        a_mentor(f"m{k}", capacity=1 + k % 5, answers=each) for k, each in enumerate(answers[::2])
    ]

    best = match_several(mentees, mentors, SKILLS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(several, "LARGEST", 0)
        found = match_several(mentees, mentors, SKILLS)

    assert best.gap == 0
    assert found.after.matched == best.after.matched
    assert LEAST_IN_ROUNDS * best.total <= found.total <= best.total <= found.bound
