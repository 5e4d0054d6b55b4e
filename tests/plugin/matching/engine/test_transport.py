"""The transportation problem: against every choice there is, with its proof."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plugin.matching.engine.attainable import most_pairs
from plugin.matching.engine.linear import Task
from plugin.matching.engine.transport import Choice, chosen

Reached = tuple[int, int, int, int]
"""Pairs that columns need, people with their first, pairs, points: in this order."""


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Up to four people and three partners; few different points, or very many."""
    n, m = draw(st.integers(0, 4)), draw(st.integers(0, 3))
    highest = draw(st.sampled_from([0, 2, 50, 5 * 10**10]))

    def numbers(count: int, low: int, high: int) -> np.ndarray:
        drawn = draw(st.lists(st.integers(low, high), min_size=count, max_size=count))
        return np.array(drawn, dtype=np.int64)

    most = np.minimum(numbers(m, 0, 3), n)
    return Task(
        points=numbers(n * m, -1, highest).reshape(n, m),
        wants=np.minimum(numbers(n, 0, 3), m),
        first=numbers(n, 0, highest),
        begun=numbers(n, 0, 1).astype(bool),
        most=most,
        least=np.minimum(most, numbers(m, 0, 2)),
    )


def reached(task: Task, pairs: list[tuple[int, int]]) -> Reached:
    had = np.bincount([pair[1] for pair in pairs], minlength=len(task.most))
    new = [row for row in {pair[0] for pair in pairs} if not task.begun[row]]
    points = sum(int(task.points[pair]) for pair in pairs)
    needed = int(np.minimum(had, task.least).sum())
    return needed, len(new), len(pairs), points + int(task.first[new].sum())


def the_best(task: Task) -> Reached:
    """Try every choice. What comes before points is reached by one choice, whichever is first."""
    best = (0, 0, 0, 0)

    def tried(row: int, pairs: list[tuple[int, int]], free: np.ndarray) -> None:
        nonlocal best
        if row == len(task.wants):
            best = max(best, reached(task, pairs))
            return
        possible = [
            column for column in np.flatnonzero(free).tolist() if task.points[row, column] >= 0
        ]
        for number in range(min(int(task.wants[row]), len(possible)) + 1):
            for some in combinations(possible, number):
                left = free.copy()
                left[list(some)] -= 1
                tried(row + 1, [*pairs, *((row, column) for column in some)], left)

    tried(0, [], task.most.copy())
    return best


def pairs_of(choice: Choice) -> list[tuple[int, int]]:
    return list(zip(choice.rows.tolist(), choice.columns.tolist(), strict=True))


@given(tasks())
def test_no_choice_is_better_and_that_is_proved(task: Task) -> None:
    choice = chosen(task, seed=0)

    assert reached(task, pairs_of(choice)) == the_best(task)
    assert choice.value == the_best(task)[3]
    assert (choice.gap, choice.is_full) == (0, True)


@given(tasks())
def test_no_limit_is_broken_and_no_pair_is_there_twice(task: Task) -> None:
    choice = chosen(task, seed=0)

    pairs = pairs_of(choice)
    assert len(set(pairs)) == len(pairs)
    assert all(task.points[pair] >= 0 for pair in pairs)
    assert (np.bincount(choice.rows, minlength=len(task.wants)) <= task.wants).all()
    assert (np.bincount(choice.columns, minlength=len(task.most)) <= task.most).all()


@given(tasks())
def test_what_comes_before_points_never_stands_in_each_others_way(task: Task) -> None:
    allowed = task.points >= 0
    best = the_best(task)

    assert best[0] == most_pairs(allowed, task.wants, task.least, seed=0)
    assert best[2] == most_pairs(allowed, task.wants, task.most, seed=0)


def test_pairs_that_few_see_at_first_still_join() -> None:
    """All want the same few; the optimum needs pairs that are nobody's best."""
    random = np.random.default_rng(5)
    points = random.integers(0, 100, (60, 1)) + random.integers(0, 1000, (1, 60))
    ones = np.ones(60, dtype=np.int64)
    task = Task(
        points=points,
        wants=ones,
        first=0 * ones,
        begun=ones < 0,
        most=ones,
        least=0 * ones,
    )

    choice = chosen(task, seed=0)

    everybody_once = int(points[:, 0].sum() + points[0].sum() - 60 * points[0, 0])
    assert (choice.value, choice.gap, len(choice.rows)) == (everybody_once, 0, 60)


def test_the_flow_finds_pairs_that_were_left_out_of_the_network() -> None:
    """Thirty people could have all forty; the thirty-first only the last, which nobody tries."""
    allowed = np.ones((31, 40), dtype=bool)
    allowed[30, :39] = False
    rows, columns = np.ones(31, dtype=np.int64), np.ones(40, dtype=np.int64)

    assert most_pairs(allowed, rows, columns, seed=0) == 31
    assert most_pairs(allowed, 40 * rows, columns, seed=0) == 40
    assert most_pairs(np.zeros((0, 3), dtype=bool), rows[:0], columns[:3], seed=0) == 0
