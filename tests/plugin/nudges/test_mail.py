"""The mails of a check-in: to both, on their own clock, with a calendar entry that grows up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from icalendar import Calendar

from plugin.app import Mentes, compose
from plugin.checkins import service as checkins
from plugin.demo.mailbox import Mail
from plugin.foundation.outbox import Debt, Outcome
from plugin.foundation.tenancy import EVERYWHERE
from plugin.nudges.service import KIND
from plugin.platforms.service import organisation
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import NOW, Mentoring, every, later, mentoring
from tests.plugin.nudges.conftest import MailServer

ADA, MO = "ada@lms.example", "mo@lms.example"


@pytest.fixture
def pair(mentes: Mentes, organisation_id: UUID, clock: MovableClock) -> Mentoring:
    """A pair with addresses, in Lisbon and in Tokyo."""
    clock.now = later(minutes=1)  # after the opening, so that mails have an order
    return a_pair(mentes, organisation_id)


def a_pair(mentes: Mentes, organisation_id: UUID, **mentee: Any) -> Mentoring:
    return mentoring(
        mentes.database,
        organisation_id,
        mentor={"email": MO, "zone": "Asia/Tokyo"},
        mentee={"email": ADA, "zone": "Europe/Lisbon", **mentee},
    )


def book(mentes: Mentes, pair: Mentoring, at: datetime, place: str | None = "Room 3") -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.book(
            session,
            pair.checkin_id,
            starts_at=at,
            meeting_place=place,
            by=pair.mentee_id,
            now=mentes.clock(),
        )


def cancel(mentes: Mentes, pair: Mentoring) -> None:
    with mentes.database.transaction(pair.organisation_id) as session:
        checkins.cancel(session, pair.checkin_id, by=pair.mentor_id, now=mentes.clock())


def debts(mentes: Mentes) -> list[Debt]:
    with mentes.database.reading(EVERYWHERE) as session:
        return sorted(every(session, Debt, Debt.kind == KIND), key=lambda debt: debt.created_at)


def entry(mail: Mail) -> tuple[str, Any]:
    """Return the method and the event of a mail's calendar."""
    assert mail.calendar is not None
    calendar = Calendar.from_ical(mail.calendar)
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event


def latest(mails: MailServer, address: str) -> Mail:
    return mails.messages_for(address)[-1]


def subjects(mails: Sequence[Mail]) -> list[str]:
    return [mail.subject.partition(":")[0] for mail in mails]


def test_both_are_told_that_a_check_in_is_open(
    mentes: Mentes, pair: Mentoring, worker: Worker, mails: MailServer
) -> None:
    worker.run_until_idle()
    assert {mail.recipients for mail in mails.mails} == {(ADA,), (MO,)}
    mail = latest(mails, ADA)
    assert mail.sender == "Mentes at Acme <mentes@acme.example>"
    assert "Hello Ada One," in mail.text
    assert "Mo Mentor" in mail.text
    assert "Mentored Course 101" in mail.subject
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.calendar is None


def test_each_reads_the_time_on_their_own_clock(
    mentes: Mentes, pair: Mentoring, worker: Worker, mails: MailServer
) -> None:
    book(mentes, pair, later(days=1, hours=3))  # 15:00 UTC
    worker.run_until_idle()
    assert "15:00" in latest(mails, ADA).text
    assert "00:00" in latest(mails, MO).text
    assert "24 November" in latest(mails, MO).text
    assert "Room 3" in latest(mails, ADA).text


def test_an_invitation_is_a_request_to_both(
    mentes: Mentes, pair: Mentoring, worker: Worker, mails: MailServer
) -> None:
    book(mentes, pair, later(days=1), "https://meet.example/ada")
    worker.run_until_idle()
    method, event = entry(latest(mails, ADA))
    assert method == "REQUEST"
    assert event["STATUS"] == "CONFIRMED"
    assert event.start == later(days=1)
    assert event.end == later(days=1, minutes=10)
    assert event["UID"] == f"{pair.checkin_id}@mentes"
    assert event["URL"] == event["LOCATION"] == "https://meet.example/ada"
    assert event["ORGANIZER"] == "MAILTO:mentes@acme.example"
    assert {str(each) for each in event["ATTENDEE"]} == {f"MAILTO:{ADA}", f"MAILTO:{MO}"}
    types = [part.get_content_type() for part in latest(mails, ADA).message.walk()]
    assert types.count("text/calendar") == 2  # for mail programs, and as a file for the others


