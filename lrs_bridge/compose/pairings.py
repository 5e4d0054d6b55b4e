"""Statements about the life of a pairing."""

from __future__ import annotations

from uuid import UUID

import tincan

from lrs_bridge.compose.building import (
    Json,
    Telling,
    pairing_activity,
    programme_activity,
    system,
    told,
    written_agent,
)
from lrs_bridge.compose.values import Actor, EndReason, Occasion
from lrs_bridge.vocabulary import Extension, Verb


def pairing_proposed(
    occasion: Occasion,
    invitee: Actor,
    *,
    by: Actor | None = None,
    requested: bool = False,
    closing: UUID | None = None,
) -> Json:
    """A pairing is proposed to `invitee`.

    Args:
        by: who proposes it; None when the matching did.
        requested: whether a mentee asks for this mentor, rather than being brought together.
        closing: the statement that closed the pairing that this one replaces.
    """
    return told(
        occasion,
        Telling(
            template="pairing-requested" if requested else "pairing-proposed",
            actor=by or system(occasion.tool),
            verb=Verb.REQUEST if requested else Verb.INVITE,
            object=pairing_activity(occasion),
            parents=(programme_activity(occasion),),
            extensions={Extension.INVITEE: written_agent(invitee)},
            reference=closing,
        ),
    )


def pairing_accepted(occasion: Occasion, who: Actor) -> Json:
    """Mentor or mentee says yes to the pairing."""
    return _answered(occasion, "pairing-accepted", Verb.ACCEPT, who)


def pairing_declined(occasion: Occasion, who: Actor) -> Json:
    """Mentor or mentee says no to the pairing; why, stays in the tool."""
    return _answered(occasion, "pairing-declined", Verb.REJECT, who)


def pairing_ended(
    occasion: Occasion,
    reason: EndReason,
    *,
    by: Actor | None = None,
    successor: UUID | None = None,
) -> Json:
    """The pairing is over.

    Args:
        by: who ended it; None when a rule did.
        successor: the id of the pairing that replaces it.
    """
    completed = reason is EndReason.COMPLETED
    return told(
        occasion,
        Telling(
            template="pairing-ended",
            actor=by or system(occasion.tool),
            verb=Verb.CLOSE,
            object=pairing_activity(occasion),
            parents=(programme_activity(occasion),),
            others=() if successor is None else (pairing_activity(occasion, successor),),
            extensions={Extension.END_REASON: reason.value},
            result=tincan.Result(completion=True) if completed else None,
        ),
    )


def _answered(occasion: Occasion, template: str, verb: Verb, who: Actor) -> Json:
    return told(
        occasion,
        Telling(
            template=template,
            actor=who,
            verb=verb,
            object=pairing_activity(occasion),
            for_mentee=who != occasion.mentor,
            parents=(programme_activity(occasion),),
        ),
    )
