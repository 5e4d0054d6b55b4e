"""Statements about the life of a check-in. All of them are learning with people: the "20"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import tincan

from lrs_bridge.compose.building import (
    Json,
    Telling,
    activity,
    agent,
    lasting,
    pairing_activity,
    scored,
    session_activity,
    titled_activity,
    told,
)
from lrs_bridge.compose.values import Actor, Module, Occasion, Rating, Role, Trigger
from lrs_bridge.statement import written_timestamp
from lrs_bridge.vocabulary import ActivityType, Extension, Mode, Verb


def check_in_assigned(
    occasion: Occasion,
    mentee: Actor,
    check_in_id: UUID,
    trigger: Trigger,
    *,
    module: Module | None = None,
) -> Json:
    """A completion opened a check-in for the mentee.

    Args:
        module: what was completed, when it was not the whole course.
    """
    facts = {
        "rule": str(trigger.rule),
        "source": trigger.source,
        "activity": trigger.activity,
        "at": written_timestamp(trigger.at),
    }
    completed = () if module is None else (titled_activity(occasion, module.iri, module.title),)
    return _of_session(
        occasion,
        "check-in-assigned",
        Verb.WAS_ASSIGNED,
        mentee,
        check_in_id,
        extensions={Extension.TRIGGER: facts},
        others=completed,
        reference=trigger.statement_id,
    )


def scheduled(
    occasion: Occasion, by: Actor, check_in_id: UUID, *, start: datetime, seconds: int
) -> Json:
    """A time is set. It lies ahead, so it is an extension and not the timestamp."""
    return _of_session(
        occasion,
        "scheduled",
        Verb.SCHEDULE,
        by,
        check_in_id,
        extensions=_plan(start, seconds),
    )


def rescheduled(
    occasion: Occasion,
    by: Actor,
    check_in_id: UUID,
    *,
    start: datetime,
    seconds: int,
    previous_start: datetime,
) -> Json:
    """Another time is set."""
    previous = written_timestamp(previous_start)
    return _of_session(
        occasion,
        "rescheduled",
        Verb.RESCHEDULED,
        by,
        check_in_id,
        extensions={**_plan(start, seconds), Extension.PREVIOUS_START_TIME: previous},
    )


def cancelled(occasion: Occasion, by: Actor, check_in_id: UUID) -> Json:
    """The check-in will not take place; why, stays in the tool."""
    return _of_session(occasion, "cancelled", Verb.CANCEL, by, check_in_id)


def missed(occasion: Occasion, who: Actor, check_in_id: UUID) -> Json:
    """Somebody did not come."""
    return _of_session(occasion, "missed", Verb.MISSED, who, check_in_id)


def attended(occasion: Occasion, mentee: Actor, check_in_id: UUID, *, seconds: float) -> Json:
    """The check-in took place: the mentee's side of it."""
    return _of_session(
        occasion, "attended", Verb.ATTENDED, mentee, check_in_id, result=lasting(seconds)
    )


def mentored(
    occasion: Occasion, mentor: Actor, mentee: Actor, check_in_id: UUID, *, seconds: float
) -> Json:
    """The check-in took place: the mentor's side of it. Its object is the mentee."""
    return told(
        occasion,
        Telling(
            template="mentored",
            actor=mentor,
            verb=Verb.MENTORED,
            object=agent(mentee),
            mode=Mode.SOCIAL,
            parents=(session_activity(occasion, check_in_id),),
            result=lasting(seconds),
        ),
    )


def agenda_prepared(occasion: Occasion, by: Actor, check_in_id: UUID) -> Json:
    """One of the two wrote down what to talk about; what, stays with them."""
    agenda = activity(f"{occasion.tool}/check-ins/{check_in_id}/agenda", ActivityType.CHECKLIST)
    return _beside_session(occasion, "agenda-prepared", Verb.AUTHOR, by, check_in_id, agenda)


def note_shared(occasion: Occasion, by: Actor, check_in_id: UUID, note_id: UUID) -> Json:
    """One of the two left the other a note; what it says, stays with them."""
    note = activity(f"{occasion.tool}/check-ins/{check_in_id}/notes/{note_id}", ActivityType.NOTE)
    return _beside_session(occasion, "note-shared", Verb.SHARED, by, check_in_id, note)


def rated(
    occasion: Occasion,
    giver: Actor,
    role: Role,
    check_in_id: UUID,
    *,
    rating: Rating | None = None,
) -> Json:
    """Somebody gave feedback on the check-in.

    Args:
        role: of the giver.
        rating: only if the programme shares ratings with the store; never the words.
    """
    return _of_session(
        occasion,
        "rated",
        Verb.RATED,
        giver,
        check_in_id,
        extensions={Extension.ROLE: role.value},
        result=None if rating is None else tincan.Result(score=scored(rating)),
    )


def _of_session(
    occasion: Occasion,
    template: str,
    verb: Verb,
    actor: Actor,
    check_in_id: UUID,
    *,
    extensions: Mapping[Extension, Any] | None = None,
    others: tuple[Any, ...] = (),
    reference: UUID | None = None,
    result: Any = None,
) -> Json:
    return told(
        occasion,
        Telling(
            template=template,
            actor=actor,
            verb=verb,
            object=session_activity(occasion, check_in_id),
            mode=Mode.SOCIAL,
            for_mentee=actor != occasion.mentor,
            parents=(pairing_activity(occasion),),
            others=others,
            extensions=extensions,
            reference=reference,
            result=result,
        ),
    )


def _beside_session(
    occasion: Occasion, template: str, verb: Verb, actor: Actor, check_in_id: UUID, thing: Any
) -> Json:
    return told(
        occasion,
        Telling(
            template=template,
            actor=actor,
            verb=verb,
            object=thing,
            mode=Mode.SOCIAL,
            for_mentee=actor != occasion.mentor,
            parents=(session_activity(occasion, check_in_id),),
        ),
    )


def _plan(start: datetime, seconds: int) -> dict[Extension, str]:
    return {
        Extension.PLANNED_START_TIME: written_timestamp(start),
        Extension.PLANNED_DURATION: f"PT{seconds}S",
    }
