"""What is told of next steps: that one was set, tried, reached; and that it was not, after all."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.checkins import service as checkins
from plugin.checkins.rules import Worth
from plugin.goals import service
from plugin.goals.model import Commitment
from plugin.goals.rules import State
from tests.plugin.factories import NOW, Mentoring, every, later, mentoring
from tests.plugin.records.telling import standing, statements


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID) -> Mentoring:
    """Two who are recorded and looked back; the mentee wrote down a next step."""
    made = mentoring(mentes.database, organisation_id, recorded=True)
    with mentes.database.transaction(organisation_id) as session:
        checkins.hold(session, made.checkin_id, by=made.mentor_id, now=NOW)
        checkins.reflect(
            session,
            made.checkin_id,
            by=made.mentee_id,
            worth=Worth.YES,
            next_step="Ask for the figures",
            next_step_by=date(2026, 12, 1),
            line=None,
            now=NOW,
        )
    return made


def say(mentes: Mentes, pair: Mentoring, *turns: State) -> None:
    """Let the mentor say what became of the step, hour by hour."""
    for hour, to in enumerate(turns, start=1):
        with mentes.database.transaction(pair.organisation_id) as session:
            (step,) = every(session, Commitment)
            service.move(session, step.id, to, by=pair.mentor_id, now=later(hours=hour))


def test_a_step_is_a_goal_and_never_what_it_is(mentes: Mentes, pair: Mentoring) -> None:
    (told,) = statements(mentes, Verb.DEFINED)
    with mentes.database.reading(pair.organisation_id) as session:
        (step,) = every(session, Commitment)
    assert told["object"]["id"].endswith(f"/goals/{step.id}")
    assert "2026-12-01" in told["context"]["extensions"].values()
    assert "figures" not in str(told)


def test_to_have_tried_is_half_way_and_to_have_done_it_is_all(
    mentes: Mentes, pair: Mentoring
) -> None:
    say(mentes, pair, State.TRIED, State.DONE)
    (mentee,) = {str(one["actor"]) for one in statements(mentes, Verb.ATTENDED)}
    (progressed,) = statements(mentes, Verb.PROGRESSED)
    (achieved,) = statements(mentes, Verb.ACHIEVED)
    assert list(progressed["result"]["extensions"].values()) == [50]
    assert achieved["result"] == {"success": True, "completion": True}
    assert {str(one["actor"]) for one in (progressed, achieved)} == {mentee}


def test_what_is_taken_back_is_voided_and_may_be_told_again(
    mentes: Mentes, pair: Mentoring
) -> None:
    say(mentes, pair, State.TRIED, State.DONE, State.OPEN)
    assert standing(mentes, Verb.PROGRESSED) == standing(mentes, Verb.ACHIEVED) == []
    assert len(standing(mentes, Verb.DEFINED)) == 1
    say(mentes, pair, State.DONE)
    assert len(standing(mentes, Verb.ACHIEVED)) == 1


def test_a_step_that_is_dropped_is_no_statement(mentes: Mentes, pair: Mentoring) -> None:
    before = len(statements(mentes))
    say(mentes, pair, State.DROPPED, State.OPEN)
    assert len(statements(mentes)) == before
