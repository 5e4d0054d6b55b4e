"""Completions that no statement of the LMS has told of: we tell of them in its place."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from lrs_bridge import compose
from plugin.completions.events import CompletionObserved
from plugin.courses.model import Course, CourseActivity
from plugin.courses.service import activity_at
from plugin.platforms.model import ActorForm, RegistrationRow
from plugin.programmes.model import Part
from plugin.programmes.service import found_of_course, participation
from plugin.records.actors import actor_of, form_for
from plugin.records.groups import Group, told_groups
from plugin.records.scenes import LANGUAGE, course_of
from plugin.records.told import tell


class ObservedCompletions:
    """Subscribes to completions that came as something else than statements."""

    def __init__(self, public_url: str) -> None:
        self._tool = public_url

    def on_observed(self, session: Session, event_id: UUID, event: CompletionObserved) -> None:
        """A learner who takes part and is recorded completed something of the course.

        Its id follows from the row of the inbox, which is one however often the source tells it.
        """
        programme = found_of_course(session, event.course_id)
        if programme is None or event.actor_id is None:
            return
        part = participation(session, programme.id, event.actor_id, Part.MENTEE)
        if part is None or part.left_at is not None or not part.recorded:
            return
        if part.recorded_since is not None and event.at < part.recorded_since:
            return  # told from the moment of the choice, and nothing from before
        course = session.get_one(Course, event.course_id)
        registration = session.get_one(RegistrationRow, course.registration_id)
        learner = actor_of(session, event.actor_id, registration, form_for(registration, part))
        if learner is None or Group.COMPLETIONS not in told_groups(programme):
            return
        observed = compose.Observed(
            organisation_id=programme.organisation_id,
            source=event.source,
            event_id=str(event.subject_id),
            at=event.at,
            tool=self._tool,
            language=LANGUAGE,
            platform=registration.product,
            mailboxes=ActorForm(registration.actor_form).needs_mail,
        )
        what, within = _what(session, event)
        statement = compose.completion_observed(observed, learner, what, course=within)
        tell(session, statement, event_id=event_id, about=[event.actor_id], now=event.at)


def _what(
    session: Session, event: CompletionObserved
) -> tuple[compose.Course | compose.Module, compose.Course | None]:
    """Return what was completed, and the course that it is in if it is a part of one."""
    known: CourseActivity | None = activity_at(session, event.activity)
    title = known.name if known else None
    if event.of == "course":
        return compose.Course(iri=event.activity, title=title), None
    within = course_of(session, event.course_id)
    return compose.Module(iri=event.activity, title=title), within
