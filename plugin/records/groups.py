"""What is told, in groups that an instructor or an administrator switches for a programme."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from plugin.foundation.events import happened
from plugin.foundation.i18n import to_say
from plugin.programmes.events import RecordedGroupsSet
from plugin.programmes.model import Programme


class Group(StrEnum):
    """A group of statements; which is in which is in docs/vocabulary.md."""

    TAKING_PART = "taking-part"
    PAIRING = "pairing"
    CHECK_INS = "check-ins"
    NOTES = "notes"
    FEEDBACK = "feedback"
    COMPLETIONS = "completions"
    GOALS = "goals"
    ON_THE_JOB = "on-the-job"
    CIRCLES = "circles"
    RESOURCES = "resources"
    SURVEYS = "surveys"
    REMINDERS = "reminders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A group in words: what is told, and whether it is unless somebody says otherwise."""

    label: str
    told: str
    by_default: bool = True
    is_there: bool = True
    """Whether Mentes has what it tells of; the others hold as soon as it does."""


GROUPS: Final[Mapping[Group, Described]] = {
    Group.TAKING_PART: Described(
        label=to_say("Taking part"),
        told=to_say(
            "That there is mentoring in the course, who joins and leaves, and which mentors are "
            "there."
        ),
    ),
    Group.PAIRING: Described(
        label=to_say("Pairs"),
        told=to_say("That two are brought together, and that it ends: when, and as what."),
    ),
    Group.CHECK_INS: Described(
        label=to_say("Check-ins"),
        told=to_say(
            "That a completion opened one; that it was booked, moved, called off, missed or held, "
            "when and how long."
        ),
    ),
    Group.NOTES: Described(
        label=to_say("Notes and agendas"),
        told=to_say(
            "That one of the two left the other a line or a next step; never what it says."
        ),
    ),
    Group.FEEDBACK: Described(
        label=to_say("Looking back"),
        told=to_say("That somebody looked back on a check-in; never what they think of it."),
    ),
    Group.COMPLETIONS: Described(
        label=to_say("Completions"),
        told=to_say(
            "That a learner completed something of the course, where your platform writes no "
            "learning record about it itself."
        ),
    ),
    Group.GOALS: Described(
        label=to_say("Goals"),
        told=to_say("That a learner set, came closer to or reached a goal; never what it is."),
    ),
    Group.ON_THE_JOB: Described(
        label=to_say("Use on the job"),
        told=to_say("That a learner used a skill at work, which one, and that a mentor saw it."),
        is_there=False,
    ),
    Group.CIRCLES: Described(
        label=to_say("Circles"),
        told=to_say("That somebody was at a session of their circle, and how long."),
    ),
    Group.RESOURCES: Described(
        label=to_say("Things to read"),
        told=to_say("That one of the two opened something to read or watch, and what."),
        is_there=False,
    ),
    Group.SURVEYS: Described(
        label=to_say("Surveys"),
        told=to_say("That somebody answered a survey; never what."),
        is_there=False,
    ),
    Group.REMINDERS: Described(
        label=to_say("Reminders"),
        told=to_say("That Mentes reminded somebody. Off unless you want it: it is a lot."),
        by_default=False,
        is_there=False,
    ),
}


def told_groups(programme: Programme) -> frozenset[Group]:
    """Return the groups that are told in a programme."""
    chosen = programme.recorded_groups
    return frozenset(group for group, said in GROUPS.items() if chosen.get(group, said.by_default))


def groups_set(
    session: Session, programme: Programme, told: Collection[Group], *, by: UUID, now: datetime
) -> None:
    """Tell these groups from now on, and no others; what is owed already stays owed."""
    if frozenset(told) == told_groups(programme):
        return
    programme.recorded_groups = {group.value: group in told for group in Group}
    off = " ".join(group for group in Group if group not in told)
    happened(session, RecordedGroupsSet(at=now, subject_id=programme.id, actor_id=by, off=off))
