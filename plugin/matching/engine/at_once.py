"""Several mentors for who wants more, all at once: the optimum."""

from __future__ import annotations

import numpy as np

from plugin.matching.engine.linear import Task
from plugin.matching.engine.openings import Filled, Openings
from plugin.matching.engine.reciprocal import BothRoles, rule_out_lesser_ways
from plugin.matching.engine.transport import Choice, chosen
from plugin.matching.engine.worth import RULED_OUT, all_points

TRIES = 6
"""So often the lesser of two mutual pairs is left out; then every pair that could be one."""


def filled_at_once(open_: Openings) -> Filled:
    """Return the best pairs for what is open."""
    task = _task(open_)
    best = chosen(task, seed=open_.seed)
    choice = best if open_.rules.reciprocal else _one_way(open_, task, best)
    as_many = _reached(task, choice) == _reached(task, best)
    return Filled(
        mentees=choice.rows,
        mentors=choice.columns,
        total=choice.value,
        bound=best.value + best.gap if as_many else max(open_.ceiling(), choice.value),
        is_full=best.is_full and as_many,
        prices=_prices(open_, task, choice),
    )


def _task(open_: Openings) -> Task:
    roster, wants, places = open_.columns.roster, open_.wants, open_.places
    everybody, all_mentors = np.arange(len(wants)), np.arange(len(places))
    points = all_points(open_.columns, everybody, all_mentors)
    points[wants == 0] = RULED_OUT
    points[:, places == 0] = RULED_OUT
    standing, proposed = open_.accepted, open_.proposed
    kept = points[proposed.mentees, proposed.mentors]
    points[proposed.mentees, proposed.mentors] += np.where(kept >= 0, open_.kept, 0)
    points[standing.mentees, standing.mentors] = RULED_OUT
    if not open_.rules.reciprocal:
        points[BothRoles.of(roster).turned(standing.mentees, standing.mentors)] = RULED_OUT
    return Task(
        points=points,
        wants=wants,
        first=open_.columns.extras,
        begun=open_.had > 0,
        most=places,
        least=np.zeros_like(places),
    )


def _one_way(open_: Openings, task: Task, choice: Choice) -> Choice:
    """Return pairs of which none is there both ways; `task` loses those that would be."""
    both = BothRoles.of(open_.columns.roster)
    for _ in range(TRIES):
        mutual = both.twice(choice.rows, choice.columns)
        if not len(mutual[0]):
            return choice
        rule_out_lesser_ways(task.points, both, mutual)
        choice = chosen(task, seed=open_.seed)
    rule_out_lesser_ways(task.points, both)
    return chosen(task, seed=open_.seed)


def _prices(open_: Openings, task: Task, choice: Choice) -> dict[str, int]:
    """Return the prices of places by mentor; none where they do not speak of points alone.

    Where some mentors' places decide how many mentees have one, and others' do not, the difference
    of their prices is larger than what any pair is worth.
    """
    there = np.flatnonzero(open_.places)
    prices = choice.prices[there]
    if len(there) and prices.max() - prices.min() > task.points.max() + task.first.max():
        return {}
    ids = open_.columns.roster.mentors.ids
    return {ids[row]: int(price) for row, price in zip(there, prices, strict=True)}


def _reached(task: Task, choice: Choice) -> tuple[int, int]:
    """Return how many mentees have their first mentor now, and how many pairs there are."""
    covered = np.unique(choice.rows)
    return int((~task.begun[covered]).sum()), len(choice.rows)
