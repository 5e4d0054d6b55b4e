"""Statements about what there is around the talks: circles, resources, surveys, reminders."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import tincan

from lrs_bridge.compose.building import (
    Json,
    Telling,
    activity,
    lasting,
    programme_activity,
    scored,
    session_activity,
    system,
    titled_activity,
    told,
    written_agent,
)
from lrs_bridge.compose.values import Actor, Occasion, Rating, Resource
from lrs_bridge.vocabulary import ActivityType, Extension, Mode, Verb


def circle_attended(occasion: Occasion, who: Actor, session_id: UUID, *, seconds: float) -> Json:
    """Somebody was at a session of their circle, whose leader is the occasion's mentor."""
    session = activity(
        f"{occasion.tool}/circles/{occasion.circle_id}/sessions/{session_id}",
        ActivityType.CIRCLE_SESSION,
    )
    return told(
        occasion,
        Telling(
            template="circle-attended",
            actor=who,
            verb=Verb.ATTENDED,
            object=session,
            mode=Mode.SOCIAL,
            for_mentee=who != occasion.mentor,
            parents=(programme_activity(occasion),),
            result=lasting(seconds),
        ),
    )


def resource_viewed(
    occasion: Occasion, who: Actor, resource: Resource, *, check_in_id: UUID | None = None
) -> Json:
    """One of the two opened something to read or watch.

    Args:
        check_in_id: the check-in that it was for; None: the programme as a whole.
    """
    return told(
        occasion,
        Telling(
            template="resource-viewed",
            actor=who,
            verb=Verb.VIEWED,
            object=titled_activity(occasion, resource.iri, resource.title, ActivityType.RESOURCE),
            mode=Mode.SOCIAL,
            for_mentee=who != occasion.mentor,
            parents=(_session_or_programme(occasion, check_in_id),),
        ),
    )


def survey_answered(
    occasion: Occasion, who: Actor, survey_id: UUID, *, rating: Rating | None = None
) -> Json:
    """Somebody answered a survey of the programme; never what.

    Args:
        rating: only of a survey on a scale whose numbers the programme shares with the store.
    """
    return told(
        occasion,
        Telling(
            template="survey-answered",
            actor=who,
            verb=Verb.SUBMIT,
            object=activity(f"{occasion.tool}/surveys/{survey_id}", ActivityType.SURVEY),
            for_mentee=who != occasion.mentor,
            parents=(programme_activity(occasion),),
            result=None if rating is None else tincan.Result(score=scored(rating)),
        ),
    )


def reminder_sent(
    occasion: Occasion, to: Actor, message_id: UUID, *, check_in_id: UUID | None = None
) -> Json:
    """The tool reminded somebody."""
    return told(
        occasion,
        Telling(
            template="reminder-sent",
            actor=system(occasion.tool),
            verb=Verb.SEND,
            object=activity(f"{occasion.tool}/messages/{message_id}", ActivityType.MESSAGE),
            parents=(_session_or_programme(occasion, check_in_id),),
            extensions={Extension.TARGET: written_agent(to)},
        ),
    )


def _session_or_programme(occasion: Occasion, check_in_id: UUID | None) -> Any:
    if check_in_id is None:
        return programme_activity(occasion)
    return session_activity(occasion, check_in_id)
