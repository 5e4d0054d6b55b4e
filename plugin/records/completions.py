"""Completions that no statement of the LMS has told of: we tell of them in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge import compose
from lrs_bridge.compose import Actor
from plugin.completions.events import CompletionObserved, CompletionTakenBack
from plugin.courses.model import CourseActivity
from plugin.courses.service import activities_at
from plugin.foundation.events import EventRow
from plugin.platforms.model import ActorForm
from plugin.programmes.model import Part
from plugin.programmes.service import found_of_courses
from plugin.records.groups import Group, told_groups
from plugin.records.model import Told
from plugin.records.scenes import LANGUAGE
from plugin.records.stages import Stage, stages
from plugin.records.told import ToTell, take_back, tell

NOT_COMPLETED = "the completion was taken back"


class ObservedCompletions:
    """Subscribes to what completions say that came as something else than statements."""

    def __init__(self, public_url: str) -> None:
        self._tool = public_url

    def on_observed(
        self, session: Session, observed: Sequence[tuple[UUID, CompletionObserved]]
    ) -> None:
        """Learners who take part and are recorded completed something of their courses.

        The id of each statement follows from the row of the inbox, which is one however often the
        source tells it, and from how often that was taken back.
        """
        programmes = found_of_courses(session, {event.course_id for _, event in observed})
        people = {event.actor_id for _, event in observed if event.actor_id}
        on = {
            stage.programme.course_id: stage
            for stage in stages(session, {each.id for each in programmes}, people).values()
        }
        activities = activities_at(session, {event.activity for _, event in observed})
        times = _taken_back(session, {event.subject_id for _, event in observed})
        to_tell = []
        for event_id, event in observed:
            stage = on.get(event.course_id)
            learner = _recorded(stage, event) if stage is not None else None
            if stage is None or learner is None or event.actor_id is None:
                continue
            activity = activities.get(event.activity)
            statement = self._statement(stage, event, learner, activity, times[event.subject_id])
            to_tell.append(
                ToTell(
                    statement=statement,
                    event_id=event_id,
                    about=[event.actor_id],
                    programme_id=stage.programme.id,
                    called=[(event.actor_id, learner)],
                    now=event.seen_at,
                )
            )
        tell(session, *to_tell)

    def on_taken_back(
        self, session: Session, taken_back: Sequence[tuple[UUID, CompletionTakenBack]]
    ) -> None:
        """What was told of completions is voided, whoever is recorded by now."""
        if not taken_back:
            return
        told = session.scalars(
            select(Told)
            .join(EventRow, EventRow.id == Told.event_id)
            .where(
                EventRow.subject_id.in_({event.subject_id for _, event in taken_back}),
                EventRow.kind == CompletionObserved.kind,
                Told.voided_at.is_(None),
            )
            .order_by(Told.at, Told.id)
        ).all()
        take_back(session, told, tool=self._tool, why=NOT_COMPLETED, now=taken_back[0][1].at)

    def _statement(
        self,
        stage: Stage,
        event: CompletionObserved,
        learner: Actor,
        activity: CourseActivity | None,
        times: int,
    ) -> dict[str, object]:
        observed = compose.Observed(
            organisation_id=stage.programme.organisation_id,
            source=event.source,
            event_id=f"{event.subject_id}:{times}" if times else str(event.subject_id),
            at=event.at,
            tool=self._tool,
            language=LANGUAGE,
            platform=stage.registration.product,
            mailboxes=ActorForm(stage.registration.actor_form).needs_mail,
        )
        title = activity.name if activity else None
        if event.of == "course":
            course = compose.Course(iri=event.activity, title=title)
            return compose.completion_observed(observed, learner, course)
        module = compose.Module(iri=event.activity, title=title)
        return compose.completion_observed(observed, learner, module, course=stage.course)


def _taken_back(session: Session, completions: Collection[UUID]) -> Counter[UUID]:
    """Return how often each of `completions` was taken back."""
    return Counter(
        session.scalars(
            select(EventRow.subject_id).where(
                EventRow.subject_id.in_(completions), EventRow.kind == CompletionTakenBack.kind
            )
        )
    )


def _recorded(stage: Stage, event: CompletionObserved) -> Actor | None:
    """Return who completed something as they are called, if it is to be told of them."""
    part = stage.part(event.actor_id, Part.MENTEE) if event.actor_id else None
    if part is None or part.left_at is not None:
        return None
    if part.recorded_since is not None and event.at < part.recorded_since:
        return None  # told from the moment of the choice, and nothing from before
    if Group.COMPLETIONS not in told_groups(stage.programme):
        return None
    return stage.called(part)
