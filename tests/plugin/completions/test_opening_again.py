"""A check-in that was withdrawn opens again when the completion stands after all."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lrs_bridge.completion import PersonKey
from plugin.checkins import service as checkins
from plugin.checkins.model import CheckIn
from plugin.checkins.rules import State
from plugin.completions import manual
from plugin.pairings.model import EndReason
from plugin.pairings.service import close, open_pairing, pair
from plugin.programmes.model import Checkpoint, Programme
from tests.conftest import MovableClock
from tests.plugin.completions.schooling import School
from tests.plugin.factories import ISSUER, a_mentor, every, later

ADA = PersonKey.account(ISSUER, "4")


def test_said_by_mistake_and_undone_the_lms_word_of_a_moment_before_counts(school: School) -> None:
    with school.mentes.database.transaction(school.organisation_id) as session:
        programme = session.get_one(Programme, school.programme)
        (rule,) = every(session, Checkpoint)
        now = later(hours=2)
        manual.finish(session, programme, rule.id, school.ada, now=now, cutoff_days=30)
        manual.undo(session, programme, rule.id, school.ada, now=now)
    assert school.states() == [State.WITHDRAWN]
    school.tell(ADA, at=later(hours=1.5))
    assert school.states() == [State.OPEN]
    assert school.outcomes() == [("applied", ""), ("counted", "taken-back")]


def test_what_is_said_of_years_ahead_is_taken_as_said_now(
    school: School, clock: MovableClock
) -> None:
    school.tell(ADA, at=later(days=3650), state="uncompleted")
    clock.now = later(days=9)
    school.tell(ADA, at=later(days=8))
    assert school.states() == [State.OPEN]


def test_with_another_mentor_what_was_not_held_is_open_again(school: School) -> None:
    school.tell(ADA)
    with school.mentes.database.transaction(school.organisation_id) as session:
        a_mentor(session, session.get_one(Programme, school.programme), name="Another")
        (checkin,) = every(session, CheckIn)
        checkins.book(
            session,
            checkin.id,
            by=school.ada,
            starts_at=later(days=1),
            meeting_place="Room 7",
            now=later(hours=2),
        )
        before = checkin.pairing_id
        after = rematched(session, school)
    school.worker.run_until_idle()
    (checkin,) = school.rows(CheckIn)
    assert before != after == checkin.pairing_id
    assert (checkin.state, checkin.starts_at, checkin.meeting_place) == (State.OPEN, None, None)


def test_with_another_mentor_what_was_taken_back_stays_so(school: School) -> None:
    school.tell(ADA)
    school.tell(ADA, at=later(hours=1.5), state="uncompleted")
    with school.mentes.database.transaction(school.organisation_id) as session:
        rematched(session, school)
    school.worker.run_until_idle()
    assert school.states() == [State.WITHDRAWN]


def rematched(session: Session, school: School) -> object:
    """End Ada's pairing, and return the next one."""
    pairing = open_pairing(session, school.programme, school.ada)
    assert pairing is not None
    close(session, pairing, why=EndReason.REMATCHED, by=school.ada, now=later(hours=2))
    new = open_pairing(session, school.programme, school.ada) or pair(
        session,
        school.programme,
        mentor_id=pairing.mentor_id,
        mentee_id=school.ada,
        reasons=[],
        now=later(hours=2),
    )
    assert new is not None
    return new.id
