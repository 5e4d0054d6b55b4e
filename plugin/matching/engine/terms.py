"""One rule about two fields, as factors over the distinct answers, or as a kernel.

Every comparison is a sum of three things about two answers, each with a sign:

    shared        options in common (perhaps up to a limit), or that the distance is large enough
    comparable    both answered, and in the same way
    one           always

"Different", for one, is what is comparable less what is shared. The table of such a sum over the
distinct answers is a product; so are uncapped counts, one column to an option. What is neither, or
would be too wide, stays a kernel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from plugin.matching.engine.kernels import Chosen, Compared, Counted, Kernel, Numbers
from plugin.matching.engine.roster import Answered, Indices, Whole
from plugin.matching.engine.rules import (
    POINTS,
    AtLeast,
    Comparison,
    Different,
    Forbid,
    Overlap,
    Require,
)
from plugin.matching.engine.scoring import PARTS, focus, option_points

NARROW = 64
"""Columns that cost less than a pass of their own."""
LARGEST_TABLE = 4_000_000
"""Entries of a table that is laid out to see how narrow it is."""
MOST_OPTIONS = 256
"""More options than this are always counted by a sparse product."""
RARE = 0.02
"""Answers that share anything are so few that a sparse product, kept pair by pair, is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What a rule gives to two answers: points, or one where a hard rule excludes.

    Rows are the distinct answers; the last row stands for "not answered".
    """

    left: Numbers
    """Answer of the mentee × column."""
    right: Numbers
    """Answer of the mentor × column."""
    kernel: Kernel | None
    most: int
    """No pair gets more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sum:
    """The three things, and how often each counts."""

    shared: Kernel
    shares: int
    comparable: tuple[Numbers, Numbers]
    comparables: int
    ones: int


def term_of(rule: Comparison | Require | Forbid, one: Answered, other: Answered) -> Term:
    """Return what a rule gives to each two answers of its fields."""
    hard = isinstance(rule, Require | Forbid)
    what = rule.what if isinstance(rule, Require | Forbid) else rule
    worth = 1 if hard else POINTS * what.weight
    shared = _shared(what, one, other, shared_out=not hard)
    shares, comparables, ones = (-1, 1, 0) if isinstance(what, Different) else (1, 0, 0)
    if isinstance(rule, Require):
        shares, comparables, ones = (
            (-shares, -comparables, 1) if rule.strict else (-shares, 1 - comparables, 0)
        )
    parts = _Sum(
        shared=shared,
        shares=shares,
        comparable=_comparable(what, one, other),
        comparables=comparables * worth,
        ones=ones,
    )
    left, right, kernel = _laid_out(parts)
    return Term(left=left, right=right, kernel=kernel, most=_most(what, shared) if not hard else 1)


def _shared(what: Comparison, one: Answered, other: Answered, *, shared_out: bool) -> Kernel:
    worth = POINTS * what.weight if shared_out else 1
    if isinstance(what, AtLeast):
        return Compared(
            left=_distances(one),
            right=_distances(other),
            by=what.by,
            reverse=what.reverse,
            worth=worth,
        )
    options = np.intersect1d(one.options.items, other.options.items)
    numbers = np.intersect1d(one.numbers[one.is_number], other.numbers[other.is_number])
    if not (isinstance(what, Overlap) and shared_out and what.share):
        most = what.most if isinstance(what, Overlap) and shared_out else 1
        left, right = _chosen(one, options, numbers), _chosen(other, options, numbers)
        return Counted(left=left, right=right, most=most, worth=worth)
    points = np.array([option_points(what.weight, each) for each in _sizes(one).tolist()], float)
    shares = np.array([focus(each) for each in _sizes(other).tolist()], float)
    return Counted(
        left=_chosen(one, options, numbers, worth=points),
        right=_chosen(other, options, numbers, worth=shares),
        most=None,
        worth=1,
    )


def _sizes(answers: Answered) -> Whole:
    """Return how many options each distinct answer is; a number is one."""
    return np.where(answers.is_number, 1, answers.options.sizes())


def _distances(answers: Answered) -> Numbers:
    return np.append(np.where(answers.is_number, answers.numbers, np.nan), np.nan)


def _comparable(what: Comparison, one: Answered, other: Answered) -> tuple[Numbers, Numbers]:
    """Return flags whose product tells whether two answers can be compared."""
    possible = (True,) if isinstance(what, AtLeast) else (False, True)
    kinds = [each for each in possible if each in one.is_number and each in other.is_number]
    sides = []
    for answers in (one, other):
        flags = np.zeros((len(answers) + 1, len(kinds)))
        for column, kind in enumerate(kinds):
            flags[:-1, column] = answers.is_number == kind
        sides.append(flags)
    return sides[0], sides[1]


