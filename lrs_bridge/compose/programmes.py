"""Statements about a programme and who takes part in it."""

from __future__ import annotations

from lrs_bridge.compose.building import (
    Json,
    Telling,
    course_activity,
    programme_activity,
    system,
    told,
)
from lrs_bridge.compose.values import Actor, Course, Occasion, Role
from lrs_bridge.vocabulary import Extension, Verb


def programme_created(occasion: Occasion, *, by: Actor | None = None) -> Json:
    """Somebody opened mentoring beside a course.

    Args:
        by: who did; None: somebody who did not choose to be recorded.
    """
    return told(
        occasion,
        Telling(
            template="programme-created",
            actor=by or system(occasion.tool),
            verb=Verb.CREATE,
            object=programme_activity(occasion),
            of_programme=True,
        ),
    )


def joined(occasion: Occasion, who: Actor, role: Role) -> Json:
    """Somebody takes part from now on."""
    return _membership(occasion, "joined", Verb.REGISTERED, who, role)


def left(occasion: Occasion, who: Actor, role: Role) -> Json:
    """Somebody takes part no longer."""
    return _membership(occasion, "left", Verb.UNREGISTERED, who, role)


def mentor_attached(occasion: Occasion, mentor: Actor, course: Course) -> Json:
    """A mentor is there for the learners of a course."""
    return told(
        occasion,
        Telling(
            template="mentor-attached",
            actor=mentor,
            verb=Verb.WAS_ASSIGNED,
            object=course_activity(occasion, course),
            parents=(programme_activity(occasion),),
            extensions={Extension.ROLE: Role.MENTOR.value},
        ),
    )


def _membership(occasion: Occasion, template: str, verb: Verb, who: Actor, role: Role) -> Json:
    return told(
        occasion,
        Telling(
            template=template,
            actor=who,
            verb=verb,
            object=programme_activity(occasion),
            extensions={Extension.ROLE: role.value},
        ),
    )
