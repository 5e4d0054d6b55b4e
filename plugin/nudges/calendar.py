"""Check-ins as calendar entries (RFC 5545, RFC 5546): one UID for life, a SEQUENCE that grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Mentes//Mentoring in the course//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """One of the two; people without an address are left out of the entry."""

    name: str | None
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a calendar is told of a check-in. `minutes` is its length."""

    checkin_id: UUID
    sequence: int
    summary: str
    description: str
    starts_at: datetime
    minutes: int
    meeting_place: str | None
    organiser: str
    """The address that the invitation comes from."""
    attendees: tuple[Attendee, ...]
    said_at: datetime


def request(entry: Entry) -> str:
    """Return an invitation, or the change of one."""
    return _calendar(entry, method="REQUEST", status="CONFIRMED")


def cancellation(entry: Entry) -> str:
    """Return the cancellation of an invitation."""
    return _calendar(entry, method="CANCEL", status="CANCELLED")


def _calendar(entry: Entry, *, method: str, status: str) -> str:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_event(entry, status))
    text: str = calendar.to_ical().decode()
    return text


def _event(entry: Entry, status: str) -> Event:
    event = Event()
    event.add("uid", f"{entry.checkin_id}@mentes")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.said_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.starts_at + timedelta(minutes=entry.minutes))
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("status", status)
    if entry.meeting_place:
        event.add("location", entry.meeting_place)
        if entry.meeting_place.startswith(("https://", "http://")):
            event.add("url", entry.meeting_place)
    event.add("organizer", vCalAddress(f"MAILTO:{entry.organiser}"))
    for attendee in entry.attendees:
        address = vCalAddress(f"MAILTO:{attendee.email}")
        address.params["rsvp"] = vText("FALSE")
        address.params["role"] = vText("REQ-PARTICIPANT")
        if attendee.name:
            address.params["cn"] = vText(attendee.name)
        event.add("attendee", address, encode=False)
    return event
