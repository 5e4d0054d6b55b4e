"""Who leads a circle, and who joins it: the question, and the answer once the leaders are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plugin.matching.engine.linear import Task
from plugin.matching.engine.roster import Flags, Whole
from plugin.matching.engine.transport import chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Who joins whom."""

    leading: Flags
    """(m,)."""
    people: Whole
    leaders: Whole
    """Of `people[k]`."""
    sizes: Whole
    """(m,): how many join each."""
    value: int
    bound: int
    """With these leaders, nothing that as many people join is worth more."""
    is_allowed: bool
    """No circle is too small."""

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Return what makes one answer better than another."""
        return self.is_allowed, len(self.people), self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaders:
    """n people without a circle, and m who could lead one."""

    points: Whole
    """(n, m): what it is worth that a person joins a leader, 0 or more; -1: ruled out."""
    room: Whole
    """(m,): how many may join."""
    least: Whole
    """(m,): how many must join, or the circle is closed. 0: it stands, and stays."""
    seed: int

    @property
    def standing(self) -> Flags:
        """Circles that cannot be closed."""
        standing: Flags = self.least == 0
        return standing

    def joined(self, leading: Flags, *, least: bool = True) -> Joined:
        """Return the best places with these leaders.

        Args:
            leading: (m,).
            least: whether as many must join each as the circle needs, if they can.
        """
        some = np.flatnonzero(leading)
        people = len(self.points)
        choice = chosen(
            Task(
                points=self.points[:, some],
                wants=np.ones(people, dtype=np.int64),
                first=np.zeros(people, dtype=np.int64),
                begun=np.zeros(people, dtype=bool),
                most=self.room[some],
                least=self.least[some] if least else np.zeros_like(some),
            ),
            seed=self.seed,
        )
        sizes = np.bincount(some[choice.columns], minlength=len(leading))
        return Joined(
            leading=leading,
            people=choice.rows,
            leaders=some[choice.columns],
            sizes=sizes,
            value=choice.value,
            bound=choice.value + choice.gap,
            is_allowed=bool((sizes >= self.least)[leading].all()),
        )

    def ceiling(self) -> int:
        """Return what it would be worth if everybody joined the best leader of all."""
        return int(self.points.max(axis=1, initial=0).sum())
