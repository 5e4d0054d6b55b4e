"""Parts of an assignment that can be solved apart, and who is matched wholly in each.

MENTEES    all mentees of the part get a place
PLACES     all places of the part are taken, and some mentees stay without
NOBODY     whoever is worth it is matched (objective score: the whole assignment is one part)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from plugin.matching.engine.assigning.assignment import NOBODY, Assignment
from plugin.matching.engine.assigning.coverage import Cover
from plugin.matching.engine.assigning.edges import Edges
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.roster import Whole


class Full(Enum):
    """Which side of a part is matched wholly."""

    MENTEES = auto()
    PLACES = auto()
    NOBODY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some mentees and some mentors, of whom no pair with others is possible or allowed."""

    rows: Whole
    """Of the assignment, ascending."""
    columns: Whole
    full: Full
    places: Whole
    """By column of the part."""
    taken: Whole
    balance: int

    @property
    def shape(self) -> tuple[int, int]:
        """Mentees and mentors."""
        return len(self.rows), len(self.columns)

    def costs(self) -> Numbers:
        """Return what each place costs, by column and then rank: an uneven load."""
        first = np.repeat(np.cumsum(self.places) - self.places, self.places)
        ranks = np.arange(len(first)) - first + np.repeat(self.taken, self.places)
        return (self.balance * ranks).astype(np.float64)

    def answer(self, mentors: Whole) -> Whole:
        """Return an assignment's answer for the rows of the part, in the part's numbers."""
        column_of = np.full(int(self.columns.max()) + 2, NOBODY, np.int64)
        column_of[self.columns] = np.arange(len(self.columns))
        return column_of[mentors[self.rows]]

    def outside(self, edges: Edges) -> Edges:
        """Return edges of the part in the assignment's numbers."""
        return Edges(
            rows=self.rows[edges.rows].astype(np.int32),
            columns=self.columns[edges.columns].astype(np.int32),
            values=edges.values,
        )

    def edges(self, edges: Edges, shape: tuple[int, int]) -> Edges:
        """Return those of an assignment's edges that are in the part, in the part's numbers."""
        row_of, column_of = np.full(shape[0], -1, np.int32), np.full(shape[1], -1, np.int32)
        row_of[self.rows] = np.arange(len(self.rows), dtype=np.int32)
        column_of[self.columns] = np.arange(len(self.columns), dtype=np.int32)
        rows, columns = row_of[edges.rows], column_of[edges.columns]
        inside = (rows >= 0) & (columns >= 0)
        return Edges(rows=rows[inside], columns=columns[inside], values=edges.values[inside])


def parts_of(task: Assignment, cover: Cover | None) -> list[Part]:
    """Return the parts; `cover` is known with objective coverage."""
    everybody = np.ones(task.shape[0], bool), np.ones(task.shape[1], bool)
    if cover is None:
        cut = [(*everybody, Full.NOBODY)]
    else:
        cut = [
            (~cover.hungry, ~cover.contested, Full.MENTEES),
            (cover.hungry, cover.contested, Full.PLACES),
        ]
    return [
        Part(
            rows=np.flatnonzero(rows),
            columns=np.flatnonzero(columns),
            full=full,
            places=task.places[columns],
            taken=task.taken[columns],
            balance=task.balance,
        )
        for rows, columns, full in cut
        if rows.any() and columns.any()
    ]
