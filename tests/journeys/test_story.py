"""A learner completes a module; they meet; the gradebook, the record store and the report know."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from lrs_bridge.testing import moodle_module_uncompleted
from plugin.checkins.rules import State
from plugin.foundation.outbox import Debt
from tests.conftest import MovableClock
from tests.journeys.stage import XAPI, Stage, done
from tests.plugin.launching import ADA, BEN, MO


def statements(stage: Stage) -> list[dict[str, Any]]:
    client: FlaskClient = stage.campus.app.test_client()
    answer = client.get("/xapi/statements", query_string={"limit": 0}, headers=XAPI)
    found: list[dict[str, Any]] = answer.get_json()["statements"]
    return found


def ours(stage: Stage) -> list[dict[str, Any]]:
    return [one for one in statements(stage) if one["context"].get("platform") != "Moodle"]


def test_the_whole_story(stage: Stage, clock: MovableClock) -> None:
    stage.join(stage.learner)
    assert "Mo Mentor" in stage.learner.get("mine").get_data(as_text=True)

    clock.forward(minutes=5)
    stage.complete()
    stage.worker.run_until_idle()
    (checkin,) = stage.checkins()
    assert (checkin.state, checkin.minutes) == (State.OPEN, 10)
    assert checkin.due_at == clock() + timedelta(days=14)

    for _ in range(3):  # Moodle's task failed, and sends everything again
        stage.complete(at=clock.now)
        stage.worker.run_until_idle()
    assert len(stage.checkins()) == 1

    page = f"check-ins/{checkin.id}"
    start = (clock() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    done(stage.learner.submit(f"{page}/book", starts_at=start, zone="UTC", meeting_place="Room 4"))
    ics = stage.mentor.get(f"{page}/check-in.ics").get_data(as_text=True)
    assert "METHOD:REQUEST" in ics
    assert f"UID:{checkin.id}@mentes" in ics

    clock.forward(days=1, minutes=15)
    stage.come_back()
    done(stage.mentor.submit(f"{page}/held"))
    done(stage.learner.submit(f"{page}/held"))  # both say so: once
    done(
        stage.learner.submit(f"{page}/feedback", worth="yes", next_step="Ask Bo", line="Thank you")
    )
    done(stage.mentor.submit(f"{page}/feedback", worth="yes"))
    stage.worker.run_until_idle()

    ((column,)) = stage.campus.platform.gradebook("2")
    grade = column.grades[ADA.id]
    assert (grade.score_given, grade.activity_progress) == (1.0, "Completed")
    assert sorted(one["verb"]["id"].rsplit("/", 1)[-1] for one in ours(stage)) == [
        "accept",
        "attended",
        "create",
        "defined",
        "invite",
        "mentored",
        "rated",
        "rated",
        "registered",
        "schedule",
        "shared",
        "was-assigned",
    ]
    told = str(ours(stage))
    for private in ("Ask Bo", "Thank you", "Room 4", "The first feedback", "Ada", "Mo Mentor", "@"):
        assert private not in told


def test_a_completion_before_joining_waits_for_the_mentor(
    stage: Stage, clock: MovableClock
) -> None:
    clock.forward(minutes=5)
    stage.complete()
    stage.worker.run_until_idle()
    assert stage.checkins() == []
    stage.join(stage.learner)
    stage.worker.run_until_idle()
    assert len(stage.checkins()) == 1


def test_a_taken_back_completion_takes_back_what_nobody_touched(
    stage: Stage, clock: MovableClock
) -> None:
    stage.join(stage.learner)
    clock.forward(minutes=5)
    stage.complete()
    stage.worker.run_until_idle()
    clock.forward(minutes=5)
    site = stage.campus.platform.issuer
    stage.post_statements(moodle_module_uncompleted(site, 4, 2, 2, clock()))
    stage.worker.run_until_idle()
    assert [checkin.state for checkin in stage.checkins()] == [State.WITHDRAWN]
    clock.forward(minutes=5)
    stage.complete()
    stage.worker.run_until_idle()
    assert [checkin.state for checkin in stage.checkins()] == [State.OPEN]


def test_a_full_mentor_leaves_the_next_learner_in_the_queue(
    stage: Stage, clock: MovableClock
) -> None:
    done(stage.teacher.submit("mentors", person=str(stage.person_id(MO)), capacity="1"))
    stage.join(stage.learner)
    ben = stage.campus.launched(BEN)
    stage.join(ben)
    assert "Mo Mentor" not in ben.get("mine").get_data(as_text=True)
    done(stage.learner.submit("leave"))
    assert "Mo Mentor" in ben.get("mine").get_data(as_text=True)


def test_leaving_withdraws_what_waits_and_takes_the_booking_back(
    stage: Stage, clock: MovableClock
) -> None:
    stage.join(stage.learner)
    clock.forward(minutes=5)
    stage.complete()
    stage.worker.run_until_idle()
    (checkin,) = stage.checkins()
    start = (clock() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    page = f"check-ins/{checkin.id}"
    done(stage.learner.submit(f"{page}/book", starts_at=start, zone="UTC"))
    done(stage.learner.submit("leave"))
    assert [each.state for each in stage.checkins()] == [State.WITHDRAWN]
    assert stage.mentor.submit(f"{page}/held").status_code == 409
    with stage.mentes.database.reading(stage.organisation_id) as session:
        mails = session.scalars(select(Debt.payload).where(Debt.kind == "mail")).all()
    taken_back = [mail for mail in mails if mail.get("method") == "CANCEL"]
    assert len(taken_back) == 2
    assert all("STATUS:CANCELLED" in mail["calendar"] for mail in taken_back)
    assert not any("another time" in mail["text"] for mail in taken_back)


def test_a_gradebook_that_answers_500_gets_the_score_later_and_once(
    stage: Stage, clock: MovableClock
) -> None:
    stage.join(stage.learner)
    clock.forward(minutes=5)
    stage.complete()
    stage.worker.run_until_idle()
    (checkin,) = stage.checkins()
    done(stage.learner.submit(f"check-ins/{checkin.id}/held"))
    stage.campus.platform.answer_next("scores", status=500, times=2)
    for _ in range(4):
        stage.worker.run_until_idle()
        clock.forward(hours=7)
    taken = [
        exchange
        for exchange in stage.campus.platform.exchanges
        if exchange.path.endswith("/scores") and exchange.status == 200
    ]
    assert len(taken) == 1


def test_the_two_alone_can_open_their_check_in(stage: Stage, clock: MovableClock) -> None:
    stage.join(stage.learner)
    clock.forward(minutes=5)
    stage.complete()
    stage.worker.run_until_idle()
    (checkin,) = stage.checkins()
    page = f"check-ins/{checkin.id}"
    ben = stage.campus.launched(BEN)
    for stranger in (ben, stage.teacher):
        assert stranger.get(page).status_code == 404
        assert stranger.submit(f"{page}/held").status_code == 404
        assert stranger.get(f"{page}/check-in.ics").status_code == 404
    assert stage.mentor.get(page).status_code == 200
