"""The best pairs for everybody at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from plugin.matching.engine import dense, sparse, stable
from plugin.matching.engine.assignment import NOBODY, Assigned, Assignment
from plugin.matching.engine.columns import Columns, compiled
from plugin.matching.engine.errors import Problem, RulesInvalid
from plugin.matching.engine.gathering import gathered
from plugin.matching.engine.matching import Matching
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.reading import checked
from plugin.matching.engine.results import Objective, Origin, Pair
from plugin.matching.engine.rules import HEAVIEST, RuleSet
from plugin.matching.engine.standing import Named, Standing, Undecided, undecided

Progress = Callable[[str, float], None]
"""Told the stage (`people`, `pairs`, `done`) and which part of the whole is done."""


def match(
    mentees: Iterable[Mentee],
    mentors: Iterable[Mentor],
    rules: RuleSet,
    *,
    accepted: Iterable[Named] = (),
    proposed: Iterable[Named] = (),
    keep_bonus: int = 3,
    objective: Objective = Objective.COVERAGE,
    floor: bool = True,
    balance: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Matching:
    """Return the best pairs. Every mentee without an accepted one is given at most one mentor.

    Args:
        mentees: looked at once, in any order.
        mentors: likewise.
        accepted: pairs that stand. They stay, whatever the rules say now, and take places; a mentor
            with more of them than places has no place left. Pairs of unknown people are ignored,
            and named in `Matching.ignored`.
        proposed: pairs that were proposed before, and are again where that costs little.
        keep_bonus: weight that a proposed pair has on top of its own.
        objective: see `Objective`.
        floor: with coverage, first the worst pair is made as good as it can be; the total after.
        balance: weight that counts against each mentee whom a mentor already has; 0: among equal
            answers one with an even load is preferred.
        seed: decides ties, whatever the order of the people.
        progress: told how far it is.

    Raises:
        RulesInvalid: a rule, `keep_bonus` or `balance` cannot be used.
        PeopleInvalid: two people share an id, a capacity is below zero, an answer is unreadable.
    """
    tell = progress or _silent
    rules = checked(rules)
    _check_weights(keep_bonus=keep_bonus, balance=balance)
    tell("people", 0.0)
    columns = compiled(rules, gathered(mentees, mentors, seed=seed))
    stand = Standing.of(columns.roster, accepted)
    proposals = Standing.of(columns.roster, proposed)
    open_ = undecided(
        columns, stand, proposals, keep_bonus=keep_bonus, balance=balance, objective=objective
    )
    tell("pairs", 0.1)
    assigned = _solved(open_.task, seed)
    tell("done", 1.0)
    return Matching(
        pairs=_pairs(columns, stand, proposals, open_, assigned),
        total=assigned.total,
        bound=assigned.bound,
        floor=None,
        objective=objective,
        seed=seed,
        ignored=stand.unknown + proposals.unknown,
        rules=rules,
        columns=columns,
        standing=_before(stand, proposals),
        most_matched=lambda: 0,
        priced=dict,
    )


def _solved(task: Assignment, seed: int) -> Assigned:
    if not all(task.shape):
        nobody = np.full(task.shape[0], NOBODY, dtype=np.int64)
        return Assigned(mentors=nobody, total=0, bound=0)
    if task.objective is Objective.STABLE:
        return stable.solved(task, seed=seed)
    if dense.fits(task):
        return dense.solved(task)
    return sparse.solved(task, seed=seed)


def _pairs(
    columns: Columns, stand: Standing, proposals: Standing, open_: Undecided, assigned: Assigned
) -> tuple[Pair, ...]:
    """Return the pairs that stand, and the new ones."""
    there = assigned.mentors != NOBODY
    mentees = np.append(stand.mentees, open_.mentees[there])
    mentors = np.append(stand.mentors, open_.mentors[assigned.mentors[there]])
    scores = columns.points(mentees, mentors).tolist()
    before = set(zip(proposals.mentees.tolist(), proposals.mentors.tolist(), strict=True))
    ids, others = columns.roster.mentees.ids, columns.roster.mentors.ids
    pairs = []
    for place, (row, column) in enumerate(zip(mentees.tolist(), mentors.tolist(), strict=True)):
        origin = Origin.PROPOSED if (row, column) in before else Origin.NEW
        if place < len(stand.mentees):
            origin = Origin.ACCEPTED
        pairs.append(
            Pair(mentee=ids[row], mentor=others[column], score=scores[place], origin=origin)
        )
    return tuple(sorted(pairs, key=lambda each: (each.mentee, each.mentor)))


def _before(stand: Standing, proposals: Standing) -> tuple[tuple[int, int], ...]:
    """Return the pairs there were before; a proposal to who has a mentor is none."""
    rows = np.append(stand.mentees, proposals.mentees).tolist()
    columns = np.append(stand.mentors, proposals.mentors).tolist()
    return tuple(dict.fromkeys(zip(rows, columns, strict=True)))


def _check_weights(**weights: int) -> None:
    problems = [
        Problem(
            slug="weight-out-of-range",
            where=f"/{name}",
            text=f"Give a whole number from 0 to {HEAVIEST}.",
        )
        for name, weight in weights.items()
        if type(weight) is not int or not 0 <= weight <= HEAVIEST
    ]
    if problems:
        raise RulesInvalid(problems)


def _silent(stage: str, part: float) -> None:
    """Tell nobody."""
