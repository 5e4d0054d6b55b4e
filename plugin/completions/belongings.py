"""What in other rooms belongs to a person, as merging two of them asks: what moves, what stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import InstrumentedAttribute

from plugin.checkins.model import CheckIn, Feedback
from plugin.circles.model import Circle, CircleAttendance, CircleMember, CircleSession
from plugin.completions.model import CompletionRow
from plugin.completions.waiting_model import Binding
from plugin.courses.model import Membership, RosterQuestion
from plugin.goals.model import Commitment
from plugin.launches.model import BrowserSession, Launch
from plugin.matching.model import Draft, DraftPair, DraftUnmatched, MatchingRules
from plugin.pairings.model import Pairing
from plugin.people.model import PersonIdentifier, PersonMerge, PrivacyRequest
from plugin.programmes.model import KeptPart, Participation

MOVED: Final = (
    PersonIdentifier.person_id,
    Membership.person_id,
    Participation.person_id,
    Pairing.mentor_id,
    Pairing.mentee_id,
    CheckIn.mentee_id,
    Feedback.person_id,
    CompletionRow.person_id,
    Binding.person_id,
    BrowserSession.person_id,
    Launch.person_id,
    Circle.mentor_id,
    CircleMember.person_id,
    CircleAttendance.person_id,
    Commitment.mentee_id,
)
"""What of a person becomes the other's."""

LEFT: Final = (
    MatchingRules.made_by,
    Draft.made_by,
    DraftPair.mentee_id,
    DraftPair.mentor_id,
    DraftUnmatched.mentee_id,
    Binding.made_by,
    Binding.undone_by,
    CircleSession.proposed_by,
    PrivacyRequest.person_id,
    PrivacyRequest.settled_by,
    PersonMerge.kept_id,
    PersonMerge.merged_id,
    PersonMerge.made_by,
    PersonMerge.undone_by,
    RosterQuestion.settled_by,
    KeptPart.kept_by,
)
"""What is not: who did something or asked, and what a draft was about, is history."""

LEFT_ABOVE: Final = frozenset(
    {"placed_item.placed_by", "record_withdrawal.person_id", "told_name.person_id"}
)
"""The same, of rooms that build upon this one."""

LIKES: Final[Mapping[type, tuple[InstrumentedAttribute[Any], ...]]] = {
    Membership: (Membership.course_id,),
    Participation: (Participation.programme_id, Participation.part),
    Feedback: (Feedback.checkin_id,),
    CircleMember: (CircleMember.circle_id,),
    CircleAttendance: (CircleAttendance.session_id,),
    PersonIdentifier: (PersonIdentifier.scheme, PersonIdentifier.home, PersonIdentifier.value),
}
"""What somebody has once: by what a row is the like of another."""


def column_name(column: InstrumentedAttribute[Any]) -> str:
    """Return what a column is called in a plan and in the record of a merge."""
    return f"{column.class_.__tablename__}.{column.key}"