def test_a_calendar_follows_every_change_of_the_booking(
    mentes: Mentes, pair: Mentoring, worker: Worker, mails: MailServer, clock: MovableClock
) -> None:
    for step in range(2):
        book(mentes, pair, later(days=2 + step))
        clock.forward(minutes=1)
        worker.run_until_idle()
    cancel(mentes, pair)
    worker.run_until_idle()
    entries = [entry(mail) for mail in mails.messages_for(MO) if mail.calendar]
    assert [method for method, _ in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [int(event["SEQUENCE"]) for _, event in entries] == [1, 2, 3]
    assert len({str(event["UID"]) for _, event in entries}) == 1
    assert entries[-1][1]["STATUS"] == "CANCELLED"
    assert entries[-1][1].start == later(days=3)
    assert subjects(mails.messages_for(MO))[-1] == "Called off"


def test_who_has_no_address_gets_no_mail_and_stands_in_no_calendar(
    mentes: Mentes,
    organisation_id: UUID,
    worker: Worker,
    mails: MailServer,
    clock: MovableClock,
) -> None:
    clock.now = later(minutes=1)  # after the opening, so that mails have an order
    pair = a_pair(mentes, organisation_id, email=None)
    book(mentes, pair, later(days=1))
    worker.run_until_idle()
    assert {mail.recipients for mail in mails.mails} == {(MO,)}
    _, event = entry(latest(mails, MO))
    assert str(event["ATTENDEE"]) == f"MAILTO:{MO}"


def test_who_has_no_name_is_greeted_all_the_same(
    mentes: Mentes,
    organisation_id: UUID,
    worker: Worker,
    mails: MailServer,
    clock: MovableClock,
) -> None:
    clock.now = later(minutes=1)  # after the opening, so that mails have an order
    pair = a_pair(mentes, organisation_id, name=None)
    book(mentes, pair, later(days=1))
    worker.run_until_idle()
    for mail in mails.mails:
        assert "None" not in mail.text + mail.subject
    assert "Hello," in latest(mails, ADA).text


@pytest.mark.parametrize(
    "name",
    ["Zoë Ångström 🦉", "Ada\r\nBcc: all@lms.example", 'Ada; "X" <x@y>', "%(when)s", "{{ 1 }}"],
)
def test_any_name_and_place_can_be_mailed(
    mentes: Mentes,
    organisation_id: UUID,
    worker: Worker,
    mails: MailServer,
    clock: MovableClock,
    name: str,
) -> None:
    clock.now = later(minutes=1)  # after the opening, so that mails have an order
    pair = a_pair(mentes, organisation_id, name=name)
    book(mentes, pair, later(days=1), f"Room\r\nATTENDEE:{name}")
    worker.run_until_idle()
    assert {debt.outcome for debt in debts(mentes)} == {Outcome.DELIVERED}
    assert {mail.recipients for mail in mails.mails} == {(ADA,), (MO,)}
    for mail in mails.mails:
        assert mail.message["Bcc"] is None
    _, event = entry(latest(mails, MO))
    assert len(event["ATTENDEE"]) == 2


def test_what_was_mailed_is_forgotten(
    mentes: Mentes, pair: Mentoring, worker: Worker, mails: MailServer
) -> None:
    worker.run_until_idle()
    assert [debt.payload for debt in debts(mentes)] == [{}, {}]


def test_a_mail_keeps_its_number_when_it_is_sent_again(
    mentes: Mentes, pair: Mentoring, worker: Worker, mails: MailServer
) -> None:
    leased = debts(mentes)
    worker.run_until_idle()
    with mentes.database.transaction(EVERYWHERE) as session:
        for debt, before in zip(
            sorted(every(session, Debt, Debt.kind == KIND), key=lambda each: each.key),
            sorted(leased, key=lambda each: each.key),
            strict=True,
        ):
            debt.settled_at = debt.outcome = None
            debt.payload = before.payload
    worker.run_until_idle()
    first, again = mails.messages_for(ADA)
    assert first.message["Message-ID"] == again.message["Message-ID"]


def test_while_the_mail_server_is_away_mails_wait(
    mentes: Mentes, pair: Mentoring, worker: Worker, mails: MailServer
) -> None:
    mails.stop()
    worker.run_until_idle()
    for debt in debts(mentes):
        assert debt.outcome is None
        assert debt.problem == "mail-server-unreachable (ConnectionRefusedError)"
        assert debt.payload["to"] in (ADA, MO)
        assert debt.due_at > NOW


@pytest.mark.parametrize(
    ("answer", "outcome", "problem"),
    [
        ("550 No such user", Outcome.GIVEN_UP, "recipient-refused"),
        ("450 Try later", None, "recipient-postponed"),
    ],
)
def test_a_recipient_whom_the_server_refuses_does_not_hold_up_the_other(
    mentes: Mentes,
    pair: Mentoring,
    worker: Worker,
    mails: MailServer,
    answer: str,
    outcome: Outcome | None,
    problem: str,
) -> None:
    mails.answers[ADA] = answer
    worker.run_until_idle()
    found = {(debt.payload.get("to"), debt.outcome, debt.problem) for debt in debts(mentes)}
    assert found == {(ADA, outcome, problem), (None, Outcome.DELIVERED, None)}
    assert len(mails.messages_for(MO)) == 1


def test_without_a_mail_server_no_mail_is_owed(mentes: Mentes, clock: MovableClock) -> None:
    clock.now = later(minutes=1)  # after the opening, so that mails have an order
    silent = compose(replace(mentes.settings, smtp_url=""), clock=clock)
    with silent.database.transaction(EVERYWHERE) as session:
        owner = organisation(session, "Silent", now=NOW).id
    a_pair(silent, owner)
    assert debts(silent) == []
    silent.database.dispose()


def test_the_problem_of_a_mail_names_nobody(
    mentes: Mentes, pair: Mentoring, worker: Worker, mails: MailServer
) -> None:
    mails.answers[ADA] = f"550 <{ADA}> is unknown here"
    worker.run_until_idle()
    assert not any(ADA in (debt.problem or "") for debt in debts(mentes))


def test_mails_are_owed_with_the_event_not_when_it_is_undone(
    mentes: Mentes, pair: Mentoring
) -> None:
    before = len(debts(mentes))

    def fail() -> None:
        with mentes.database.transaction(pair.organisation_id) as session:
            checkins.book(
                session,
                pair.checkin_id,
                starts_at=NOW + timedelta(days=1),
                meeting_place=None,
                by=pair.mentee_id,
                now=NOW,
            )
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert len(debts(mentes)) == before