def _chosen(
    answers: Answered, options: Indices, numbers: Whole, *, worth: Numbers | None = None
) -> Chosen:
    """Return answer × option, of the options (and numbers) that both sides know."""
    known = np.isin(answers.options.items, options)
    numbered = np.flatnonzero(answers.is_number & np.isin(answers.numbers, numbers))
    rows = np.append(answers.options.owners()[known], numbered)
    columns = np.append(
        np.searchsorted(options, answers.options.items[known]),
        len(options) + np.searchsorted(numbers, answers.numbers[numbered]),
    )
    values = np.ones(len(rows)) if worth is None else worth[rows]
    shape = (len(answers) + 1, len(options) + len(numbers))
    if shape[1] > NARROW:
        return csr_array((values, (rows, columns)), shape=shape)
    chosen = np.zeros(shape)
    chosen[rows, columns] = values
    return chosen


def _laid_out(parts: _Sum) -> tuple[Numbers, Numbers, Kernel | None]:
    """Return the narrowest factors, and a kernel where factors alone will not do."""
    shared = parts.shared
    width = _linear_width(shared)
    if isinstance(shared, Counted) and width is not None and width <= NARROW:
        return *_product(parts, shared), None
    table = _table(parts)
    if table is not None:
        return *table, None
    if isinstance(shared, Counted) and width is not None and not _is_sparse(shared):
        return *_product(parts, shared), None
    left, right = _rest(parts)
    if isinstance(shared, Counted) and not _is_sparse(shared):
        shared = shared.dense()
    return left, right, shared.times(parts.shares)


def _linear_width(shared: Kernel) -> int | None:
    """Return how many columns make a product of it; None when there is a limit to count to."""
    if isinstance(shared, Compared):
        return None
    if shared.most is not None and _most_common(shared) > shared.most:
        return None
    return int(shared.left.shape[1])


def _is_sparse(shared: Counted) -> bool:
    """Tell whether there are so many options, or so rare ones, that columns would be waste."""
    if isinstance(shared.left, np.ndarray) or isinstance(shared.right, np.ndarray):
        return False
    (answers, options), others = shared.left.shape, shared.right.shape[0]
    chosen = np.bincount(shared.left.indices, minlength=options)
    offered = np.bincount(shared.right.indices, minlength=options)
    return options > MOST_OPTIONS or int(chosen @ offered) < RARE * answers * others


def _most_common(shared: Counted) -> int:
    """Return how many options no two answers have more of in common."""
    return min(_longest(shared.left), _longest(shared.right))


def _longest(chosen: Chosen) -> int:
    if isinstance(chosen, np.ndarray):
        return int(np.count_nonzero(chosen, axis=1).max())
    return int(np.diff(chosen.indptr).max())


def _product(parts: _Sum, shared: Counted) -> tuple[Numbers, Numbers]:
    left, right = _rest(parts)
    full = shared.dense()
    return (
        np.hstack([np.asarray(full.left) * (shared.worth * parts.shares), left]),
        np.hstack([np.asarray(full.right), right]),
    )


def _rest(parts: _Sum) -> tuple[Numbers, Numbers]:
    """Return the factors of what is not shared."""
    left, right = parts.comparable
    factors = [(left * parts.comparables, right)] if parts.comparables else []
    if parts.ones:
        factors.append((np.full((len(left), 1), float(parts.ones)), np.ones((len(right), 1))))
    if not factors:
        return np.zeros((len(left), 0)), np.zeros((len(right), 0))
    return np.hstack([each for each, _ in factors]), np.hstack([each for _, each in factors])


def _table(parts: _Sum) -> tuple[Numbers, Numbers] | None:
    """Return the whole sum as a table over the distinct answers, if it is narrow enough."""
    left, right = _rest(parts)
    shape = len(left), len(right)
    if min(shape) > NARROW or shape[0] * shape[1] > LARGEST_TABLE:
        return None
    table = left @ right.T
    parts.shared.times(parts.shares).add_to(table, slice(None))
    if shape[0] <= shape[1]:
        told = table.any(axis=1)
        return np.eye(shape[0])[:, told], np.ascontiguousarray(table[told].T)
    told = table.any(axis=0)
    return np.ascontiguousarray(table[:, told]), np.eye(shape[1])[:, told]


def _most(what: Comparison, shared: Kernel) -> int:
    if isinstance(shared, Compared):
        return shared.worth
    if isinstance(what, Overlap) and what.share:
        sums = shared.left.sum(axis=1)
        return int(np.asarray(sums).max()) * PARTS
    if isinstance(what, Overlap):
        count = _most_common(shared)
        return shared.worth * (count if shared.most is None else min(count, shared.most))
    return shared.worth
