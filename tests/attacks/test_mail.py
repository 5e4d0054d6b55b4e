"""Addresses and places that try to become more than one line of a mail or a calendar."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from plugin.app import Mentes
from plugin.foundation.tenancy import EVERYWHERE
from plugin.people.model import Person
from tests.journeys.stage import Stage, done
from tests.plugin.launching import ADA, Campus

BOOKING = {"starts_at": "2099-01-01T10:00", "zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    "place", ["https://x.example/\r\nDESCRIPTION:forged", "Room 1\nDESCRIPTION:forged"]
)
def test_a_meeting_place_stays_one_line_of_a_calendar(stage: Stage, place: str) -> None:
    stage.join(stage.learner)
    stage.complete()
    stage.worker.run_once()
    checkin = f"check-ins/{stage.checkins()[0].id}"
    done(stage.learner.submit(f"{checkin}/book", **BOOKING, meeting_place=place))
    shown = stage.mentor.get(f"{checkin}/check-in.ics").get_data(as_text=True)
    assert "DESCRIPTION:forged" not in shown.splitlines()
    assert "LOCATION:" in shown


@pytest.mark.parametrize(
    "address",
    [
        "ada@lms.example\nBcc: all@x.example",
        "ada@lms.example, all@x.example",
        "ada@lms.example;all@x.example",
        "Ada <ada@lms.example>",
        "nobody",
        "a" * 300 + "@lms.example",
    ],
)
def test_what_is_not_one_address_is_no_address(
    campus: Campus, mentes: Mentes, address: str
) -> None:
    campus.launched(ADA, email=address)
    with mentes.database.reading(EVERYWHERE) as session:
        assert session.scalars(select(Person.email)).one() is None
