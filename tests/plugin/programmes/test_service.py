"""Taking part: joining, leaving, coming back, and everybody's own choice about records."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from plugin.app import Mentes
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.events import EventRow
from plugin.programmes import checkpoints, service
from plugin.programmes.events import Opened
from plugin.programmes.model import Checkpoint, Part, Participation, Programme
from tests.plugin.factories import (
    ISSUER,
    NOW,
    a_checkpoint,
    a_course,
    a_mentee,
    a_mentor,
    a_person,
    a_programme,
    a_registration,
    an_activity,
    at_once,
    every,
    later,
)


def kinds(session: Session, *, room: str = "programme") -> list[str]:
    """Return what happened in the room since the programme was opened, in order."""
    in_room = EventRow.kind.startswith(f"{room}.") & (EventRow.kind != Opened.kind)
    rows = every(session, EventRow, in_room)
    return [row.kind.removeprefix(f"{room}.") for row in sorted(rows, key=lambda row: row.at)]


def part_of(session: Session, programme: Programme, person_id: UUID, part: Part) -> Participation:
    found = service.participation(session, programme.id, person_id, part)
    assert found is not None
    return found


def test_a_course_has_one_programme(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session)
        assert service.found_of_course(session, course.id) is None
        programme = service.of_course(session, course, now=NOW)
        assert service.of_course(session, course, now=NOW) is programme
        assert service.found_of_course(session, course.id) is programme


def test_joining_twice_is_joining_once(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        a_mentee(session, programme, "4")
        a_mentee(session, programme, "4", talk=("in-person",))
        (mentee,) = every(session, Participation)
        assert mentee.talk == ["in-person"]  # the latest answer stands
        assert kinds(session) == ["joined"]


def test_eight_forms_sent_at_once_join_once(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        a_mentor(session, programme)
        ada = a_person(session, a_course(session), "4")

    def join(_number: int) -> None:
        with mentes.database.transaction(organisation_id) as session:
            service.join(
                session,
                session.get_one(Programme, programme.id),
                ada.id,
                first_use="x",
                talk=["call"],
                recorded=False,
                now=NOW,
            )

    assert at_once(8, join) == [None] * 8
    with mentes.database.reading(organisation_id) as session:
        assert kinds(session).count("joined") == 1
        assert kinds(session, room="pairing") == ["made"]


def test_who_leaves_can_come_back_and_waits_from_then(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        ada = a_mentee(session, programme, "4")
        service.leave(session, programme, ada.id, now=later(days=1))
        service.leave(session, programme, ada.id, now=later(days=2))
        assert service.participants(session, programme.id, Part.MENTEE) == []
        a_mentee(session, programme, "4", now=later(days=3))
        (back,) = service.participants(session, programme.id, Part.MENTEE)
        assert (back.joined_at, back.left_at) == (later(days=3), None)
        assert kinds(session) == ["joined", "left", "joined"]


def test_who_never_took_part_cannot_leave(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        with pytest.raises(NotFound):
            service.leave(session, programme, uuid4(), now=NOW)


def test_records_are_the_persons_own_choice_and_start_with_it(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        ada = a_mentee(session, programme)
        part = part_of(session, programme, ada.id, Part.MENTEE)
        assert not part.recorded
        for at, chosen in ((1, True), (2, True), (3, False), (4, False)):
            service.choose_recording(session, part, chosen, now=later(days=at))
            assert part.recorded is chosen
            assert part.recorded_since == (later(days=1) if chosen else None)
        assert kinds(session) == ["joined", "recording-stopped"]


def test_a_mentor_is_attached_once_detached_once_and_can_come_back(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        mo = a_mentor(session, programme, "6")
        a_mentor(session, programme, "6")
        for day in (1, 2):
            service.detach_mentor(session, programme, mo.id, by=mo.id, now=later(days=day))
        assert service.participants(session, programme.id, Part.MENTOR) == []
        a_mentor(session, programme, "6", now=later(days=3))
        assert kinds(session) == ["mentor-attached", "mentor-detached", "mentor-attached"]


def test_other_places_are_said_once(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        mo = a_mentor(session, programme, "6", capacity=2)
        a_mentor(session, programme, "6", capacity=3, now=later(days=1))
        for day in (2, 3):
            service.mentor_settings(
                session,
                programme,
                mo.id,
                capacity=1,
                talk=["call"],
                recorded=True,
                now=later(days=day),
            )
        part = part_of(session, programme, mo.id, Part.MENTOR)
        assert (part.capacity, part.talk, part.recorded) == (1, ["call"], True)
        assert kinds(session) == ["mentor-attached", "places-changed", "places-changed"]


def test_a_rule_that_stands_is_changed_not_doubled(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        first = a_checkpoint(session, programme, minutes=10)
        again = a_checkpoint(session, programme, minutes=20, now=later(days=1))
        assert first is again
        assert again.minutes == 20
        assert list(checkpoints.standing(session, programme.id)) == [first]
        assert kinds(session) == ["checkpoint-set", "checkpoint-set"]


def test_a_rule_that_was_taken_back_can_be_set_anew(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        first = a_checkpoint(session, programme)
        for day in (1, 2):
            checkpoints.retire_checkpoint(
                session, programme, first.id, by=uuid4(), now=later(days=day)
            )
        assert list(checkpoints.standing(session, programme.id)) == []
        second = a_checkpoint(session, programme, now=later(days=3))
        assert second is not first
        assert len(every(session, Checkpoint)) == 2
        assert kinds(session) == ["checkpoint-set", "checkpoint-retired", "checkpoint-set"]


def test_a_rule_is_about_something_of_its_own_course(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        programme = a_programme(session, a_course(session, registration))
        other = a_course(session, registration, context=None)
        theirs = an_activity(session, other, f"{ISSUER}/mod/page/view.php?id=9")
        with pytest.raises(FormInvalid) as refused:
            a_checkpoint(session, programme, theirs)
        assert "activity" in refused.value.errors


def test_a_rule_of_another_course_cannot_be_taken_back(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        registration = a_registration(session)
        programme = a_programme(session, a_course(session, registration))
        other = a_programme(session, a_course(session, registration, context=None))
        checkpoint = a_checkpoint(session, programme)
        with pytest.raises(NotFound):
            checkpoints.retire_checkpoint(session, other, checkpoint.id, by=uuid4(), now=NOW)


def test_eight_who_set_the_same_rule_at_once_set_one(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session)
        a_person(session, a_course(session), "3", role="Instructor")

    def set_rule(_number: int) -> None:
        with mentes.database.transaction(organisation_id) as session:
            a_checkpoint(session, session.get_one(Programme, programme.id))

    answers = at_once(8, set_rule)
    with mentes.database.reading(organisation_id) as session:
        assert len(checkpoints.standing(session, programme.id)) == 1, answers
