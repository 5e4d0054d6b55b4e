"""Every answer that there is, tried: what the engine's answers are measured by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.rules import POINTS, RuleSet
from plugin.matching.engine.scoring import exclusion, extra, score

Two = tuple[str, str]
"""A mentee and a mentor, by id."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What is asked."""

    mentees: Sequence[Mentee]
    mentors: Sequence[Mentor]
    rules: RuleSet
    accepted: frozenset[Two] = frozenset()
    proposed: frozenset[Two] = frozenset()
    keep_bonus: int = 3
    balance: int = 0
    scores: Mapping[Two, int] = field(init=False)

    def __post_init__(self) -> None:
        scores = {
            (mentee.id, mentor.id): score(self.rules, mentee, mentor)
            for mentee in self.mentees
            for mentor in self.mentors
            if exclusion(self.rules, mentee, mentor) is None
        }
        object.__setattr__(self, "scores", scores)

    @property
    def free(self) -> list[Mentee]:
        """Who has no accepted pair."""
        having = {mentee for mentee, _ in self.accepted}
        return [each for each in self.mentees if each.id not in having]

    @cached_property
    def answers(self) -> list[dict[str, str]]:
        """Every way to give new mentors, mentee → mentor."""
        taken = Counter(mentor for _, mentor in self.accepted)
        places = {each.id: each.capacity - taken[each.id] for each in self.mentors}
        return list(self._answers(self.free, places, {}))

    def _answers(
        self, mentees: Sequence[Mentee], places: dict[str, int], given: dict[str, str]
    ) -> Iterator[dict[str, str]]:
        if not mentees:
            if self.rules.reciprocal or not self._mutual(given):
                yield dict(given)
            return
        first, *others = mentees
        yield from self._answers(others, places, given)
        for mentor, left in places.items():
            if left > 0 and (first.id, mentor) in self.scores:
                places[mentor] -= 1
                given[first.id] = mentor
                yield from self._answers(others, places, given)
                del given[first.id]
                places[mentor] += 1

    def _mutual(self, given: Mapping[str, str]) -> bool:
        pairs = {*given.items(), *self.accepted}
        return any((mentor, mentee) in pairs for mentee, mentor in given.items())

    def total(self, given: Mapping[str, str]) -> int:
        """Return what an answer is worth to the objectives coverage and score."""
        waiting = {each.id: extra(self.rules, each) for each in self.mentees}
        load = Counter(mentor for _, mentor in self.accepted)
        total = 0
        for mentee, mentor in given.items():
            total += self.scores[mentee, mentor] + waiting[mentee]
            total += POINTS * self.keep_bonus * ((mentee, mentor) in self.proposed)
            total -= POINTS * self.balance * load[mentor]
            load[mentor] += 1
        return total

    def worst(self, given: Mapping[str, str]) -> int:
        """Return the score of the worst new pair; of none, more than any."""
        return min((self.scores[each] for each in given.items()), default=2**62)
