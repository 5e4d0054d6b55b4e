"""What is counted and what of it may be shown. Pure: no database, clock or request.

A number that counts fewer than `min_cohort` people is not shown, as page, CSV or JSON alike; nor is
a share whose whole is too small; and shares of small wholes are rounded, so that two views of one
report cannot be subtracted to single somebody out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SMALL_WHOLE = 20  # people; shares of fewer are rounded to 5 points


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelCounts:
    """Distinct learners at each stage; each stage counts a part of the one before."""

    completed: int
    matched: int
    met: int
    reflected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the funnel as it may be shown."""

    slug: str
    count: int | None
    """People; None: too few to show."""
    share: float | None
    """0–1 of the first stage; None: not shown."""


def shown_funnel(counts: FunnelCounts, *, min_cohort: int) -> Sequence[Stage]:
    """Return the funnel with small cells kept back."""
    whole = counts.completed
    return [
        _stage("completed", counts.completed, whole, min_cohort),
        _stage("matched", counts.matched, whole, min_cohort),
        _stage("met", counts.met, whole, min_cohort),
        _stage("reflected", counts.reflected, whole, min_cohort),
    ]


def _stage(slug: str, count: int, whole: int, min_cohort: int) -> Stage:
    if 0 < count < min_cohort or 0 < whole < min_cohort:
        return Stage(slug=slug, count=None, share=None)
    return Stage(slug=slug, count=count, share=_share(count, whole))


def _share(count: int, whole: int) -> float | None:
    if whole == 0:
        return None
    share = count / whole
    return round(share * 20) / 20 if whole < SMALL_WHOLE else round(share, 2)
