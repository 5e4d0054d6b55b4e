"""The pages of check-ins and of the set-up: what is sent, what is answered, what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from plugin.app import Mentes
from plugin.checkins.model import CheckIn
from plugin.courses.model import Course
from plugin.pairings.service import open_pairing
from plugin.people.model import Person
from plugin.programmes.model import Programme
from tests.conftest import MovableClock
from tests.plugin.factories import (
    NOW,
    a_check_in,
    a_checkpoint,
    a_mentee,
    a_mentor,
    a_pairing,
    a_programme,
    every,
    statements_on,
)
from tests.plugin.launching import ADA, BEN, MO, TEACHER, Browser, Campus


@dataclass
class Room:
    """Ada's open check-in with Mo, and the browsers of both."""

    mentes: Mentes
    campus: Campus
    organisation_id: UUID
    ada: Browser
    mo: Browser
    checkin_id: UUID

    def checkin(self) -> CheckIn:
        """Return the check-in as it stands."""
        with self.mentes.database.reading(self.organisation_id) as session:
            return session.get_one(CheckIn, self.checkin_id)


@pytest.fixture
def room(mentes: Mentes, campus: Campus, organisation_id: UUID, clock: MovableClock) -> Room:
    """A pair of people who launched."""
    clock.now = NOW
    ada, mo = campus.launched(ADA), campus.launched(MO)
    with mentes.database.transaction(organisation_id) as session:
        programme = a_programme(session, every(session, Course)[0])
        a_mentor(session, programme, MO.id, name=MO.name)
        mentee = a_mentee(session, programme, ADA.id, name=ADA.name)
        pairing = open_pairing(session, programme.id, mentee.id)
        assert pairing is not None
        checkin = a_check_in(session, pairing, a_checkpoint(session, programme))
    return Room(mentes, campus, organisation_id, ada, mo, checkin.id)


def test_both_read_why_they_are_a_pair_each_from_their_side(room: Room) -> None:
    to_ada, to_mo = (browser.get("mine").get_data(as_text=True) for browser in (room.ada, room.mo))
    assert "A way of talking that suits you both: “On a call”." in to_ada
    assert "A way of talking that suits you both: “On a call”." in to_mo
    assert "They had a place free for you." in to_ada
    assert "You had a place free." in to_mo


def test_a_time_is_booked_on_the_clock_of_the_zone_in_the_form(room: Room) -> None:
    path = f"check-ins/{room.checkin_id}"
    answer = room.ada.submit(
        f"{path}/book", starts_at="2026-12-01T10:30", zone="Asia/Tokyo", meeting_place="Room 3"
    )
    assert answer.status_code == 303
    assert room.checkin().starts_at == datetime(2026, 12, 1, 1, 30, tzinfo=UTC)
    page = room.mo.get(path).text
    assert "Room 3" in page
    assert room.mo.get(f"{path}/check-in.ics").text.startswith("BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"starts_at": "2020-01-01T10:00", "zone": "Europe/Lisbon"}, "This time has passed."),
        ({"starts_at": "", "zone": "Europe/Lisbon"}, "Choose a day and a time."),
        ({"starts_at": "0001-01-01T00:00", "zone": "Asia/Tokyo"}, "Choose a day and a time."),
        ({"starts_at": "2026-12-01T10:00", "zone": "Mars/Olympus"}, "Choose from the list."),
    ],
)
def test_what_needs_attention_is_shown_in_the_form_with_what_was_sent(
    room: Room, form: dict[str, str], text: str
) -> None:
    answer = room.ada.submit(f"check-ins/{room.checkin_id}/book", **form, meeting_place="Room 3")
    assert answer.status_code == 422
    assert text in answer.text
    assert "Room 3" in answer.text
    assert room.checkin().starts_at is None


def test_a_talk_from_booking_to_looking_back(room: Room, clock: MovableClock) -> None:
    path = f"check-ins/{room.checkin_id}"
    room.ada.submit(f"{path}/book", starts_at="2026-12-01T10:30", zone="Europe/Lisbon")
    clock.forward(days=10)
    for browser in (room.mo, room.ada):
        browser.launch(MO if browser is room.mo else ADA)
        assert browser.submit(f"{path}/held").status_code == 303
    assert room.ada.submit(f"{path}/feedback").status_code == 422
    sent = {"worth": "partly", "next_step": "Ask for the figures", "line": "Thank you, Mo"}
    assert room.ada.submit(f"{path}/feedback", **sent).status_code == 303
    assert room.mo.submit(f"{path}/feedback", worth="yes", line="Well done").status_code == 303
    mos, adas = room.mo.get(path).text, room.ada.get(path).text
    assert "Ask for the figures" in mos
    assert "Thank you, Mo" in mos
    assert "Well done" in adas


