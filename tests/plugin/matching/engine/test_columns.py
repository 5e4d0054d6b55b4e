"""Compiled columns: what they say of every pair is what scoring says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from plugin.matching.engine import kernels, terms
from plugin.matching.engine.columns import Columns, compiled
from plugin.matching.engine.gathering import gathered
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.rules import HEAVIEST, AtLeast, Forbid, Overlap, Require, RuleSet, Same
from plugin.matching.engine.scoring import exclusions, extra, score
from tests.plugin.matching.engine.strategies import (
    a_mentee,
    a_mentor,
    groups_of_mentees,
    groups_of_mentors,
    rule_sets,
)


def columns_of(mentees: list[Mentee], mentors: list[Mentor], rules: RuleSet) -> Columns:
    return compiled(rules, gathered(mentees, mentors, seed=1))


def assert_says_what_scoring_says(
    mentees: list[Mentee], mentors: list[Mentor], rules: RuleSet
) -> None:
    columns = columns_of(mentees, mentors, rules)
    learning = [{each.id: each for each in mentees}[id] for id in columns.roster.mentees.ids]
    teaching = [{each.id: each for each in mentors}[id] for id in columns.roster.mentors.ids]
    assert columns.extras.tolist() == [extra(rules, each) for each in learning]
    shape = len(mentees), len(mentors)
    pairs = [(mentee, mentor) for mentee in learning for mentor in teaching]
    points = np.array([score(rules, *each) for each in pairs], dtype=np.int64).reshape(shape)
    against = [{every.rule for every in exclusions(rules, *each)} for each in pairs]
    excluded = np.array([bool(each) for each in against], dtype=bool).reshape(shape)

    rows, others = np.arange(shape[0]), np.arange(shape[1])
    grid = columns.grid(rows, others)
    block = grid.block(0, len(rows))
    assert np.array_equal(block < 0, excluded)
    assert np.array_equal(block[~excluded], points[~excluded])
    assert points.max(initial=0) <= columns.most
    assert np.array_equal(grid.transposed().block(0, len(others)).T, block)
    mentee_rows, mentor_rows = (each.ravel() for each in np.indices(shape))
    assert np.array_equal(columns.points(mentee_rows, mentor_rows), points.ravel())
    assert np.array_equal(grid.at(mentee_rows, mentor_rows), block.ravel())
    for rule, verdict in columns.verdicts(rows, others):
        for found, reasons in zip(verdict.ravel(), against, strict=True):
            assert found == (rule in reasons) or (rule is None and reasons)


@given(groups_of_mentees, groups_of_mentors, rule_sets)
def test_every_pair_scores_what_scoring_says(
    mentees: list[Mentee], mentors: list[Mentor], rules: RuleSet
) -> None:
    assert_says_what_scoring_says(mentees, mentors, rules)


@given(groups_of_mentees, groups_of_mentors, rule_sets)
def test_however_the_rules_are_laid_out(
    mentees: list[Mentee], mentors: list[Mentor], rules: RuleSet
) -> None:
    """With no room for tables or columns, everything is a kernel or a list of single pairs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terms, "NARROW", 1)
        patch.setattr(terms, "MOST_OPTIONS", 2)
        assert_says_what_scoring_says(mentees, mentors, rules)
        patch.setattr(kernels, "FEW", 0)
        assert_says_what_scoring_says(mentees, mentors, rules)
        patch.setattr(terms, "RARE", 0)
        patch.setattr(terms, "MOST_OPTIONS", 99)
        assert_says_what_scoring_says(mentees, mentors, rules)


@given(groups_of_mentees, groups_of_mentors, rule_sets)
def test_some_of_the_people_score_as_among_all(
    mentees: list[Mentee], mentors: list[Mentor], rules: RuleSet
) -> None:
    columns = columns_of(mentees, mentors, rules)
    rows = np.arange(len(mentees))[::-2]
    others = np.arange(len(mentors))[1::2]
    whole = columns.grid(np.arange(len(mentees)), np.arange(len(mentors)))
    expected = whole.block(0, len(mentees))[np.ix_(rows, others)]
    assert np.array_equal(columns.grid(rows, others).block(0, len(rows)), expected)
    assert np.array_equal(whole.taken(rows, others).block(0, len(rows)), expected)


def test_scores_are_exact_for_the_heaviest_weights() -> None:
    heavy = Overlap(mentee="skill", mentor="skill", weight=HEAVIEST)
    light = Same(mentee="site", mentor="site", weight=1)
    mentee = a_mentee(answers={"skill": "a b c", "site": "x"})
    mentor = a_mentor(answers={"skill": "a b c d e f g", "site": "x"})
    assert_says_what_scoring_says([mentee], [mentor], RuleSet(rules=(heavy,) * 49 + (light,)))


def test_a_light_programme_is_scored_in_single_precision() -> None:
    rule = Overlap(mentee="skill", mentor="skill", weight=45)
    columns = columns_of(
        [a_mentee(answers={"skill": "a"})],
        [a_mentor(answers={"skill": "a"})],
        RuleSet(rules=(rule,)),
    )
    grid = columns.grid(np.array([0]), np.array([0]))
    assert grid.left.dtype == np.float32
    assert columns.grid(np.array([0]), np.array([0]), room=2**30).left.dtype == np.float64


def test_many_different_numbers_are_compared_one_by_one() -> None:
    mentees = [a_mentee(f"e{each}", answers={"years": each}) for each in range(100)]
    mentors = [a_mentor(f"m{each}", answers={"years": 3 * each}) for each in range(90)]
    above = AtLeast(mentee="years", mentor="years", by=5, weight=2)
    assert_says_what_scoring_says(
        mentees, mentors, RuleSet(rules=(above, Require(what=above, strict=True)))
    )


def test_line_managers_are_few_pairs_and_no_columns() -> None:
    mentees = [a_mentee(f"e{each}", answers={"manager": f"m{each % 80}"}) for each in range(160)]
    mentors = [a_mentor(f"m{each}", answers={"number": f"m{each}"}) for each in range(90)]
    rules = RuleSet(rules=(Forbid(what=Same(mentee="manager", mentor="number", weight=0)),))
    columns = columns_of(mentees, mentors, rules)
    grid = columns.grid(np.arange(160), np.arange(90))
    assert grid.left.shape[1] == 0
    assert grid.kernels == ()
    assert len(grid.scatter.rows) == 160
    assert_says_what_scoring_says(mentees, mentors, rules)


def test_pairs_can_be_barred_afterwards() -> None:
    columns = columns_of([a_mentee("ada"), a_mentee("ben")], [a_mentor("mo")], RuleSet())
    grid = columns.grid(np.array([0, 1]), np.array([0]))
    barred = columns.without(grid.scatter.of(np.array([1]), np.array([0]), np.ones(1)))
    scores = barred.grid(np.array([0, 1]), np.array([0])).block(0, 2)
    assert scores[0, 0] == 0
    assert scores[1, 0] < 0
