"""“I have finished”, said by the learner, in the learner's browser."""

from __future__ import annotations

from uuid import UUID

import pytest

from plugin.checkins.rules import State
from plugin.completions.model import SourceRow
from plugin.foundation.events import EventRow
from plugin.programmes.model import Checkpoint
from tests.conftest import MovableClock
from tests.journeys.stage import Stage, done
from tests.plugin.factories import every
from tests.plugin.launching import MO


def rule_id(stage: Stage) -> UUID:
    with stage.mentes.database.reading(stage.organisation_id) as session:
        return every(session, Checkpoint)[0].id


@pytest.fixture
def joined(stage: Stage, clock: MovableClock) -> Stage:
    """A learner who has a mentor, and has finished nothing."""
    stage.join(stage.learner)
    clock.forward(minutes=1)
    return stage


def test_a_check_in_is_open_at_once(joined: Stage) -> None:
    page = joined.learner.get("finished").get_data(as_text=True)
    assert "I have finished this" in page
    for _ in range(2):  # in a second tab as well
        answer = joined.learner.submit(f"finished/{rule_id(joined)}")
        assert answer.status_code == 303
    (checkin,) = joined.checkins()
    assert checkin.state == State.OPEN
    page = joined.learner.get("finished?done=open").get_data(as_text=True)
    assert "Your check-in is open" in page
    assert "Undo" in page
    with joined.mentes.database.reading(joined.organisation_id) as session:
        (source,) = every(session, SourceRow, SourceRow.kind == "manual")
        assert (source.received, source.repeated) == (1, 0)
        assert len(every(session, EventRow, EventRow.kind == "completion.observed")) == 1


def test_it_can_be_undone_and_said_again(joined: Stage, clock: MovableClock) -> None:
    rule = rule_id(joined)
    done(joined.learner.submit(f"finished/{rule}"))
    done(joined.learner.submit(f"finished/{rule}/undo"))
    assert [checkin.state for checkin in joined.checkins()] == [State.WITHDRAWN]
    done(joined.learner.submit(f"finished/{rule}/undo"))  # twice is once
    clock.forward(minutes=1)
    done(joined.learner.submit(f"finished/{rule}"))
    assert [checkin.state for checkin in joined.checkins()] == [State.OPEN]


def test_what_was_touched_cannot_be_undone(joined: Stage) -> None:
    rule = rule_id(joined)
    done(joined.learner.submit(f"finished/{rule}"))
    (checkin,) = joined.checkins()
    done(joined.learner.submit(f"check-ins/{checkin.id}/held"))
    answer = joined.learner.submit(f"finished/{rule}/undo")
    assert answer.status_code == 409
    assert joined.checkins()[0].state == State.HELD
    assert "Undo" not in joined.learner.get("finished").get_data(as_text=True)


def test_what_the_course_says_too_is_not_undone_by_the_learner(
    joined: Stage, clock: MovableClock
) -> None:
    rule = rule_id(joined)
    done(joined.learner.submit(f"finished/{rule}"))
    clock.forward(minutes=1)
    joined.complete()
    joined.worker.run_until_idle()
    done(joined.learner.submit(f"finished/{rule}/undo"))
    assert [checkin.state for checkin in joined.checkins()] == [State.OPEN]


def test_without_a_mentor_it_waits(stage: Stage, clock: MovableClock) -> None:
    done(stage.teacher.submit(f"mentors/{stage.person_id(MO)}/detach"))
    stage.join(stage.learner)
    answer = stage.learner.submit(f"finished/{rule_id(stage)}")
    assert answer.headers["Location"].endswith("done=noted")
    assert stage.checkins() == []
    assert "Waits for a mentor" in stage.learner.get("finished").get_data(as_text=True)


def test_only_learners_of_the_course_can_say_it(stage: Stage) -> None:
    assert stage.mentor.get("finished").status_code == 404
    assert stage.mentor.submit(f"finished/{rule_id(stage)}").status_code == 404
