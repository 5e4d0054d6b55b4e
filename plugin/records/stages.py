"""Programmes as their statements need them: where they are, and who is recorded in them.

They are asked for together, so that a hundred events take as many questions as one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge import compose
from lrs_bridge.compose import Actor
from lrs_bridge.vocabulary import NAMED
from plugin.courses.model import Course, CourseActivity
from plugin.platforms.model import RegistrationRow
from plugin.programmes.model import Part, Participation, Programme
from plugin.records.actors import actors_of, form_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A programme, where it is, and the parts that some people have in it.

    Attributes:
        registration: of the platform that its course is on.
        course: under the IRI that the LMS's own statements use, if we know it.
    """

    programme: Programme
    registration: RegistrationRow
    course: compose.Course | None
    parts: Mapping[tuple[UUID, Part], Participation]
    actors: Mapping[UUID, Actor | None]
    """By part, of those who chose to be recorded."""

    def part(self, person_id: UUID, part: Part) -> Participation | None:
        """Return somebody's part, also after they left."""
        return self.parts.get((person_id, part))

    def recorded(self, person_id: UUID, part: Part) -> Actor | None:
        """Return somebody as they are called, if they chose to be recorded."""
        taking = self.part(person_id, part)
        return None if taking is None else self.called(taking)

    def called(self, part: Participation) -> Actor | None:
        """Return who has a part as they are called, if they chose to be recorded."""
        return self.actors.get(part.id)


def stages(
    session: Session, programmes: Collection[UUID], people: Collection[UUID]
) -> dict[UUID, Stage]:
    """Return the stages of programmes, by their ids, with the parts that `people` have in them."""
    found = session.execute(
        select(Programme, RegistrationRow)
        .join(Course, Course.id == Programme.course_id)
        .join(RegistrationRow, RegistrationRow.id == Course.registration_id)
        .where(Programme.id.in_(programmes))
    ).all()
    parts = session.scalars(
        select(Participation).where(
            Participation.programme_id.in_(programmes), Participation.person_id.in_(people)
        )
    ).all()
    registrations = {programme.id: registration for programme, registration in found}
    recorded = _held(session, [part.id for part in parts if part.recorded])
    forms = [
        (part.person_id, registration, form_for(registration, part))
        for part in recorded
        if (registration := registrations[part.programme_id])
    ]
    actors = dict(zip((part.id for part in recorded), actors_of(session, forms), strict=True))
    courses = courses_of(session, {programme.course_id for programme, _ in found})
    return {
        programme.id: Stage(
            programme=programme,
            registration=registration,
            course=courses.get(programme.course_id),
            parts={
                (part.person_id, Part(part.part)): part
                for part in parts
                if part.programme_id == programme.id
            },
            actors=actors,
        )
        for programme, registration in found
    }


def _held(session: Session, part_ids: Collection[UUID]) -> Sequence[Participation]:
    """Return those parts whose people are recorded until this transaction ends.

    Whoever says stop waits for us, and takes back what we owe; or we wait, and owe nothing.
    """
    if not part_ids:
        return ()
    parts = session.scalars(
        select(Participation)
        .where(Participation.id.in_(part_ids))
        .order_by(Participation.id)  # two at once wait for each other in one order
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).all()
    return [part for part in parts if part.recorded]


def courses_of(session: Session, course_ids: Iterable[UUID]) -> dict[UUID, compose.Course]:
    """Return courses by the IRIs that the LMS's own statements use, those that we know."""
    calls = session.scalars(
        select(CourseActivity).where(
            CourseActivity.course_id.in_(course_ids), CourseActivity.kind == "course"
        )
    )
    first: dict[UUID, compose.Course] = {}
    for call in sorted(calls, key=_seen_first):
        first.setdefault(call.course_id, compose.Course(iri=call.iri, title=call.name))
    return first


def _seen_first(call: CourseActivity) -> tuple[datetime, bool, str]:
    """Of what became known at one moment, an address says more than a name that was made one."""
    return call.seen_at, call.place.startswith(NAMED), call.place
