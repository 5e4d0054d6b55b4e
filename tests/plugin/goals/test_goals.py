"""Next steps: out of a look-back, through their states, between the two alone."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from plugin.app import Mentes
from plugin.checkins import service as checkins
from plugin.checkins.rules import Worth
from plugin.foundation.errors import NotFound, TransitionRefused
from plugin.foundation.events import EventRow
from plugin.goals import service
from plugin.goals.model import Commitment
from plugin.goals.rules import State
from tests.plugin.factories import NOW, Mentoring, an_organisation, every, later, mentoring


def reflected(mentes: Mentes, pair: Mentoring, step: str | None = "Ask first") -> None:
    """Let both look back, twice, as a form sent again does."""
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.hold(session, pair.checkin_id, by=pair.mentor_id, now=NOW)
        for by in (pair.mentee_id, pair.mentor_id) * 2:
            checkins.reflect(
                session,
                pair.checkin_id,
                by=by,
                worth=Worth.YES,
                next_step=step,
                next_step_by=date(2026, 12, 1),
                line=None,
                now=NOW,
            )


def commitment(mentes: Mentes) -> Commitment:
    with mentes.database.reading(an_organisation(mentes.database, "Acme")) as session:
        (found,) = every(session, Commitment)
    return found


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID) -> Mentoring:
    """Two who spoke and looked back."""
    made = mentoring(mentes.database, organisation_id)
    reflected(mentes, made)
    return made


def test_a_step_written_in_a_look_back_is_kept_once(mentes: Mentes, pair: Mentoring) -> None:
    kept = commitment(mentes)
    assert (kept.step, kept.by, kept.state) == ("Ask first", date(2026, 12, 1), "open")
    assert kept.mentee_id == pair.mentee_id


def test_a_look_back_without_a_step_makes_none(mentes: Mentes, organisation_id: UUID) -> None:
    reflected(mentes, mentoring(mentes.database, organisation_id), step=None)
    with mentes.database.reading(organisation_id) as session:
        assert every(session, Commitment) == []


def test_the_two_see_it_and_nobody_else(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        (mine,) = service.steps(session, pair.programme_id, pair.mentee_id)
        (theirs,) = service.steps(session, pair.programme_id, pair.mentor_id)
        assert service.steps(session, pair.programme_id, UUID(int=7)) == []
        with pytest.raises(NotFound):
            service.move(session, mine.id, State.DONE, by=UUID(int=7), now=NOW)
    assert (mine.is_mine, theirs.is_mine) == (True, False)
    assert (mine.other_name, theirs.other_name) == ("Mo Mentor", "Ada One")


def test_either_says_what_came_of_it_and_it_can_be_taken_back(
    mentes: Mentes, pair: Mentoring
) -> None:
    id = commitment(mentes).id
    turns = [
        (State.TRIED, pair.mentee_id),
        (State.TRIED, pair.mentor_id),  # a second tab: said already
        (State.DONE, pair.mentor_id),
        (State.OPEN, pair.mentee_id),
        (State.DROPPED, pair.mentee_id),
    ]
    for hour, (to, by) in enumerate(turns):
        with mentes.database.transaction(pair.organisation_id) as session:
            service.move(session, id, to, by=by, now=later(hours=hour))
    kept = commitment(mentes)
    assert (kept.state, kept.moved_at) == ("dropped", later(hours=4))
    with mentes.database.reading(pair.organisation_id) as session:
        moves = every(session, EventRow, EventRow.kind == "commitment.moved")
    assert len(moves) == 4
    assert not any("Ask first" in str(each.facts) for each in moves)


def test_what_is_done_cannot_be_dropped_before_it_is_taken_back(
    mentes: Mentes, pair: Mentoring
) -> None:
    id = commitment(mentes).id
    with mentes.database.transaction(pair.organisation_id) as session:
        service.move(session, id, State.DONE, by=pair.mentee_id, now=NOW)
    with (
        pytest.raises(TransitionRefused),
        mentes.database.transaction(pair.organisation_id) as session,
    ):
        service.move(session, id, State.DROPPED, by=pair.mentee_id, now=NOW)


def test_another_organisation_finds_nothing(mentes: Mentes, pair: Mentoring) -> None:
    id = commitment(mentes).id
    with (
        mentes.database.transaction(an_organisation(mentes.database)) as session,
        pytest.raises(NotFound),
    ):
        service.move(session, id, State.DONE, by=pair.mentee_id, now=NOW)
