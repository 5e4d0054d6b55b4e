"""The best mentors for one mentee: to choose from, to change a pair, or to pair at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from heapq import nsmallest

from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.scoring import Contribution, contributions, exclusion, score


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A mentor whom a mentee could have."""

    mentor: str
    score: int
    """Points; for those who match, never for the two themselves."""
    contributions: tuple[Contribution, ...]
    """They sum exactly to the score."""
    free: int
    """Places left."""


def suggestions(
    mentee: Mentee,
    mentors: Iterable[Mentor],
    rules: RuleSet,
    *,
    free: Mapping[str, int],
    n: int = 3,
    seed: int = 0,
) -> tuple[Suggestion, ...]:
    """Return up to `n` mentors with a free place whom nothing excludes, best first.

    Where two are worth the same, the one with more places left comes first; after that chance
    decides, the same way for the same seed and person, whatever the order of `mentors`.

    Args:
        free: id → places left; who is not named has none.
        seed: as stored with the matching; another seed breaks ties another way.
    """
    possible = (
        (-score(rules, mentee, mentor), -free[mentor.id], _drawn(seed, mentee, mentor), mentor)
        for mentor in mentors
        if free.get(mentor.id, 0) > 0 and exclusion(rules, mentee, mentor) is None
    )
    return tuple(
        Suggestion(
            mentor=mentor.id,
            score=-lost,
            contributions=contributions(rules, mentee, mentor),
            free=-taken,
        )
        for lost, taken, _, mentor in nsmallest(n, possible, key=lambda each: each[:3])
    )


def _drawn(seed: int, mentee: Mentee, mentor: Mentor) -> bytes:
    """Return this mentor's lot; each mentee draws anew, so that no mentor is always the last."""
    named = f"{seed}\0{mentee.id}\0{mentor.id}"
    return blake2b(named.encode("utf-8", "surrogatepass"), digest_size=8).digest()
