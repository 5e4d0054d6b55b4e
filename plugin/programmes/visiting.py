"""The programme of the course that somebody visits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from plugin.courses.model import Course
from plugin.foundation.errors import NotFound
from plugin.foundation.web import tool, visit
from plugin.platforms.model import ActorForm, RegistrationRow
from plugin.programmes import service
from plugin.programmes.model import Programme


@contextmanager
def programme_of_visit(*, opened: bool = False) -> Iterator[tuple[Session, Programme]]:
    """Open one transaction in the programme of this visit's course.

    Args:
        opened: whether the programme is opened if there is none; instructors open it by setting
            something up.
    """
    with tool().database.transaction(visit().organisation_id) as session:
        programme = service.found_of_course(session, visit().course_id)
        if programme is None and opened:
            course = session.get_one(Course, visit().course_id)
            programme = service.of_course(session, course, by=visit().person_id, now=tool().clock())
        if programme is None:
            raise NotFound("There is no mentoring in this course yet.")
        yield session, programme


def called(session: Session, programme: Programme | None) -> ActorForm:
    """Return by what the platform of a programme's course calls people in learning records."""
    if programme is None:
        return ActorForm.ACCOUNT
    course = session.get_one(Course, programme.course_id)
    return ActorForm(session.get_one(RegistrationRow, course.registration_id).actor_form)
