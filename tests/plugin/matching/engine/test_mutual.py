"""One way of a couple only: the better one, or the one that stands."""

from __future__ import annotations

import numpy as np

from plugin.matching.engine.columns import compiled
from plugin.matching.engine.gathering import gathered
from plugin.matching.engine.match import match
from plugin.matching.engine.mutual import other_ways, worse_ways
from plugin.matching.engine.results import Origin
from plugin.matching.engine.rules import Overlap, RuleSet
from plugin.matching.engine.standing import Standing
from tests.plugin.matching.engine.strategies import a_mentee, a_mentor

RULES = RuleSet(rules=(Overlap(mentee="skill", mentor="skill", weight=10),), reciprocal=False)
LEARNING = [a_mentee("ada", answers={"skill": "a"}), a_mentee("ben"), a_mentee("col")]
TEACHING = [a_mentor("ada"), a_mentor("ben", answers={"skill": "a"}), a_mentor("zoe")]
COLUMNS = compiled(RULES, gathered(LEARNING, TEACHING, seed=1))


def test_the_other_way_is_known_of_people_on_both_sides() -> None:
    pairs = Standing.of(COLUMNS.roster, [("ada", "ben"), ("col", "ben"), ("ada", "zoe")])
    turned = other_ways(COLUMNS.roster, *pairs.rows)
    there = Standing.of(COLUMNS.roster, [("ben", "ada")])
    assert (turned.rows.tolist(), turned.columns.tolist()) == tuple(
        each.tolist() for each in there.rows
    )


def test_the_way_with_fewer_points_is_the_worse() -> None:
    pairs = Standing.of(COLUMNS.roster, [("ada", "ben"), ("ben", "ada"), ("col", "zoe")])
    assert worse_ways(COLUMNS, *pairs.rows).tolist() == [False, True, False]
    nobody = np.zeros(0, dtype=np.int64)
    assert worse_ways(COLUMNS, nobody, nobody).tolist() == []


def test_the_better_way_is_made_and_the_rest_decided_anew() -> None:
    found = match(LEARNING, TEACHING, RULES)
    pairs = {(each.mentee, each.mentor) for each in found.pairs}
    assert ("ada", "ben") in pairs
    assert ("ben", "ada") not in pairs
    assert len(pairs) == 3
    assert found.gap >= 0


def test_a_pair_that_stands_keeps_the_other_way_from_being_made() -> None:
    found = match(LEARNING[:2], TEACHING[:2], RULES, accepted=[("ben", "ada")])
    assert [(each.mentee, each.origin) for each in found.pairs] == [("ben", Origin.ACCEPTED)]


def test_a_whole_community_of_people_on_both_sides_is_matched() -> None:
    ids = [f"p{each}" for each in range(60)]
    found = match([a_mentee(each) for each in ids], [a_mentor(each) for each in ids], RULES)
    pairs = {(each.mentee, each.mentor) for each in found.pairs}
    assert len(pairs) >= 58
    assert not {(mentor, mentee) for mentee, mentor in pairs} & pairs
