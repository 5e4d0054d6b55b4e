"""Our own statements: one function per template of our profile.

Facts go in as frozen values, a plain JSON-able dict comes out, checked against the standard and
against our profile. What happened is told by ids, times and types alone: no text, no name or
address of a person, and no rating unless the programme has chosen to share it.

    attended(occasion, mentee, check_in_id, seconds=1500)
    voided(correction, statement_id)          # "we spoke" was said by mistake

A person is an account, a mailbox or a digest of one: whatever the LMS writes in the same store.

An id is made of the organisation, the event, the template and the revision, so telling the same
event again makes the same statement. A correction is a new revision, after the old is voided.

`tincan` is used here and nowhere else: it builds what we send. It neither checks nor sends.
"""

from lrs_bridge.compose.around import (
    circle_attended,
    reminder_sent,
    resource_viewed,
    survey_answered,
)
from lrs_bridge.compose.building import written_agent
from lrs_bridge.compose.check_ins import (
    agenda_prepared,
    attended,
    cancelled,
    check_in_assigned,
    mentored,
    missed,
    note_shared,
    rated,
    rescheduled,
    scheduled,
)
from lrs_bridge.compose.checking import (
    checked,
)
from lrs_bridge.compose.goals import (
    applied,
    endorsed,
    goal_achieved,
    goal_progressed,
    goal_set,
)
from lrs_bridge.compose.outside import (
    completion_observed,
    voided,
)
from lrs_bridge.compose.pairings import (
    pairing_accepted,
    pairing_declined,
    pairing_ended,
    pairing_proposed,
)
from lrs_bridge.compose.programmes import (
    joined,
    left,
    mentor_attached,
    programme_created,
)
from lrs_bridge.compose.values import (
    Account,
    Actor,
    Competency,
    Correction,
    Course,
    EndReason,
    Goal,
    Mailbox,
    MailboxDigest,
    Module,
    Observed,
    Occasion,
    Programme,
    Rating,
    Resource,
    Role,
    Trigger,
)

__all__ = [
    "Account",
    "Actor",
    "Competency",
    "Correction",
    "Course",
    "EndReason",
    "Goal",
    "Mailbox",
    "MailboxDigest",
    "Module",
    "Observed",
    "Occasion",
    "Programme",
    "Rating",
    "Resource",
    "Role",
    "Trigger",
    "agenda_prepared",
    "applied",
    "attended",
    "cancelled",
    "check_in_assigned",
    "checked",
    "circle_attended",
    "completion_observed",
    "endorsed",
    "goal_achieved",
    "goal_progressed",
    "goal_set",
    "joined",
    "left",
    "mentor_attached",
    "mentored",
    "missed",
    "note_shared",
    "pairing_accepted",
    "pairing_declined",
    "pairing_ended",
    "pairing_proposed",
    "programme_created",
    "rated",
    "reminder_sent",
    "rescheduled",
    "resource_viewed",
    "scheduled",
    "survey_answered",
    "voided",
    "written_agent",
]
