"""Pairs that were made, and of whom: what explanations and laws look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.results import Pair
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.scoring import exclusion

NO_PRICES: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Pairs that were made, and of whom. Nothing is computed before it is asked for."""

    rules: RuleSet
    mentees: Mapping[str, Mentee]
    """By id."""
    mentors: Mapping[str, Mentor]
    pairs: Sequence[Pair]
    prices: Mapping[str, int] = field(default_factory=lambda: NO_PRICES)
    """Mentor → points that one more place of theirs would be worth to everybody."""

    @cached_property
    def of_mentee(self) -> Mapping[str, Sequence[Pair]]:
        """Mentee → their pairs, highest score first."""
        return _grouped((pair.mentee, pair) for pair in self.pairs)

    @cached_property
    def of_mentor(self) -> Mapping[str, Sequence[Pair]]:
        """Mentor → their pairs, highest score first."""
        return _grouped((pair.mentor, pair) for pair in self.pairs)

    def free(self, mentor: Mentor) -> int:
        """Return how many places of a mentor are left."""
        return max(mentor.capacity - len(self.of_mentor.get(mentor.id, ())), 0)

    def is_mutual(self, mentee: Mentee, mentor: Mentor) -> bool:
        """Tell whether the two are a pair the other way round, where that is not to be."""
        theirs = () if self.rules.reciprocal else self.of_mentor.get(mentee.id, ())
        return any(pair.mentee == mentor.id for pair in theirs)

    def is_possible(self, mentee: Mentee, mentor: Mentor) -> bool:
        """Tell whether the two could be a pair, were there a place."""
        return exclusion(self.rules, mentee, mentor) is None and not self.is_mutual(mentee, mentor)


def _grouped(pairs: Iterable[tuple[str, Pair]]) -> dict[str, list[Pair]]:
    groups: defaultdict[str, list[Pair]] = defaultdict(list)
    for key, pair in pairs:
        groups[key].append(pair)
    for group in groups.values():
        group.sort(key=lambda pair: (-pair.score, pair.mentee, pair.mentor))
    return dict(groups)
