"""What was said by mistake: taken back within the hour, by who said it, and both see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from plugin.app import Mentes
from plugin.checkins import corrections, service
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import TAKEN_BACK_WITHIN, State, Worth, before_it_was_said
from plugin.foundation.errors import TransitionRefused
from plugin.foundation.events import EventRow
from plugin.pairings.model import Pairing
from plugin.programmes import service as programmes
from tests.plugin.factories import NOW, Mentoring, at_once, every, later, mentoring


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID) -> Mentoring:
    """A pair with an open check-in."""
    return mentoring(mentes.database, organisation_id)


@given(
    st.sampled_from(State),
    st.timedeltas(timedelta(0), timedelta(hours=3)),
    st.booleans(),
    st.booleans(),
)
def test_only_who_said_it_takes_it_back_within_the_hour_before_anybody_looked_back(
    before: State, passed: timedelta, is_theirs: bool, looked_back: bool
) -> None:
    def back() -> State:
        return before_it_was_said(
            before, said_at=NOW, now=NOW + passed, is_theirs=is_theirs, looked_back=looked_back
        )

    if is_theirs and not looked_back and passed <= TAKEN_BACK_WITHIN:
        assert back() is before
    else:
        with pytest.raises(TransitionRefused):
            back()


def book(session: Session, pair: Mentoring, *, at: datetime, now: datetime) -> None:
    service.book(
        session, pair.checkin_id, starts_at=at, meeting_place="Room 3", by=pair.mentee_id, now=now
    )


def to_open(_session: Session, _pair: Mentoring) -> None:
    """It is open as it is."""


def to_booked(session: Session, pair: Mentoring) -> None:
    book(session, pair, at=later(hours=1), now=later(minutes=1))


def to_missed(session: Session, pair: Mentoring) -> None:
    to_booked(session, pair)
    service.miss(session, pair.checkin_id, by=pair.mentor_id, now=later(hours=2))


@pytest.mark.parametrize(
    ("way", "state"),
    [(to_open, State.OPEN), (to_booked, State.BOOKED), (to_missed, State.MISSED)],
)
def test_it_is_again_what_it_was(
    mentes: Mentes, pair: Mentoring, way: Callable[[Session, Mentoring], None], state: State
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        way(session, pair)
        checkin = session.get_one(CheckIn, pair.checkin_id)
        was = (checkin.state, checkin.starts_at, checkin.meeting_place, checkin.booking_sequence)
        assert was[0] == state
        service.hold(session, pair.checkin_id, by=pair.mentee_id, now=later(days=1))
        corrections.correct_minutes(
            session, pair.checkin_id, 25, by=pair.mentor_id, now=later(days=1, minutes=1)
        )
        corrections.take_back(
            session, pair.checkin_id, by=pair.mentee_id, now=later(days=1, minutes=2)
        )
        now = (checkin.state, checkin.starts_at, checkin.meeting_place, checkin.booking_sequence)
        assert now == was
        assert checkin.held_at is checkin.talked_minutes is None


def test_what_was_taken_back_can_be_said_and_taken_back_again(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        for minute in (0, 10, 20):
            service.hold(session, pair.checkin_id, by=pair.mentee_id, now=later(minutes=minute))
            for _ in range(2):  # sent twice
                corrections.take_back(
                    session, pair.checkin_id, by=pair.mentee_id, now=later(minutes=minute)
                )
        said = every(session, EventRow, EventRow.kind == "checkin.held")
        taken = every(session, EventRow, EventRow.kind == "checkin.taken-back")
        assert {str(row.id) for row in said} == {row.facts["said_id"] for row in taken}
        assert len(taken) == 3


def test_missed_is_taken_back_to_the_booking(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        to_missed(session, pair)
        checkin = corrections.take_back(
            session, pair.checkin_id, by=pair.mentor_id, now=later(hours=2, minutes=1)
        )
        assert checkin.state == State.BOOKED
        word = corrections.standing_word(session, checkin)
        assert word is None


def test_the_other_one_cannot_take_it_back(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        service.hold(session, pair.checkin_id, by=pair.mentee_id, now=NOW)
        with pytest.raises(TransitionRefused, match="Only who said it"):
            corrections.take_back(session, pair.checkin_id, by=pair.mentor_id, now=NOW)


def test_what_somebody_looked_back_on_stands(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        service.hold(session, pair.checkin_id, by=pair.mentee_id, now=NOW)
        service.reflect(
            session,
            pair.checkin_id,
            by=pair.mentor_id,
            worth=Worth.YES,
            next_step=None,
            next_step_by=None,
            line=None,
            now=NOW,
        )
        with pytest.raises(TransitionRefused, match="looked back"):
            corrections.take_back(session, pair.checkin_id, by=pair.mentee_id, now=NOW)


def test_what_a_pair_said_that_is_none_any_more_stands(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        service.hold(session, pair.checkin_id, by=pair.mentee_id, now=NOW)
        programme = programmes.taken(session, pair.programme_id)
        programmes.leave(session, programme, pair.mentee_id, now=later(minutes=1))
        with pytest.raises(TransitionRefused, match="no pair any more"):
            corrections.take_back(session, pair.checkin_id, by=pair.mentee_id, now=later(minutes=2))


def test_what_was_never_said_cannot_be_corrected(mentes: Mentes, pair: Mentoring) -> None:
    by, now = pair.mentee_id, NOW
    with mentes.database.transaction(pair.organisation_id) as session:
        with pytest.raises(TransitionRefused, match="nothing to take back"):
            corrections.take_back(session, pair.checkin_id, by=by, now=now)
        with pytest.raises(TransitionRefused, match="Nobody was absent"):
            corrections.correct_absence(session, pair.checkin_id, by=by, now=now)
        with pytest.raises(TransitionRefused, match="not spoken yet"):
            corrections.correct_minutes(session, pair.checkin_id, 5, by=by, now=now)


def test_minutes_are_corrected_by_either_within_the_week(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkin = service.hold(session, pair.checkin_id, by=pair.mentee_id, now=NOW)
        for by, minutes in ((pair.mentor_id, 25), (pair.mentee_id, 10), (pair.mentee_id, 10)):
            corrections.correct_minutes(session, checkin.id, minutes, by=by, now=later(days=7))
            assert checkin.talked_minutes == minutes
        rows = every(session, EventRow, EventRow.kind == "checkin.minutes-corrected")
        assert sorted(row.facts["minutes"] for row in rows) == [10, 25]
        with pytest.raises(TransitionRefused, match="more than a week"):
            corrections.correct_minutes(
                session, checkin.id, 30, by=pair.mentor_id, now=later(days=7, seconds=1)
            )


def test_what_is_possible_is_what_is_let(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkin = session.get_one(CheckIn, pair.checkin_id)
        pairing = session.get_one(Pairing, pair.pairing_id)

        def can(by: UUID, **passed: float) -> tuple[bool, bool, bool]:
            now = later(hours=2) + timedelta(**passed)
            found = corrections.possible(session, checkin, pairing, by, now=now)
            return found.take_back, found.absence, found.minutes

        assert can(pair.mentor_id) == (False, False, False)
        to_missed(session, pair)
        assert can(pair.mentor_id) == (True, True, False)
        assert can(pair.mentee_id) == (False, False, False)
        service.hold(session, pair.checkin_id, by=pair.mentee_id, now=later(hours=2))
        assert can(pair.mentee_id) == (True, False, True)
        assert can(pair.mentor_id) == (False, False, True)
        assert can(pair.mentee_id, hours=2) == (False, False, True)


def test_taken_back_by_many_at_once_is_taken_back_once(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        service.hold(session, pair.checkin_id, by=pair.mentee_id, now=NOW)

    def back(_number: int) -> str:
        with mentes.database.transaction(pair.organisation_id) as session:
            return corrections.take_back(
                session, pair.checkin_id, by=pair.mentee_id, now=later(minutes=1)
            ).state

    assert set(at_once(6, back)) == {State.OPEN}
    with mentes.database.reading(pair.organisation_id) as session:
        assert len(every(session, EventRow, EventRow.kind == "checkin.taken-back")) == 1
