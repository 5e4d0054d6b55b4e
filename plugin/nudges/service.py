"""Owing mails, in the transaction of what they tell; composed then, sent by the worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from uuid import UUID

from sqlalchemy.orm import Session

from plugin.checkins import events
from plugin.checkins.model import CheckIn
from plugin.foundation.events import Event
from plugin.foundation.i18n import Words
from plugin.foundation.outbox import Owed, owe_each
from plugin.foundation.tenancy import rows_of
from plugin.nudges import calendar
from plugin.nudges.letters import Letters
from plugin.pairings.model import Pairing
from plugin.people.model import Person
from plugin.programmes.model import Checkpoint

KIND = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A check-in with the people and the thing it is about."""

    checkin: CheckIn
    about: str
    mentor: Person
    mentee: Person
    stays_open: bool
    """Whether the two are still a pair, so that another time may be found."""

    def sides(self) -> tuple[tuple[Person, Person], tuple[Person, Person]]:
        """Return (recipient, the other) for both."""
        return (self.mentee, self.mentor), (self.mentor, self.mentee)


def talk(session: Session, checkin_id: UUID) -> Talk:
    """Return the check-in `checkin_id` with its people."""
    return talks(session, [checkin_id])[0]


def talks(session: Session, checkin_ids: Sequence[UUID]) -> list[Talk]:
    """Return check-ins with their people."""
    checkins = rows_of(session, CheckIn, checkin_ids)
    pairings = rows_of(session, Pairing, {each.pairing_id for each in checkins.values()})
    rules = rows_of(session, Checkpoint, {each.checkpoint_id for each in checkins.values()})
    people = rows_of(
        session,
        Person,
        {id for each in pairings.values() for id in (each.mentor_id, each.mentee_id)},
    )
    found = []
    for checkin_id in checkin_ids:
        checkin = checkins[checkin_id]
        pairing = pairings[checkin.pairing_id]
        found.append(
            Talk(
                checkin=checkin,
                about=rules[checkin.checkpoint_id].name,
                mentor=people[pairing.mentor_id],
                mentee=people[pairing.mentee_id],
                stays_open=pairing.closed_at is None,
            )
        )
    return found


class Nudges:
    """Tells the two of a check-in by mail what happened to it; whoever has no address, nothing."""

    def __init__(self, letters: Letters, mail_from: str) -> None:
        self._letters = letters
        self._organiser = parseaddr(mail_from)[1]

    def on_opened(self, session: Session, opened: Sequence[tuple[UUID, events.Opened]]) -> None:
        """Tell both of each check-in that it is open: often many at once."""
        about = talks(session, [event.subject_id for _, event in opened])
        mails = [
            mail
            for talk, (event_id, event) in zip(about, opened, strict=True)
            for mail in self._mails(talk, event_id, event, "opened")
        ]
        owe_each(session, KIND, mails)

    def on_booked(
        self, session: Session, event_id: UUID, event: events.Booked | events.Rebooked
    ) -> None:
        """Invite both."""
        self._tell(session, event_id, event, "booked", starts_at=event.starts_at)

    def on_cancelled(self, session: Session, event_id: UUID, event: events.Cancelled) -> None:
        """Take the invitation back."""
        self._tell(session, event_id, event, "cancelled", starts_at=event.starts_at)

    def entry(
        self, talk: Talk, *, starts_at: datetime, said_at: datetime, say: Words
    ) -> calendar.Entry:
        """Return the calendar entry of a booked check-in."""
        return calendar.Entry(
            checkin_id=talk.checkin.id,
            sequence=talk.checkin.booking_sequence,
            summary=say.gettext("Check-in: %(about)s", about=talk.about),
            description=say.gettext(
                "What did you try? What happened? What would you do differently? "
                "What next, by when?"
            ),
            starts_at=starts_at,
            minutes=talk.checkin.minutes,
            meeting_place=talk.checkin.meeting_place,
            organiser=self._organiser,
            attendees=tuple(
                calendar.Attendee(name=person.name, email=person.email)
                for person in (talk.mentee, talk.mentor)
                if person.email
            ),
            said_at=said_at,
        )

    def _tell(
        self,
        session: Session,
        event_id: UUID,
        event: events.Booked | events.Rebooked | events.Cancelled,
        letter: str,
        *,
        starts_at: datetime,
    ) -> None:
        about = talk(session, event.subject_id)
        mails = self._mails(about, event_id, event, letter, starts_at=starts_at)
        owe_each(session, KIND, list(mails))

    def _mails(
        self,
        about: Talk,
        event_id: UUID,
        event: Event,
        letter: str,
        *,
        starts_at: datetime | None = None,
    ) -> Iterator[Owed]:
        """Yield a mail to each of the two who has an address."""
        for recipient, other in about.sides():
            if not recipient.email:
                continue
            say = Words(recipient.language, recipient.zone)
            written = self._letters.write(
                letter,
                say,
                to_name=recipient.name,
                other_name=other.name,
                about=about.about,
                minutes=about.checkin.minutes,
                due=say.day(about.checkin.due_at),
                when=say.when(starts_at) if starts_at else None,
                meeting_place=about.checkin.meeting_place,
                stays_open=about.stays_open,
            )
            payload = {
                "to": recipient.email,
                "subject": written.subject,
                "text": written.text,
                "message_id": f"<{event_id}.{recipient.id}@mentes>",
                "sent_at": event.at.isoformat(),
            }
            if starts_at is not None:
                entry = self.entry(about, starts_at=starts_at, said_at=event.at, say=say)
                cancelled = letter == "cancelled"
                payload["method"] = "CANCEL" if cancelled else "REQUEST"
                payload["calendar"] = (calendar.cancellation if cancelled else calendar.request)(
                    entry
                )
            yield Owed(key=f"{event_id}:{recipient.id}", payload=payload, now=event.at)