def test_what_no_longer_fits_is_said_calmly(room: Room) -> None:
    path = f"check-ins/{room.checkin_id}"
    assert room.ada.submit(f"{path}/cancel").status_code == 409
    room.ada.submit(f"{path}/held")
    answer = room.ada.submit(f"{path}/book", starts_at="2026-12-01T10:30", zone="Europe/Lisbon")
    assert answer.status_code == 409
    assert "already held" in answer.text


def test_a_classmate_sees_nothing_of_it(room: Room) -> None:
    ben = room.campus.launched(BEN)
    for path in ("", "/check-in.ics"):
        assert ben.get(f"check-ins/{room.checkin_id}{path}").status_code == 404
    for action in (
        "book",
        "cancel",
        "held",
        "missed",
        "feedback",
        "take-back",
        "absence",
        "minutes",
    ):
        form = {"starts_at": "2026-12-01T10:30", "zone": "Europe/Lisbon", "worth": "yes"} | {
            "minutes": "9"
        }
        assert ben.submit(f"check-ins/{room.checkin_id}/{action}", **form).status_code == 404
    assert ben.get(f"check-ins/{uuid4()}").status_code == 404


@pytest.mark.parametrize("path", ["set-up", "people", "report"])
def test_an_instructors_page_costs_the_same_for_a_full_course(
    mentes: Mentes, campus: Campus, organisation_id: UUID, path: str
) -> None:
    teacher = campus.launched(TEACHER)
    costs = []
    for more in (2, 30):
        with mentes.database.transaction(organisation_id) as session:
            programme = a_programme(session, every(session, Course)[0])
            checkpoint = a_checkpoint(session, programme)
            for _ in range(more):
                a_check_in(session, a_pairing(session, programme), checkpoint)
        teacher.get(path)
        with statements_on(mentes.database.engine) as seen:
            assert teacher.get(path).status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 12


def test_a_mentors_page_costs_the_same_for_a_full_house(
    mentes: Mentes, campus: Campus, organisation_id: UUID
) -> None:
    mo = campus.launched(MO)
    costs = []
    for number in range(1, 5):
        with mentes.database.transaction(organisation_id) as session:
            programme = a_programme(session, every(session, Course)[0])
            a_mentor(session, programme, MO.id, capacity=5)
            a_mentee(session, programme, f"learner-{number}")
            assert every(session, Programme)
            assert len(every(session, Person)) > number
        mo.get("mine")
        with statements_on(mentes.database.engine) as seen:
            assert mo.get("mine").status_code == 200
        costs.append(len(seen))
    assert max(costs) == min(costs) <= 12


def test_both_see_that_it_was_taken_back_and_only_who_said_it_can(room: Room) -> None:
    path = f"check-ins/{room.checkin_id}"
    room.ada.submit(f"{path}/held")
    assert "We have not spoken" in room.ada.get(path).text
    assert "We have not spoken" not in room.mo.get(path).text
    assert room.mo.submit(f"{path}/take-back").status_code == 409
    assert room.ada.submit(f"{path}/take-back").status_code == 303
    assert "You took back that you two spoke" in room.ada.get(path).text
    assert "took back that you two spoke" in room.mo.get(path).text
    assert room.checkin().state == "open"
    room.mo.submit(f"{path}/held")
    assert "took back" not in room.mo.get(path).text


def test_minutes_are_corrected_on_the_page(room: Room) -> None:
    path = f"check-ins/{room.checkin_id}"
    room.ada.submit(f"{path}/held")
    wrong = room.mo.submit(f"{path}/minutes", minutes="900")
    assert wrong.status_code == 422
    assert "Between 1 and 240 minutes." in wrong.text
    assert room.mo.submit(f"{path}/minutes", minutes="25").status_code == 303
    assert "You spoke for 25 minutes" in room.ada.get(path).text
    assert room.checkin().talked_minutes == 25


def test_who_was_absent_is_corrected_on_the_page(room: Room, clock: MovableClock) -> None:
    path = f"check-ins/{room.checkin_id}"
    room.ada.submit(f"{path}/book", starts_at="2026-11-22T13:30", zone="Europe/Lisbon")
    clock.forward(hours=2)
    room.mo.submit(f"{path}/missed")
    assert "It was I who did not come" in room.mo.get(path).text
    assert "It was I who did not come" not in room.ada.get(path).text
    assert room.mo.submit(f"{path}/absence").status_code == 303
    page = room.mo.get(path).text
    assert "You said that you could not come." in page
    assert "It was I who did not come" not in page
