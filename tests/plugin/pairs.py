"""Many pairs at once, written straight into the tables: what launches and joining would leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from plugin.foundation.tenancy import inserted
from plugin.pairings.model import Pairing
from plugin.people.identifiers import Evidence
from plugin.people.model import Person, PersonIdentifier
from plugin.people.rules import ACCOUNT
from plugin.programmes.model import Part, Participation, Programme
from tests.plugin.factories import ISSUER, NOW

CAPACITY = 5
"""Mentees of one mentor."""


def paired(
    session: Session,
    programme: Programme,
    subjects: Sequence[str],
    *,
    recorded: Iterable[str] = (),
    issuer: str = ISSUER,
    mailed: bool = True,
    now: datetime = NOW,
) -> dict[str, UUID]:
    """Let learners whom `issuer` calls `subjects` have a mentor each; return their ids.

    Args:
        recorded: of whom statements are told.
        mailed: whether everybody has an address.
    """
    mentors = [f"mentor-{number}" for number in range(-(-len(subjects) // CAPACITY))]
    ids = _people(session, [*mentors, *subjects], issuer, mailed, now)
    told = {ids[subject] for subject in recorded}
    parts = [(ids[subject], Part.MENTOR) for subject in mentors]
    parts += [(ids[subject], Part.MENTEE) for subject in subjects]
    inserted(session, Participation, [_part(programme, *part, told, now) for part in parts])
    rows = [
        {
            "programme_id": programme.id,
            "mentor_id": ids[mentors[number // CAPACITY]],
            "mentee_id": ids[subject],
            "reasons": [],
            "made_at": now,
        }
        for number, subject in enumerate(subjects)
    ]
    inserted(session, Pairing, rows)
    return {subject: ids[subject] for subject in subjects}


def _people(
    session: Session, subjects: Sequence[str], issuer: str, mailed: bool, now: datetime
) -> dict[str, UUID]:
    ids = {subject: uuid4() for subject in subjects}
    people = [
        {
            "id": id,
            "name": f"Somebody {subject}",
            "email": f"{subject}@acme.example" if mailed else None,
            "created_at": now,
        }
        for subject, id in ids.items()
    ]
    inserted(session, Person, people)
    accounts = [
        {
            "person_id": id,
            "scheme": ACCOUNT,
            "home": same_place(issuer),
            "home_as_said": issuer,
            "value": subject,
            "evidence": Evidence.LAUNCH,
            "said_by": same_place(issuer),
            "signs_in": True,
            "told": {},
            "created_at": now,
            "verified_at": now,
        }
        for subject, id in ids.items()
    ]
    inserted(session, PersonIdentifier, accounts)
    return ids


def _part(
    programme: Programme, person_id: UUID, part: Part, told: set[UUID], now: datetime
) -> dict[str, Any]:
    return {
        "programme_id": programme.id,
        "person_id": person_id,
        "part": part,
        "joined_at": now,
        "capacity": CAPACITY if part is Part.MENTOR else 0,
        "talk": ["call"],
        "first_use": None if part is Part.MENTOR else "the next review",
        "recorded": person_id in told,
        "recorded_since": now if person_id in told else None,
    }
