"""Pairs in numbers: as plain Python counts them."""

from __future__ import annotations

from collections import Counter
from statistics import fmean, pstdev

import pytest
from hypothesis import given

from plugin.matching.engine.columns import compiled
from plugin.matching.engine.gathering import gathered
from plugin.matching.engine.measuring import statistics
from plugin.matching.engine.outcome import Outcome
from plugin.matching.engine.scoring import exclusion, score
from plugin.matching.engine.standing import Standing
from tests.plugin.matching.engine.strategies import outcomes


@given(outcomes)
def test_the_numbers_are_those_of_plain_counting(outcome: Outcome) -> None:
    mentees, mentors = outcome.mentees, outcome.mentors
    columns = compiled(outcome.rules, gathered(mentees.values(), mentors.values(), seed=1))
    pairs = Standing.of(columns.roster, [(each.mentee, each.mentor) for each in outcome.pairs])
    found = statistics(columns, *pairs.rows, possible=len(mentees))
    scores = sorted(each.score for each in outcome.pairs)
    assert (found.mentees, found.mentors) == (len(mentees), len(mentors))
    assert found.places == sum(each.capacity for each in mentors.values())
    assert (found.matched, found.unmatched) == (len(scores), len(mentees) - len(scores))
    assert found.avoidable == found.unmatched
    assert found.total == sum(scores)
    assert found.mean == pytest.approx(fmean(scores) if scores else None)
    assert found.worst == (scores[0] if scores else None)
    assert found.fifth_percentile == (scores[(len(scores) * 5 - 1) // 100] if scores else None)
    assert found.own_best == sum(is_among_own_best(outcome, *each) for each in told(outcome))
    load = Counter(each.mentor for each in outcome.pairs)
    used = [load[each.id] / each.capacity for each in mentors.values() if each.capacity]
    assert found.idle_mentors == used.count(0)
    assert found.load_spread == pytest.approx(pstdev(used) if used else 0)


def told(outcome: Outcome) -> list[tuple[str, int]]:
    return [(each.mentee, each.score) for each in outcome.pairs]


def is_among_own_best(outcome: Outcome, mentee_id: str, own: int) -> bool:
    mentee = outcome.mentees[mentee_id]
    better = [
        each
        for each in outcome.mentors.values()
        if each.capacity
        and exclusion(outcome.rules, mentee, each) is None
        and score(outcome.rules, mentee, each) > own
    ]
    return len(better) < 5
