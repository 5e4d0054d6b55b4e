"""Many people at once, written straight into the tables: what launches and forms would leave."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from plugin.foundation.tenancy import organisation_of
from plugin.people.model import Person
from plugin.programmes.model import Part, Participation, Programme
from plugin.programmes.questions import Questionnaire
from tests.plugin.factories import NOW

SKILLS = ("Giving feedback", "Excel", "Leading meetings", "Public speaking", "Planning")
SITES = ("Berlin", "Porto", "Lyon")
TEAMS = ("Sales", "Finance", "Research", "Support")
GIVEN = ("Ada", "Ben", "Chiara", "Dmitri", "Elif", "Femi", "Göran", "Hana", "Ines", "Joon")
FAMILY = (
    "Abel",
    "Brandt",
    "Costa",
    "Diallo",
    "Eriksen",
    "Fischer",
    "Găvan",
    "Haddad",
    "Ito",
    "Jung",
)


def asked(programme: Programme) -> Questionnaire:
    """Let a programme ask about skills, help, times, sites and teams."""
    questionnaire = Questionnaire.asking(
        skills=SKILLS, sites=SITES, teams=TEAMS, ask=["help", "hours", "language"]
    )
    programme.questions = questionnaire.as_json()
    return questionnaire


def a_crowd(
    session: Session,
    programme: Programme,
    *,
    mentees: int,
    mentors: int,
    capacity: int = 3,
    seed: int = 1,
    now: datetime = NOW,
    mentor_answers: Mapping[str, Sequence[str]] | None = None,
) -> tuple[list[UUID], list[UUID]]:
    """Let so many people take part, with answers of all kinds; return their ids."""
    rng = random.Random(seed)  # noqa: S311 # people, not secrets
    questionnaire = Questionnaire.of(programme)
    learners = _people(session, mentees, rng, now)
    guides = _people(session, mentors, rng, now)
    common: dict[str, Any] = {
        "organisation_id": organisation_of(session),
        "programme_id": programme.id,
        "joined_at": now,
        "talk": ["call"],
        "recorded": False,
        "wishes": [],
        "refuses": [],
    }
    rows = [
        {
            **common,
            "person_id": person_id,
            "part": part,
            "capacity": capacity if part is Part.MENTOR else 0,
            "first_use": None if part is Part.MENTOR else "the next review",
            "answers": {
                **_answers(questionnaire, part, rng),
                **(mentor_answers or {} if part is Part.MENTOR else {}),
            },
        }
        for part, ids in ((Part.MENTEE, learners), (Part.MENTOR, guides))
        for person_id in ids
    ]
    session.execute(insert(Participation), rows)
    return learners, guides


def _people(session: Session, many: int, rng: random.Random, now: datetime) -> list[UUID]:
    ids = [uuid4() for _ in range(many)]
    rows = [
        {
            "id": person_id,
            "organisation_id": organisation_of(session),
            "name": f"{rng.choice(GIVEN)} {rng.choice(FAMILY)} {number}",
            "created_at": now,
        }
        for number, person_id in enumerate(ids)
    ]
    if rows:
        session.execute(insert(Person), rows)
    return ids


def _answers(questionnaire: Questionnaire, part: Part, rng: random.Random) -> dict[str, list[str]]:
    answers = {}
    for question in questionnaire.questions:
        options = [each.id for each in question.options][:8]
        most = min(question.most(part) or 3, len(options))
        answers[question.key] = rng.sample(options, rng.randint(1, most))
    if "language" in answers:
        answers["language"] = ["en", *answers["language"][1:]]  # all can talk with each other
    return answers
