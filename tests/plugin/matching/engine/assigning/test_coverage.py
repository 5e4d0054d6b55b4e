"""As many as can be: found among few pairs, proved for all."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from plugin.matching.engine.assigning.coverage import covered
from plugin.matching.engine.assigning.edges import Edges
from plugin.matching.engine.columns import compiled
from plugin.matching.engine.gathering import gathered
from plugin.matching.engine.options import Options
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.results import Objective
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.standing import Standing, undecided
from tests.plugin.matching.engine.strategies import groups_of_mentees, groups_of_mentors, rule_sets

OPTIONS = Options(
    accepted=(),
    proposed=(),
    keep_bonus=0,
    objective=Objective.COVERAGE,
    floor=False,
    balance=0,
    seed=1,
    tolerance=None,
)


@given(groups_of_mentees, groups_of_mentors, rule_sets)
def test_from_no_pairs_at_all_a_maximum_matching_is_found(
    mentees: list[Mentee], mentors: list[Mentor], rules: RuleSet
) -> None:
    columns = compiled(replace(rules, reciprocal=True), gathered(mentees, mentors, seed=1))
    none = Standing.of(columns.roster, ())
    task = undecided(columns, none, none, OPTIONS).task
    if not all(task.shape):
        return
    possible = task.pairs.block(0, task.shape[0]) >= 0
    seats = csr_array(possible.repeat(task.places, axis=1))
    most = int((maximum_bipartite_matching(seats, perm_type="column") >= 0).sum())
    found, edges = covered(task, Edges.empty(), seed=1)
    assert found.matched == most
    assert possible[edges.rows, edges.columns].all()
    unmatched = found.mentors < 0
    assert found.hungry[unmatched].all()
    # Nothing is possible between the two parts in the direction that would match one more.
    assert not possible[found.hungry][:, ~found.contested].any()
    assert not found.hungry.any() or unmatched.any()
