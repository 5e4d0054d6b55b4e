"""What was told and was not so is voided, and told anew: in our store, and owed to others."""

from __future__ import annotations

from uuid import UUID

import pytest

from lrs_bridge.lrs import select as reading
from lrs_bridge.vocabulary import Verb
from plugin.app import Mentes
from plugin.checkins import corrections
from plugin.checkins import service as checkins
from plugin.checkins.model import CheckIn
from plugin.foundation.outbox import Debt, Outcome
from plugin.foundation.tenancy import EVERYWHERE
from plugin.programmes import service as programmes
from plugin.programmes.model import Part
from plugin.targets.model import STATEMENT
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import Mentoring, every, later, mentoring
from tests.plugin.records.telling import standing, statements, voided


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID) -> Mentoring:
    """A pair with an open check-in; both chose to be recorded."""
    return mentoring(mentes.database, organisation_id, recorded=True)


def hold(mentes: Mentes, pair: Mentoring, *, day: int = 1) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.hold(session, pair.checkin_id, by=pair.mentor_id, now=later(days=day))


def take_back(mentes: Mentes, pair: Mentoring, *, day: int = 1, minutes: int = 5) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        corrections.take_back(
            session, pair.checkin_id, by=pair.mentor_id, now=later(days=day, minutes=minutes)
        )


def correct_minutes(mentes: Mentes, pair: Mentoring, minutes: int, *, hours: int = 1) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        corrections.correct_minutes(
            session, pair.checkin_id, minutes, by=pair.mentee_id, now=later(days=1, hours=hours)
        )


def test_a_talk_that_was_none_is_voided_on_both_sides(mentes: Mentes, pair: Mentoring) -> None:
    hold(mentes, pair)
    told = [*statements(mentes, Verb.ATTENDED), *statements(mentes, Verb.MENTORED)]
    assert len(told) == 2
    take_back(mentes, pair)
    assert sorted(voided(mentes)) == sorted(one["id"] for one in told)
    for one in statements(mentes, Verb.VOIDED):
        assert one["actor"]["account"]["name"] == "system"
    take_back(mentes, pair, minutes=6)
    assert len(voided(mentes)) == 2


def test_who_speaks_after_all_is_told_under_another_id(mentes: Mentes, pair: Mentoring) -> None:
    hold(mentes, pair)
    take_back(mentes, pair)
    hold(mentes, pair, day=2)
    assert len(statements(mentes, Verb.ATTENDED)) == 2
    (stands,) = standing(mentes, Verb.ATTENDED)
    assert stands["timestamp"].startswith("2026-11-24")


def test_minutes_are_told_anew_each_time_they_are_corrected(
    mentes: Mentes, pair: Mentoring
) -> None:
    hold(mentes, pair)
    correct_minutes(mentes, pair, 25)
    correct_minutes(mentes, pair, 25, hours=2)  # nothing new
    correct_minutes(mentes, pair, 40, hours=3)
    for verb in (Verb.ATTENDED, Verb.MENTORED):
        assert len(statements(mentes, verb)) == 3
        (stands,) = standing(mentes, verb)
        assert stands["result"]["duration"] == "PT40M00S"
        assert stands["timestamp"].startswith("2026-11-23T12:00:00")
    assert len(voided(mentes)) == 4


def test_a_side_that_was_not_told_is_not_told_by_a_correction(
    mentes: Mentes, organisation_id: UUID
) -> None:
    pair = mentoring(mentes.database, organisation_id, mentee={"recorded": True})
    hold(mentes, pair)
    with mentes.database.transaction(organisation_id) as session:
        mentor = programmes.participation(session, pair.programme_id, pair.mentor_id, Part.MENTOR)
        assert mentor is not None
        programmes.choose_recording(session, mentor, True, now=later(days=1))
    correct_minutes(mentes, pair, 25)
    assert len(standing(mentes, Verb.ATTENDED)) == 1
    assert statements(mentes, Verb.MENTORED) == []


def test_who_said_stop_since_is_told_of_no_more_but_what_was_wrong_is_voided(
    mentes: Mentes, pair: Mentoring
) -> None:
    hold(mentes, pair)
    settle(mentes)
    with mentes.database.transaction(pair.organisation_id) as session:
        mentee = programmes.participation(session, pair.programme_id, pair.mentee_id, Part.MENTEE)
        assert mentee is not None
        programmes.choose_recording(session, mentee, False, now=later(days=1, minutes=1))
    correct_minutes(mentes, pair, 25)
    assert len(voided(mentes)) == 2
    assert standing(mentes, Verb.ATTENDED) == standing(mentes, Verb.MENTORED) == []


def settle(mentes: Mentes) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        for debt in every(session, Debt, Debt.kind == STATEMENT):
            debt.settled_at, debt.outcome = later(days=1), Outcome.DELIVERED


def test_who_was_absent_is_corrected(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.book(
            session,
            pair.checkin_id,
            starts_at=later(hours=1),
            meeting_place=None,
            by=pair.mentor_id,
            now=later(minutes=1),
        )
        checkins.miss(session, pair.checkin_id, by=pair.mentee_id, now=later(hours=2))
    (said,) = statements(mentes, Verb.MISSED)
    with mentes.database.transaction(pair.organisation_id) as session:
        for minutes in (10, 11):
            corrections.correct_absence(
                session, pair.checkin_id, by=pair.mentee_id, now=later(hours=2, minutes=minutes)
            )
    (stands,) = standing(mentes, Verb.MISSED)
    assert voided(mentes) == [said["id"]]
    assert stands["actor"] != said["actor"]
    assert stands["timestamp"] == said["timestamp"]
    with mentes.database.transaction(pair.organisation_id) as session:
        corrections.take_back(
            session, pair.checkin_id, by=pair.mentee_id, now=later(hours=2, minutes=20)
        )
    assert standing(mentes, Verb.MISSED) == []


def test_a_completion_taken_back_takes_back_what_it_led_to(mentes: Mentes, pair: Mentoring) -> None:
    (assigned,) = standing(mentes, Verb.WAS_ASSIGNED)
    with mentes.database.transaction(pair.organisation_id) as session:
        checkin = session.get_one(CheckIn, pair.checkin_id)
        assert checkins.withdraw(
            session, checkin, taken_back_at=later(minutes=1), now=later(minutes=2)
        )
    assert voided(mentes) == [assigned["id"]]


def test_a_pairing_that_closes_takes_nothing_back(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        programme = programmes.taken(session, pair.programme_id)
        programmes.leave(session, programme, pair.mentee_id, now=later(days=1))
    assert voided(mentes) == []


def test_our_store_shows_what_stands_and_hides_what_was_voided(
    mentes: Mentes, pair: Mentoring, worker: Worker, clock: MovableClock
) -> None:

    hold(mentes, pair)
    correct_minutes(mentes, pair, 25)
    clock.now = later(days=2)
    worker.run_until_idle()
    (stands,) = standing(mentes, Verb.ATTENDED)
    with mentes.database.reading(EVERYWHERE) as session:
        for id in voided(mentes):
            assert reading.either(session, pair.organisation_id, UUID(id)).voided
        found = reading.either(session, pair.organisation_id, UUID(stands["id"]))
        assert not found.voided
