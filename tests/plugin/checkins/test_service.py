"""Check-ins: opened once, booked, held, looked back on; seen by the two alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from plugin.app import Mentes
from plugin.checkins import service
from plugin.checkins.model import CheckIn, Feedback
from plugin.checkins.opening import open_once
from plugin.checkins.rules import ALLOWED, State, Worth
from plugin.foundation.errors import FormInvalid, MentesError, NotFound, TransitionRefused
from plugin.foundation.events import EventRow
from plugin.pairings.model import Pairing
from plugin.programmes.model import Checkpoint
from tests.plugin.factories import (
    NOW,
    Mentoring,
    a_check_in,
    a_checkpoint,
    a_pairing,
    a_programme,
    at_once,
    every,
    later,
    mentoring,
)


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID) -> Mentoring:
    """A pair with an open check-in."""
    return mentoring(mentes.database, organisation_id)


def happenings(session: Session) -> list[str]:
    rows = every(session, EventRow, EventRow.kind.startswith("checkin."))
    return [row.kind.removeprefix("checkin.") for row in sorted(rows, key=lambda row: row.at)]


def book(
    session: Session,
    pair: Mentoring,
    *,
    at: datetime = later(days=1),  # noqa: B008 # a fixed moment
    place: str | None = "https://meet.example/ada",
    now: datetime = NOW,
) -> CheckIn:
    return service.book(
        session, pair.checkin_id, starts_at=at, meeting_place=place, by=pair.mentee_id, now=now
    )


def reflect(session: Session, pair: Mentoring, by: UUID, *, worth: Worth = Worth.YES) -> Feedback:
    return service.reflect(
        session,
        pair.checkin_id,
        by=by,
        worth=worth,
        next_step="Ask for the figures",
        next_step_by=None,
        line="Thank you",
        now=later(days=2),
    )


def test_a_check_in_is_open_until_its_day(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.reading(pair.organisation_id) as session:
        checkin = session.get_one(CheckIn, pair.checkin_id)
        assert (checkin.state, checkin.minutes) == (State.OPEN, 10)
        assert checkin.due_at == later(days=14)
        assert happenings(session) == ["opened"]


def test_eight_completions_at_once_open_one_check_in(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        checkpoint = a_checkpoint(session, programme)
        pairing = a_pairing(session, programme)

    def complete(_number: int) -> bool:
        with mentes.database.transaction(organisation_id) as session:
            return (
                open_once(
                    session,
                    session.get_one(Pairing, pairing.id),
                    session.get_one(Checkpoint, checkpoint.id),
                    completed_at=NOW,
                    source="moodle",
                    reference=None,
                    now=NOW,
                )
                is not None
            )

    assert sorted(at_once(8, complete)) == [False] * 7 + [True]
    with mentes.database.reading(organisation_id) as session:
        assert len(every(session, CheckIn)) == 1
        assert happenings(session) == ["opened"]


def test_a_time_that_has_passed_is_refused(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        for passed in (later(seconds=-1), NOW):
            with pytest.raises(FormInvalid) as refused:
                book(session, pair, at=passed)
            assert "starts_at" in refused.value.errors
        assert session.get_one(CheckIn, pair.checkin_id).state == State.OPEN


def test_the_same_form_sent_twice_books_once(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        book(session, pair)
        again = book(session, pair, now=later(minutes=1))
        assert again.booking_sequence == 1
        assert happenings(session) == ["opened", "booked"]


def test_every_change_of_the_booking_grows_its_sequence(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        book(session, pair, now=later(hours=1))
        book(session, pair, at=later(days=2), now=later(hours=2))
        book(session, pair, at=later(days=2), place="Room 3", now=later(hours=3))
        service.cancel(session, pair.checkin_id, by=pair.mentor_id, now=later(hours=4))
        checkin = book(session, pair, now=later(hours=5))
        assert checkin.booking_sequence == 5
        assert happenings(session) == [
            "opened",
            "booked",
            "rebooked",
            "rebooked",
            "cancelled",
            "booked",
        ]
        rows = every(session, EventRow, EventRow.kind.startswith("checkin."))
        sequences = [row.facts["sequence"] for row in rows if "sequence" in row.facts]
        assert sorted(sequences) == [1, 2, 3, 4, 5]


def test_what_is_not_booked_cannot_be_cancelled(mentes: Mentes, pair: Mentoring) -> None:
    with (
        mentes.database.transaction(pair.organisation_id) as session,
        pytest.raises(TransitionRefused),
    ):
        service.cancel(session, pair.checkin_id, by=pair.mentee_id, now=NOW)


def test_we_spoke_needs_no_booking(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkin = service.hold(session, pair.checkin_id, by=pair.mentee_id, now=later(days=1))
        assert (checkin.state, checkin.held_at) == (State.HELD, later(days=1))


def test_both_saying_that_they_spoke_at_once_is_saying_it_once(
    mentes: Mentes, pair: Mentoring
) -> None:
    def hold(number: int) -> datetime | None:
        by = pair.mentor_id if number % 2 else pair.mentee_id
        with mentes.database.transaction(pair.organisation_id) as session:
            return service.hold(session, pair.checkin_id, by=by, now=later(seconds=number)).held_at

    held_at = at_once(8, hold)
    assert len(set(held_at)) == 1, held_at
    with mentes.database.reading(pair.organisation_id) as session:
        assert happenings(session).count("held") == 1


def test_only_a_booking_whose_time_has_come_can_be_missed(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        for _ in range(2):
            with pytest.raises(TransitionRefused, match="not come yet"):
                service.miss(session, pair.checkin_id, by=pair.mentee_id, now=NOW)
            book(session, pair)
        checkin = service.miss(session, pair.checkin_id, by=pair.mentee_id, now=later(days=1))
        assert checkin.state == State.MISSED
        (missed,) = every(session, EventRow, EventRow.kind == "checkin.missed")
        assert missed.facts == {"absent_id": str(pair.mentor_id)}


def test_what_was_missed_can_be_booked_again_and_held(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        book(session, pair)
        service.miss(session, pair.checkin_id, by=pair.mentor_id, now=later(days=1))
        book(session, pair, at=later(days=3), now=later(days=2))
        checkin = service.hold(session, pair.checkin_id, by=pair.mentor_id, now=later(days=3))
        assert checkin.state == State.HELD
        assert happenings(session) == ["opened", "booked", "missed", "booked", "held"]


def test_looking_back_needs_a_talk(mentes: Mentes, pair: Mentoring) -> None:
    with (
        mentes.database.transaction(pair.organisation_id) as session,
        pytest.raises(TransitionRefused, match="once you have spoken"),
    ):
        reflect(session, pair, pair.mentee_id)


def test_looking_back_is_given_once_by_each(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        service.hold(session, pair.checkin_id, by=pair.mentee_id, now=later(days=1))
        first = reflect(session, pair, pair.mentee_id)
        again = reflect(session, pair, pair.mentee_id, worth=Worth.NO)
        assert again.id == first.id
        assert again.worth == Worth.YES
        reflect(session, pair, pair.mentor_id)
        given_by = service.feedback_of(session, pair.checkin_id)
        assert set(given_by) == {pair.mentee_id, pair.mentor_id}
        assert happenings(session).count("reflected") == 2


def test_the_next_step_is_the_mentees(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        service.hold(session, pair.checkin_id, by=pair.mentee_id, now=NOW)
        assert reflect(session, pair, pair.mentee_id).next_step == "Ask for the figures"
        assert reflect(session, pair, pair.mentor_id).next_step is None


def test_what_people_write_is_in_no_event(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        book(session, pair)
        service.hold(session, pair.checkin_id, by=pair.mentee_id, now=later(days=1))
        reflect(session, pair, pair.mentee_id)
        facts = str([row.facts for row in every(session, EventRow)])
        for written in ("figures", "Thank you", "meet.example", "budget"):
            assert written not in facts


ACTIONS: dict[str, Callable[[Session, Mentoring, UUID], object]] = {
    "show": lambda session, pair, by: service.for_one_of_the_two(session, pair.checkin_id, by),
    "book": lambda session, pair, by: service.book(
        session, pair.checkin_id, starts_at=later(days=1), meeting_place=None, by=by, now=NOW
    ),
    "cancel": lambda session, pair, by: service.cancel(session, pair.checkin_id, by=by, now=NOW),
    "hold": lambda session, pair, by: service.hold(session, pair.checkin_id, by=by, now=NOW),
    "miss": lambda session, pair, by: service.miss(session, pair.checkin_id, by=by, now=NOW),
    "reflect": lambda session, pair, by: reflect(session, pair, by),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_only_the_two_can_see_or_touch_it(mentes: Mentes, pair: Mentoring, action: str) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        stranger = a_pairing(session, a_programme(session))
        for person_id in (stranger.mentor_id, stranger.mentee_id, uuid4()):
            with pytest.raises(NotFound, match="among yours"):
                ACTIONS[action](session, pair, person_id)
        with pytest.raises(NotFound, match="among yours"):
            service.for_one_of_the_two(session, uuid4(), pair.mentee_id)


def test_a_completion_taken_back_withdraws_what_nobody_touched(
    mentes: Mentes, pair: Mentoring
) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkin = session.get_one(CheckIn, pair.checkin_id)
        assert not service.withdraw(session, checkin, taken_back_at=NOW, now=NOW)
        assert service.withdraw(session, checkin, taken_back_at=later(minutes=1), now=NOW)
        assert checkin.state == State.WITHDRAWN
        assert not service.withdraw(session, checkin, taken_back_at=later(minutes=2), now=NOW)


def test_what_somebody_touched_is_not_withdrawn(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkin = book(session, pair)
        service.cancel(session, pair.checkin_id, by=pair.mentee_id, now=NOW)
        assert checkin.state == State.OPEN
        assert not service.withdraw(session, checkin, taken_back_at=later(days=9), now=NOW)


def test_completing_again_opens_what_was_withdrawn(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkin = session.get_one(CheckIn, pair.checkin_id)
        service.withdraw(session, checkin, taken_back_at=later(minutes=1), now=NOW)
        pairing = session.get_one(Pairing, pair.pairing_id)
        checkpoint = session.get_one(Checkpoint, pair.checkpoint_id)
        again = a_check_in(session, pairing, checkpoint, now=later(days=1))
        assert again is checkin
        assert (again.state, again.due_at) == (State.OPEN, later(days=15))
        assert happenings(session) == ["opened", "withdrawn", "opened"]


moves = st.lists(
    st.tuples(st.sampled_from([*ACTIONS, "withdraw", "complete"]), st.booleans()), max_size=12
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=moves)
def test_no_order_of_actions_leads_where_the_rules_forbid(
    mentes: Mentes, pair: Mentoring, steps: list[tuple[str, bool]]
) -> None:
    class Undone(Exception):
        """Takes everything back, so that the next example begins anew."""

    def walk() -> None:
        with mentes.database.transaction(pair.organisation_id) as session:
            checkin = session.get_one(CheckIn, pair.checkin_id)
            for hour, (name, by_mentor) in enumerate(steps, start=1):
                before, sequence = State(checkin.state), checkin.booking_sequence
                _step(session, pair, name, by_mentor, later(hours=hour))
                after = State(checkin.state)
                assert after is before or after in ALLOWED[before], (name, before, after)
                assert checkin.booking_sequence >= sequence
                assert (checkin.held_at is not None) == (after is State.HELD)
                assert (after is not State.BOOKED) or checkin.starts_at is not None
            raise Undone

    with pytest.raises(Undone):
        walk()


def _step(session: Session, pair: Mentoring, name: str, by_mentor: bool, now: datetime) -> None:
    by = pair.mentor_id if by_mentor else pair.mentee_id
    checkin_id = pair.checkin_id
    try:
        if name == "book":
            soon = now + timedelta(minutes=30)
            service.book(session, checkin_id, starts_at=soon, meeting_place=None, by=by, now=now)
        elif name == "withdraw":
            checkin = session.get_one(CheckIn, checkin_id)
            service.withdraw(session, checkin, taken_back_at=now, now=now)
        elif name == "complete":
            open_once(
                session,
                session.get_one(Pairing, pair.pairing_id),
                session.get_one(Checkpoint, pair.checkpoint_id),
                completed_at=now,
                source="moodle",
                reference=None,
                now=now,
            )
        elif name in ("cancel", "hold", "miss"):
            getattr(service, name)(session, checkin_id, by=by, now=now)
        else:
            ACTIONS[name](session, pair, by)
    except MentesError:
        session.expire_all()
