"""The pairs that a sparse solver looks at: a few for everybody, out of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plugin.matching.engine.assigning.assignment import Assignment
from plugin.matching.engine.kernels import Numbers
from plugin.matching.engine.roster import Flags, Indices, Places, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """Pairs of rows and columns of an assignment, ascending, each once."""

    rows: Places
    columns: Places
    values: Numbers
    """What each pair is worth to the objective, extras included."""

    @classmethod
    def empty(cls) -> Edges:
        """Return no pairs."""
        return cls(rows=np.zeros(0, np.int32), columns=np.zeros(0, np.int32), values=np.zeros(0))

    @classmethod
    def of(cls, task: Assignment, rows: Indices, columns: Indices, values: Numbers) -> Edges:
        """Return pairs that were found in any order, some perhaps twice.

        Args:
            values: without the extras.
        """
        keys = rows.astype(np.int64) * task.shape[1] + columns
        order = np.argsort(keys)
        keys = keys[order]
        first = np.ones(len(keys), dtype=bool)
        first[1:] = keys[1:] != keys[:-1]
        order = order[first]
        return cls(
            rows=rows[order].astype(np.int32),
            columns=columns[order].astype(np.int32),
            values=values[order] + task.extras[rows[order]],
        )

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, which: Flags | Whole) -> Edges:
        """Return some of them."""
        return Edges(rows=self.rows[which], columns=self.columns[which], values=self.values[which])

    def joined_by(self, others: Edges) -> Edges:
        """Return these and others, each pair once."""
        width = 1 + max(self.columns.max(initial=0), others.columns.max(initial=0))
        rows = np.append(self.rows, others.rows)
        columns = np.append(self.columns, others.columns)
        _, first = np.unique(rows.astype(np.int64) * width + columns, return_index=True)
        return Edges(
            rows=rows[first],
            columns=columns[first],
            values=np.append(self.values, others.values)[first],
        )

    def values_of(self, mentors: Whole) -> Numbers:
        """Return what each row's own pair is worth; 0 for who has none."""
        own = np.flatnonzero(self.columns == mentors[self.rows])
        values = np.zeros(len(mentors))
        values[self.rows[own]] = self.values[own]
        return values
