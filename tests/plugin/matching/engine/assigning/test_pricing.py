"""Prices: whatever they are, they bound what any answer could be worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plugin.matching.engine.assigning.coverage import covered
from plugin.matching.engine.assigning.edges import Edges
from plugin.matching.engine.assigning.parts import parts_of
from plugin.matching.engine.assigning.pricing import Judge
from plugin.matching.engine.columns import compiled
from plugin.matching.engine.gathering import gathered
from plugin.matching.engine.options import Options
from plugin.matching.engine.pace import Pace
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.results import Objective
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.standing import Standing, undecided
from tests.plugin.matching.engine.brute_force import World
from tests.plugin.matching.engine.strategies import mentees, mentors, rule_sets


@given(
    st.lists(mentees, max_size=4, unique_by=lambda each: each.id),
    st.lists(mentors, max_size=4, unique_by=lambda each: each.id),
    rule_sets,
    st.sampled_from([Objective.COVERAGE, Objective.SCORE]),
    st.integers(0, 10),
    st.data(),
)
def test_no_answer_exceeds_what_any_prices_bound(
    learning: list[Mentee],
    teaching: list[Mentor],
    rules: RuleSet,
    objective: Objective,
    balance: int,
    data: st.DataObject,
) -> None:
    rules = replace(rules, reciprocal=True)
    world = World(mentees=learning, mentors=teaching, rules=rules, balance=balance)
    columns = compiled(rules, gathered(learning, teaching, seed=1))
    options = Options(
        accepted=(),
        proposed=(),
        keep_bonus=0,
        objective=objective,
        floor=False,
        balance=balance,
        seed=1,
        tolerance=None,
    )
    none = Standing.of(columns.roster, ())
    task = undecided(columns, none, none, options).task
    if not all(task.shape):
        return
    covers = objective is Objective.COVERAGE
    cover = covered(task, Edges.empty(), seed=1)[0] if covers else None
    bound = 0
    for part in parts_of(task, cover):
        size = len(part.columns)
        price = st.integers(0, 10**6).map(float)
        paid = np.array(data.draw(st.lists(price, min_size=size, max_size=size)))
        gained = np.zeros(len(part.rows))
        judge = Judge(task, part, paid, gained, seed=1)
        bound += judge.judgement(Pace(lambda *_: None)).bound
    most = max(len(each) for each in world.answers) if covers else 0
    assert bound >= max(world.total(each) for each in world.answers if len(each) >= most)
