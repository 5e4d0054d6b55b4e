"""Who is told of what, in the transaction of the event: the tool's reactions on one page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from plugin.checkins import events as checkins
from plugin.checkins import service as checkin_service
from plugin.circles.events import SessionHeld
from plugin.completions import arrivals, waiting
from plugin.completions import service as completions
from plugin.completions.events import CompletionObserved, CompletionTakenBack
from plugin.courses.events import ActivitySeen, CourseKnown, CourseNamed, MembersArrived
from plugin.foundation.db import Subscriber, Together
from plugin.goals import service as goals
from plugin.goals.events import CommitmentMade, CommitmentMoved
from plugin.items import service as items
from plugin.launches.events import ItemKnown, ItemReached
from plugin.matching import at_once
from plugin.matching.events import RulesSaved
from plugin.nudges.service import Nudges
from plugin.pairings import service as pairings
from plugin.pairings.events import PairingClosed, PairingMade
from plugin.people.events import PeopleMerged, PeopleParted, PersonKnown
from plugin.programmes import events as programmes
from plugin.programmes import keeping
from plugin.records.circles import RecordCircles
from plugin.records.completions import ObservedCompletions
from plugin.records.corrections import RecordCorrections
from plugin.records.goals import RecordGoals
from plugin.records.service import Records


def subscriptions(
    records: Records,
    corrections: RecordCorrections,
    observed: ObservedCompletions,
    steps: RecordGoals,
    circles: RecordCircles,
    nudges: Nudges | None,
) -> Mapping[type, Sequence[Subscriber]]:
    """Return the subscribers of every event; without `nudges` no mail is owed."""
    told: dict[type, list[Subscriber]] = defaultdict(list)
    # Records come first: what they say is true even if nobody is paired or mailed after it.
    told[programmes.Opened] += [records.on_opened_programme]
    told[programmes.Joined] += [records.on_joined, at_once.on_places]
    told[programmes.Left] += [records.on_left, pairings.on_left]
    told[programmes.MentorAttached] += [records.on_mentor_attached, at_once.on_places]
    told[programmes.MentorDetached] += [records.on_left]
    told[programmes.RecordingStopped] += [records.on_recording_stopped]
    for moment in (
        programmes.PlacesChanged,
        programmes.AnswersChanged,
        programmes.QuestionsSet,
        programmes.PairsBySet,
        RulesSaved,
    ):
        told[moment] += [at_once.on_places]
    told[PairingMade] += [records.on_pairing_made, completions.on_pairing_made]
    told[PairingClosed] += [
        records.on_pairing_closed,
        checkin_service.on_pairing_closed,
        at_once.on_places,
    ]
    told[ItemKnown] += [items.on_item_known]
    told[MembersArrived] += [keeping.on_members_arrived]
    told[ActivitySeen] += [keeping.on_activity_seen]
    told[ItemReached] += [arrivals.on_item_reached]
    told[PersonKnown] += [Together(waiting.on_people_known)]
    told[PeopleMerged] += [completions.on_people_merged_or_parted]
    told[PeopleParted] += [completions.on_people_merged_or_parted]
    told[CourseKnown] += [waiting.on_course_known]
    told[CourseNamed] += [waiting.on_course_named]
    told[checkins.Opened] += [Together(records.on_opened)]
    told[checkins.Booked] += [records.on_booked]
    told[checkins.Rebooked] += [records.on_rebooked]
    told[checkins.Cancelled] += [records.on_cancelled]
    told[checkins.Missed] += [records.on_missed]
    told[checkins.Held] += [records.on_held]
    told[checkins.Reflected] += [records.on_reflected, goals.on_reflected]
    told[checkins.TakenBack] += [corrections.on_taken_back]
    told[checkins.MinutesCorrected] += [corrections.on_minutes_corrected]
    told[checkins.AbsenceCorrected] += [corrections.on_absence_corrected]
    told[checkins.Withdrawn] += [corrections.on_withdrawn]
    told[CommitmentMade] += [steps.on_made]
    told[CommitmentMoved] += [steps.on_moved]
    told[SessionHeld] += [circles.on_held]
    told[CompletionObserved] += [Together(observed.on_observed)]
    told[CompletionTakenBack] += [Together(observed.on_taken_back)]
    if nudges is not None:
        told[checkins.Opened] += [Together(nudges.on_opened)]
        told[checkins.Booked] += [nudges.on_booked]
        told[checkins.Rebooked] += [nudges.on_booked]
        told[checkins.Cancelled] += [nudges.on_cancelled]
    return told
