"""What of a report may be shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugin.reports.measures import FunnelCounts, Stage, shown_funnel


@st.composite
def funnels(draw: st.DrawFn) -> FunnelCounts:
    """Return counts of which each is a part of the one before."""
    completed = draw(st.integers(0, 60))
    matched = draw(st.integers(0, completed))
    met = draw(st.integers(0, matched))
    return FunnelCounts(
        completed=completed, matched=matched, met=met, reflected=draw(st.integers(0, met))
    )


cohorts = st.integers(3, 50)


@given(funnels(), cohorts)
def test_no_cell_shows_fewer_people_than_the_cohort(counts: FunnelCounts, k: int) -> None:
    for stage in shown_funnel(counts, min_cohort=k):
        assert stage.count is None or stage.count == 0 or stage.count >= k


@given(funnels(), cohorts)
def test_no_share_is_shown_without_its_count_or_of_a_small_whole(
    counts: FunnelCounts, k: int
) -> None:
    for stage in shown_funnel(counts, min_cohort=k):
        if stage.share is not None:
            assert stage.count is not None
            assert counts.completed >= k
            assert 0 <= stage.share <= 1


@given(funnels(), cohorts)
def test_what_is_shown_is_true(counts: FunnelCounts, k: int) -> None:
    for stage in shown_funnel(counts, min_cohort=k):
        assert stage.count in (None, getattr(counts, stage.slug))


@given(funnels(), cohorts)
def test_a_larger_cohort_never_shows_more(counts: FunnelCounts, k: int) -> None:
    shown, fewer = (shown_funnel(counts, min_cohort=each) for each in (k, k + 1))
    for one, other in zip(shown, fewer, strict=True):
        assert other.count is None or one.count == other.count


def test_a_whole_programme_is_shown_with_its_shares() -> None:
    counts = FunnelCounts(completed=40, matched=30, met=25, reflected=20)
    assert list(shown_funnel(counts, min_cohort=5)) == [
        Stage(slug="completed", count=40, share=1.0),
        Stage(slug="matched", count=30, share=0.75),
        Stage(slug="met", count=25, share=0.62),
        Stage(slug="reflected", count=20, share=0.5),
    ]


def test_shares_of_a_small_whole_are_rounded_to_five_points() -> None:
    counts = FunnelCounts(completed=19, matched=13, met=11, reflected=7)
    shares = [stage.share for stage in shown_funnel(counts, min_cohort=5)]
    assert shares == [1.0, 0.7, 0.6, 0.35]


def test_nobody_yet_is_a_report_too() -> None:
    counts = FunnelCounts(completed=0, matched=0, met=0, reflected=0)
    assert {(stage.count, stage.share) for stage in shown_funnel(counts, min_cohort=5)} == {
        (0, None)
    }
