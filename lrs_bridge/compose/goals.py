"""Statements about what a mentee wants to reach, and about using it on the job: the "70"."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import tincan

from lrs_bridge.compose.building import (
    Json,
    Telling,
    activity,
    lasting,
    pairing_activity,
    scored,
    titled_activity,
    told,
    written_agent,
)
from lrs_bridge.compose.values import Actor, Competency, Goal, Occasion, Rating
from lrs_bridge.errors import StatementInvalid
from lrs_bridge.validation.rules import iri
from lrs_bridge.vocabulary import ActivityType, Extension, Mode, Verb


def goal_set(occasion: Occasion, mentee: Actor, goal: Goal) -> Json:
    """The mentee set a goal; what it is, stays with the pair."""
    return _of_goal(occasion, "goal-set", Verb.DEFINED, mentee, goal)


def goal_progressed(occasion: Occasion, mentee: Actor, goal: Goal, *, percent: int) -> Json:
    """The mentee came closer to a goal.

    Args:
        percent: how far they are: 0 to 100.

    Raises:
        ValueError: it is something else.
    """
    if not 0 <= percent <= 100:
        raise ValueError("Progress is between 0 and 100.")
    so_far = tincan.Result(extensions=tincan.Extensions({Extension.PROGRESS.value: percent}))
    return _of_goal(occasion, "goal-progressed", Verb.PROGRESSED, mentee, goal, so_far)


def goal_achieved(occasion: Occasion, mentee: Actor, goal: Goal) -> Json:
    """The mentee reached a goal."""
    done = tincan.Result(success=True, completion=True)
    return _of_goal(occasion, "goal-achieved", Verb.ACHIEVED, mentee, goal, done)


def applied(
    occasion: Occasion,
    mentee: Actor,
    competency: Competency,
    *,
    goal: Goal | None = None,
    evidence: tuple[str, ...] = (),
    seconds: float | None = None,
) -> Json:
    """The mentee used a skill at work.

    Args:
        evidence: links to what shows it; links alone.
        seconds: how long, if somebody said so.

    Raises:
        StatementInvalid: a piece of evidence is no IRI.
    """
    for number, link in enumerate(evidence):
        try:
            iri(link)
        except StatementInvalid as error:
            place = f"/context/extensions/{Extension.EVIDENCE.replace('/', '~1')}/{number}"
            raise error.within(place) from None
    return told(
        occasion,
        Telling(
            template="applied",
            actor=mentee,
            verb=Verb.APPLIED,
            object=_competency(occasion, competency),
            mode=Mode.EXPERIENTIAL,
            for_mentee=True,
            parents=(pairing_activity(occasion),),
            others=() if goal is None else (_goal(occasion, goal),),
            extensions={Extension.EVIDENCE: list(evidence)} if evidence else None,
            result=None if seconds is None else lasting(seconds),
        ),
    )


def endorsed(
    occasion: Occasion,
    mentor: Actor,
    mentee: Actor,
    told_use: UUID,
    *,
    rating: Rating | None = None,
) -> Json:
    """The mentor confirms that the mentee used a skill at work.

    Args:
        told_use: the id of the statement that told of the use.
        rating: only if the programme shares ratings with the store.
    """
    return told(
        occasion,
        Telling(
            template="endorsed",
            actor=mentor,
            verb=Verb.ENDORSED,
            object=tincan.StatementRef(id=told_use),
            mode=Mode.EXPERIENTIAL,
            parents=(pairing_activity(occasion),),
            extensions={Extension.LEARNER: written_agent(mentee)},
            result=None if rating is None else tincan.Result(score=scored(rating)),
        ),
    )


def _of_goal(
    occasion: Occasion, template: str, verb: Verb, mentee: Actor, goal: Goal, result: Any = None
) -> Json:
    serves = () if goal.competency is None else (_competency(occasion, goal.competency),)
    return told(
        occasion,
        Telling(
            template=template,
            actor=mentee,
            verb=verb,
            object=_goal(occasion, goal),
            mode=Mode.SOCIAL,
            for_mentee=True,
            parents=(pairing_activity(occasion),),
            others=serves,
            extensions=None if goal.due is None else {Extension.DUE_DATE: goal.due.isoformat()},
            result=result,
        ),
    )


def _goal(occasion: Occasion, goal: Goal) -> Any:
    return activity(f"{occasion.tool}/goals/{goal.id}", ActivityType.GOAL)


def _competency(occasion: Occasion, competency: Competency) -> Any:
    return titled_activity(occasion, competency.iri, competency.title, ActivityType.COMPETENCY)
