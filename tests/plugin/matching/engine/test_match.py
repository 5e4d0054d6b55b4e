"""Matching: against every answer there is, in small worlds; and what bad input gets."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.matching.engine.assigning import candidates, coverage, dense, pricing
from plugin.matching.engine.errors import PeopleInvalid, RulesInvalid
from plugin.matching.engine.laws import (
    blocking_pairs,
    excluded_pairs,
    improving_swaps,
    overfull_mentors,
    refused_with_room,
)
from plugin.matching.engine.match import match
from plugin.matching.engine.matching import Matching
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.results import Objective, Origin, RuledOut, WhyNot
from plugin.matching.engine.rules import (
    HEAVIEST,
    POINTS,
    Different,
    Forbid,
    Overlap,
    Require,
    RuleSet,
    Same,
    Wish,
)
from tests.plugin.matching.engine.brute_force import World
from tests.plugin.matching.engine.strategies import a_mentee, a_mentor, mentees, mentors, rule_sets

SKILL = Overlap(mentee="skill", mentor="skill", weight=10)
SKILLS = RuleSet(rules=(SKILL,))


@st.composite
def _worlds(draw: st.DrawFn) -> World:
    def by_id(each: Mentee | Mentor) -> str:
        return each.id

    learning = draw(st.lists(mentees, max_size=5, unique_by=by_id))
    teaching = draw(st.lists(mentors, max_size=4, unique_by=by_id))
    two = st.tuples(
        st.sampled_from([each.id for each in learning] or ["nobody"]),
        st.sampled_from([each.id for each in teaching] or ["nobody"]),
    )
    return World(
        mentees=learning,
        mentors=teaching,
        rules=draw(rule_sets),
        accepted=draw(st.frozensets(two, max_size=2)) if learning and teaching else frozenset(),
        proposed=draw(st.frozensets(two, max_size=3)) if learning and teaching else frozenset(),
        keep_bonus=draw(st.sampled_from([0, 3, 40])),
        balance=draw(st.sampled_from([0, 0, 1, 30])),
    )


worlds = _worlds()
ways = st.booleans()
"""Whether the way of large programmes is taken, with so few candidates that it looks again."""


def matched(world: World, *, large: bool = False, **options: object) -> Matching:
    with pytest.MonkeyPatch.context() as patch:
        if large:
            patch.setattr(dense, "LARGEST", 0)
            patch.setattr(candidates, "FOR_MENTEE", 1)
            patch.setattr(candidates, "FOR_PLACE", 1)
            patch.setattr(candidates, "FOR_MENTOR", 0)
            patch.setattr(coverage, "JOINING", 1)
            patch.setattr(pricing, "JOINING", 1)
        found = match(
            world.mentees,
            world.mentors,
            world.rules,
            accepted=world.accepted,
            proposed=world.proposed,
            keep_bonus=world.keep_bonus,
            balance=world.balance,
            **options,  # type: ignore[arg-type]
        )
        assert found.prices is not None  # looked at while the way is still set
    return found


def new_pairs(found: Matching) -> dict[str, str]:
    return {pair.mentee: pair.mentor for pair in found.pairs if pair.origin is not Origin.ACCEPTED}


@given(worlds, ways)
def test_with_coverage_nothing_matches_more_and_nothing_as_many_better(
    world: World, large: bool
) -> None:
    rules = replace(world.rules, reciprocal=True)
    world = replace(world, rules=rules)
    found = matched(world, large=large, floor=False)
    given = new_pairs(found)
    best = max((len(each), world.total(each)) for each in world.answers)
    assert (len(given), world.total(given)) == best
    assert found.total == found.bound == best[1]


@given(worlds, ways)
def test_with_score_nothing_has_a_higher_total(world: World, large: bool) -> None:
    world = replace(world, rules=replace(world.rules, reciprocal=True))
    found = matched(world, large=large, objective=Objective.SCORE)
    given = new_pairs(found)
    best = max((world.total(each), len(each)) for each in world.answers)
    assert (world.total(given), len(given)) == best  # a pair worth nothing is better than none
    assert found.total == found.bound == best[0]


@given(worlds, ways)
def test_the_floor_is_the_highest_and_the_total_the_best_above_it(
    world: World, large: bool
) -> None:
    world = replace(world, rules=replace(world.rules, reciprocal=True))
    found = matched(world, large=large)
    given = new_pairs(found)
    most = max(len(each) for each in world.answers)
    full = [each for each in world.answers if len(each) == most]
    worst = max(world.worst(each) for each in full)
    best = max(world.total(each) for each in full if world.worst(each) == worst)
    assert (len(given), world.worst(given), world.total(given)) == (most, worst, best)
    assert found.floor == (worst if given else None)
    assert found.gap == 0


@given(worlds, ways, st.sampled_from(Objective))
def test_no_rule_is_broken_and_no_mentor_has_too_many(
    world: World, large: bool, objective: Objective
) -> None:
    found = matched(world, large=large, objective=objective)
    assert excluded_pairs(found.outcome) == []
    assert overfull_mentors(found.outcome) == []
    pairs = {(pair.mentee, pair.mentor) for pair in found.pairs}
    assert len(pairs) == len(found.pairs)
    assert world.accepted <= pairs
    new = Counter(new_pairs(found))
    assert set(new) <= {each.id for each in world.free}
    assert {
        each.score for each in found.pairs if (each.mentee, each.mentor) in world.scores
    } <= set(world.scores.values())
    if not world.rules.reciprocal:
        assert not {(m, e) for e, m in new_pairs(found).items()} & pairs


@given(worlds)
def test_nobody_is_refused_a_better_place_that_is_free(world: World) -> None:
    plain = replace(world, keep_bonus=0, balance=0, rules=replace(world.rules, reciprocal=True))
    found = matched(plain, floor=False)
    assert refused_with_room(found.outcome) == []
    assert improving_swaps(found.outcome) == []


@given(worlds)
def test_a_stable_answer_has_no_blocking_pair(world: World) -> None:
    plain = replace(world, keep_bonus=0, rules=replace(world.rules, reciprocal=True))
    found = matched(plain, objective=Objective.STABLE)
    assert blocking_pairs(found.outcome) == []


@given(worlds, ways)
def test_one_way_only_is_as_good_as_its_bound_says(world: World, large: bool) -> None:
    world = replace(world, rules=replace(world.rules, reciprocal=False))
    found = matched(world, large=large, floor=False)
    given = new_pairs(found)
    best = max((world.total(each) for each in world.answers if len(each) == len(given)), default=0)
    assert found.total == world.total(given) <= best <= found.bound


@given(worlds, ways, st.integers(0, 3), st.randoms(use_true_random=False))
def test_the_order_of_arrival_decides_nothing(
    world: World, large: bool, seed: int, random: Random
) -> None:
    objective = random.choice(list(Objective))
    one = matched(world, large=large, seed=seed, objective=objective)
    shuffled = replace(
        world,
        mentees=random.sample(world.mentees, len(world.mentees)),
        mentors=random.sample(world.mentors, len(world.mentors)),
    )
    other = matched(shuffled, large=large, seed=seed, objective=objective)
    assert one.pairs == other.pairs
    assert (one.total, one.bound, one.floor) == (other.total, other.bound, other.floor)
    assert (one.prices, one.unmatched) == (other.prices, other.unmatched)
    assert (one.before, one.after) == (other.before, other.after)


@given(worlds, ways)
def test_at_the_prices_everybody_has_whom_they_would_choose(world: World, large: bool) -> None:
    world = replace(world, balance=0, rules=replace(world.rules, reciprocal=True))
    found = matched(world, large=large, floor=False)
    given, prices = new_pairs(found), found.prices
    for mentee, mentor in given.items():
        if mentor in prices:
            for other in prices.keys() & {to for who, to in world.scores if who == mentee}:
                assert (
                    value(world, mentee, mentor) - prices[mentor]
                    >= value(world, mentee, other) - prices[other]
                )


def value(world: World, mentee: str, mentor: str) -> int:
    kept = (mentee, mentor) in world.proposed
    return world.scores[mentee, mentor] + POINTS * world.keep_bonus * kept


@settings(max_examples=10)
@given(
    st.lists(mentees, min_size=6, max_size=7, unique_by=lambda each: each.id),
    st.lists(mentors, min_size=2, max_size=3, unique_by=lambda each: each.id),
    rule_sets,
)
def test_seven_mentees_are_matched_as_well(
    learning: list[Mentee], teaching: list[Mentor], rules: RuleSet
) -> None:
    world = World(mentees=learning, mentors=teaching, rules=replace(rules, reciprocal=True))
    found = matched(world, floor=False)
    best = max((len(each), world.total(each)) for each in world.answers)
    assert (len(found.pairs), found.total) == best


def test_the_statistics_say_what_happened() -> None:
    ada = a_mentee("ada", answers={"skill": "a"})
    ben = a_mentee("ben", answers={"skill": "b"})
    col = a_mentee("col", answers={"skill": "b"})
    mo = a_mentor("mo", answers={"skill": "a b"}, capacity=2)
    nia = a_mentor("nia", answers={"skill": "a"}, capacity=0)
    found = match([ada, ben, col], [mo, nia], SKILLS, accepted=[("ada", "mo")])
    assert [(each.mentee, each.mentor, each.origin) for each in found.pairs] in (
        [("ada", "mo", Origin.ACCEPTED), (other, "mo", Origin.NEW)] for other in ("ben", "col")
    )
    assert (found.before.matched, found.before.unmatched, found.before.avoidable) == (1, 2, 1)
    after = found.after
    assert (after.mentees, after.mentors, after.places) == (3, 2, 2)
    assert (after.matched, after.unmatched, after.avoidable) == (2, 1, 0)
    assert (after.total, after.mean, after.worst) == (20_000, 10_000, 10_000)
    assert (after.fifth_percentile, after.own_best) == (10_000, 2)
    assert (after.idle_mentors, after.load_spread) == (0, 0.0)
    assert [each.why for each in found.unmatched] == [WhyNot.PLACES_TAKEN]


def test_who_is_ruled_out_is_told_by_which_rule() -> None:
    ada = a_mentee("ada", answers={"language": "fr", "team": "t"})
    ben = a_mentee("ben", refuses=frozenset({"mo", "nia"}))
    teaching = [a_mentor(id, answers={"language": "en", "team": "t"}) for id in ("mo", "nia")]
    rules = RuleSet(
        rules=(
            Require(what=Same(mentee="language", mentor="language", weight=0)),
            Forbid(what=Same(mentee="team", mentor="team", weight=0)),
        )
    )
    found = match([ada, ben], teaching, rules)
    assert found.pairs == ()
    assert [(each.mentee, each.why, each.ruled_out) for each in found.unmatched] == [
        (
            "ada",
            WhyNot.RULED_OUT,
            (RuledOut(rule=0, mentors=2), RuledOut(rule=1, mentors=2)),
        ),
        ("ben", WhyNot.RULED_OUT, (RuledOut(rule=None, mentors=2),)),
    ]


@given(worlds)
def test_all_unmatched_are_told_what_each_is_told(world: World) -> None:
    from plugin.matching.engine.explaining import why_unmatched

    found = matched(world, objective=Objective.SCORE)
    assert [why_unmatched(found.outcome, each.mentee) for each in found.unmatched] == list(
        found.unmatched
    )


@pytest.mark.parametrize("large", [False, True])
def test_coverage_comes_first_whatever_the_weights(large: bool) -> None:
    """The heaviest pair there can be does not cost anybody their mentor."""
    ada = a_mentee("ada", answers={"skill": "a", "language": "en fr"})
    ben = a_mentee("ben", answers={"language": "en"})
    mo = a_mentor("mo", answers={"skill": "a", "language": "en"})
    nia = a_mentor("nia", answers={"language": "fr"})
    wanted = Overlap(mentee="skill", mentor="skill", weight=HEAVIEST)
    spoken = Require(what=Same(mentee="language", mentor="language", weight=0))
    world = World(
        mentees=[ada, ben], mentors=[mo, nia], rules=RuleSet(rules=(wanted,) * 49 + (spoken,))
    )
    found = matched(world, large=large)
    assert new_pairs(found) == {"ada": "nia", "ben": "mo"}
    assert (found.total, found.gap) == (0, 0)
    scored = matched(world, large=large, objective=Objective.SCORE)
    assert new_pairs(scored) == {"ada": "mo"}
    assert scored.total == 49 * HEAVIEST * POINTS


def test_pairs_that_stand_stay_even_against_the_rules() -> None:
    ada = a_mentee("ada", answers={"team": "t"})
    mo = a_mentor("mo", answers={"team": "t"}, capacity=0)
    rules = RuleSet(rules=(Forbid(what=Same(mentee="team", mentor="team", weight=0)),))
    found = match([ada, a_mentee("ben")], [mo], rules, accepted=[("ada", "mo")])
    assert [(each.mentee, each.origin) for each in found.pairs] == [("ada", Origin.ACCEPTED)]
    assert [each.mentee for each in found.unmatched] == ["ben"]
    assert found.after.places == 0


def test_unknown_people_in_pairs_and_wishes_are_ignored_and_named() -> None:
    ada = a_mentee("ada", wishes=("gone", "mo"), refuses=frozenset({"gone"}))
    rules = RuleSet(rules=(Wish(weight=10),))
    found = match(
        [ada],
        [a_mentor("mo")],
        rules,
        accepted=[("gone", "mo")],
        proposed=[("ada", "gone"), ("ada", "mo")],
    )
    assert found.ignored == (("gone", "mo"), ("ada", "gone"))
    assert [(each.mentor, each.score, each.origin) for each in found.pairs] == [
        ("mo", 5_000, Origin.PROPOSED)
    ]
    assert found.explain("ada").contributions[0].place == 2


@pytest.mark.parametrize(("mentees", "mentors"), [([], []), ([a_mentee()], []), ([], [a_mentor()])])
@pytest.mark.parametrize("objective", Objective)
def test_with_one_side_empty_nobody_is_matched(
    mentees: list[Mentee], mentors: list[Mentor], objective: Objective
) -> None:
    found = match(mentees, mentors, SKILLS, objective=objective)
    assert found.pairs == ()
    assert [each.why for each in found.unmatched] == [WhyNot.NO_MENTORS] * len(mentees)
    assert (found.total, found.gap, found.floor, found.prices) == (0, 0, None, {})
    assert found.after.mean is None


def test_nobody_is_their_own_mentor() -> None:
    found = match([a_mentee("ada")], [a_mentor("ada")], SKILLS)
    assert found.pairs == ()
    assert found.unmatched[0].why is WhyNot.RULED_OUT


def test_two_people_mentor_each_other_only_where_that_may_be() -> None:
    people = ("ada", "ben")
    learning, teaching = [a_mentee(each) for each in people], [a_mentor(each) for each in people]
    both = match(learning, teaching, RuleSet(reciprocal=True))
    assert {(each.mentee, each.mentor) for each in both.pairs} == {("ada", "ben"), ("ben", "ada")}
    one = match(learning, teaching, RuleSet(reciprocal=False))
    assert len(one.pairs) == 1
    assert one.unmatched[0].why is WhyNot.BELOW_FLOOR or one.unmatched[0].why is WhyNot.PLACES_TAKEN
    stands = match(learning, teaching, RuleSet(reciprocal=False), accepted=[("ada", "ben")])
    assert [each.origin for each in stands.pairs] == [Origin.ACCEPTED]


def test_contradictory_requirements_leave_everybody_unmatched_and_say_so() -> None:
    same, other = (kind(mentee="site", mentor="site", weight=0) for kind in (Same, Different))
    rules = RuleSet(rules=(Require(what=same), Require(what=other)))
    people = [a_mentee(f"e{each}", answers={"site": "x y"}) for each in range(3)]
    found = match(people, [a_mentor(answers={"site": "x"})], rules)
    assert found.pairs == ()
    assert {each.ruled_out for each in found.unmatched} == {(RuledOut(rule=1, mentors=1),)}


def test_everything_wrong_with_the_people_is_said_at_once() -> None:
    mentees = [a_mentee("ada"), a_mentee("ada"), a_mentee("")]
    odd = a_mentor("nia", answers={"skill": ["a"], "site": 1.5, "level": 2**60})
    with pytest.raises(PeopleInvalid) as refused:
        match(mentees, [a_mentor("mo", capacity=-1), odd], SKILLS)
    assert sorted((each.slug, each.where) for each in refused.value.problems) == [
        ("answer-unreadable", "nia"),
        ("answer-unreadable", "nia"),
        ("answer-unreadable", "nia"),
        ("capacity-below-zero", "mo"),
        ("duplicate-id", "ada"),
        ("id-missing", ""),
    ]


@pytest.mark.parametrize(
    ("rules", "options", "where"),
    [
        (RuleSet(rules=(replace(SKILL, weight=10**9),)), {}, "/rules/0/weight"),
        (RuleSet(rules=(replace(SKILL, weight=-1),)), {}, "/rules/0/weight"),
        (SKILLS, {"balance": -1}, "/balance"),
        (SKILLS, {"keep_bonus": HEAVIEST + 1}, "/keep_bonus"),
    ],
)
def test_weights_out_of_range_are_refused(
    rules: RuleSet, options: dict[str, int], where: str
) -> None:
    with pytest.raises(RulesInvalid) as refused:
        match([a_mentee()], [a_mentor()], rules, **options)  # type: ignore[arg-type]
    assert [each.where for each in refused.value.problems] == [where]


def test_a_what_if_is_the_same_people_with_something_else() -> None:
    ada = a_mentee("ada", answers={"skill": "a", "site": "x"})
    mo, nia = a_mentor("mo", answers={"skill": "a"}), a_mentor("nia", answers={"site": "x"})
    found = match([ada], [mo, nia], SKILLS)
    other = found.what_if(rules=RuleSet(rules=(Same(mentee="site", mentor="site", weight=1),)))
    assert [each.mentor for each in found.pairs] == ["mo"]
    assert [each.mentor for each in other.pairs] == ["nia"]
    kept = found.what_if(proposed=(("ada", "nia"),), keep_bonus=11, floor=False)
    assert [(each.mentor, each.origin) for each in kept.pairs] == [("nia", Origin.PROPOSED)]
    with pytest.raises(TypeError):
        found.what_if(colour="blue")


def test_progress_goes_from_nothing_to_all() -> None:
    told: list[tuple[str, float]] = []
    match([a_mentee()], [a_mentor()], SKILLS, progress=lambda *each: told.append(each))
    assert told[0] == ("people", 0.0)
    assert told[-1] == ("done", 1.0)
    assert [part for _, part in told] == sorted(part for _, part in told)


def test_an_even_load_is_preferred_as_far_as_it_is_worth() -> None:
    learning = [a_mentee(f"e{each}", answers={"skill": "a"}) for each in range(3)]
    mo = a_mentor("mo", answers={"skill": "a"}, capacity=3)
    nia = a_mentor("nia", capacity=3)
    for balance, idle in ((0, 1), (4, 1), (6, 0)):
        found = match(learning, [mo, nia], SKILLS, balance=balance, floor=False)
        assert found.after.idle_mentors == idle
    alike = a_mentor("nia", answers={"skill": "a"}, capacity=3)
    assert match(learning, [mo, alike], SKILLS).after.idle_mentors == 0
