"""From people and rules to new pairs: what is open, which solver, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from plugin.matching.engine.assigning import dense, inserting, sparse, stable
from plugin.matching.engine.assigning.assignment import NOBODY, Assigned, Assignment
from plugin.matching.engine.assigning.coverage import covered
from plugin.matching.engine.assigning.floor import highest
from plugin.matching.engine.columns import Columns
from plugin.matching.engine.grid import Scatter
from plugin.matching.engine.mutual import other_ways, worse_ways
from plugin.matching.engine.options import Options
from plugin.matching.engine.pace import Pace
from plugin.matching.engine.results import Objective
from plugin.matching.engine.roster import Flags, Whole
from plugin.matching.engine.standing import Standing, Undecided, undecided

CERTAIN = 50_000
"""Up to so many mentees the optimum is proved; beyond, …"""
CLOSE = 0.003
"""… this share of it may be missing at most: the last tenths of a per cent take longest."""
MOST_TRIES = 20
"""So often pairs are found anew because two people would mentor each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """New pairs, and what is known of them."""

    open: Undecided
    """What was to be decided; without pairs that score less than the floor."""
    assigned: Assigned
    floor: int | None

    @property
    def mentees(self) -> Whole:
        """Who has a new mentor, as rows of the roster."""
        mentees: Whole = self.open.mentees[self.assigned.mentors != NOBODY]
        return mentees

    @property
    def mentors(self) -> Whole:
        """Whom, in the same places."""
        given = self.assigned.mentors
        mentors: Whole = self.open.mentors[given[given != NOBODY]]
        return mentors

    def most_matched(self, seed: int) -> int:
        """Return how many of those without a mentor could have one at once."""
        task = self.open.task
        if task.objective is Objective.COVERAGE or not all(task.shape):
            return len(self.mentees)
        return covered(task, sparse.likely(task, seed=seed), seed=seed)[0].matched

    def prices(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the prices by id; `ids` are those of all mentors."""
        task, paid = self.open.task, self.assigned.prices
        if task.objective is Objective.STABLE or not all(task.shape):
            return {}
        if paid is None:
            paid = sparse.implied_prices(task, self.assigned.mentors)
        known = np.flatnonzero(~np.isnan(paid))
        rows = self.open.mentors[known].tolist()
        return dict(zip((ids[row] for row in rows), paid[known].astype(int).tolist(), strict=True))

    def without(self, which: Flags) -> Found:
        """Return the same less some of the pairs."""
        mentors = self.assigned.mentors.copy()
        mentors[np.flatnonzero(mentors != NOBODY)[which]] = NOBODY
        total = self.open.task.total(mentors)
        return replace(self, assigned=replace(self.assigned, mentors=mentors, total=total))

    def bounded_by(self, other: Found) -> Found:
        """Return the same with the bound that another answer gives, which was allowed more."""
        alike = self.floor == other.floor and len(self.mentees) == len(other.mentees)
        task = self.open.task
        most = len(self.mentees) * task.pairs.most + int(task.extras.sum())
        bound = other.assigned.bound if alike else most
        return replace(self, assigned=replace(self.assigned, bound=bound))


def found(
    columns: Columns, stand: Standing, proposals: Standing, options: Options, pace: Pace
) -> Found:
    """Return the best new pairs beside those that stand."""
    open_ = undecided(columns, stand, proposals, options)
    task = open_.task
    floor = None
    if not all(task.shape):
        nobody = np.full(task.shape[0], NOBODY, dtype=np.int64)
        return Found(open=open_, assigned=Assigned(mentors=nobody, total=0, bound=0), floor=None)
    if options.objective is Objective.STABLE:
        return Found(open=open_, assigned=stable.solved(task, seed=options.seed), floor=None)
    edges = None
    if options.floor and options.objective is Objective.COVERAGE:
        lifted = highest(task, sparse.likely(task, seed=options.seed), seed=options.seed)
        pace.step(0.1)
        floor, edges = lifted.score, lifted.edges
        task = task.at_least(floor or 0)
    if dense.fits(task):
        assigned = dense.solved(task)
    elif inserting.fits(task):
        assigned = inserting.solved(task, seed=options.seed)
    else:
        assigned = sparse.solved(
            task,
            sparse.likely(task, seed=options.seed) if edges is None else edges,
            seed=options.seed,
            tolerance=_tolerance(task, options),
            pace=pace,
        )
    return Found(open=replace(open_, task=task), assigned=assigned, floor=floor)


def found_one_way(
    columns: Columns, stand: Standing, proposals: Standing, options: Options, pace: Pace
) -> Found:
    """Return the best pairs of which none is another the other way round."""
    columns = columns.without(other_ways(columns.roster, stand.mentees, stand.mentors))
    first = last = found(columns, stand, proposals, options, pace)
    worse = worse_ways(columns, last.mentees, last.mentors)
    for _ in range(MOST_TRIES):
        if not worse.any():
            break
        one = np.ones(int(worse.sum()))
        columns = columns.without(Scatter.of(last.mentees[worse], last.mentors[worse], one))
        last = found(columns, stand, proposals, options, pace)
        worse = worse_ways(columns, last.mentees, last.mentors)
    return last if last is first else last.without(worse).bounded_by(first)


def _tolerance(task: Assignment, options: Options) -> float:
    if options.tolerance is not None:
        return options.tolerance
    return 0 if task.shape[0] <= CERTAIN else CLOSE
