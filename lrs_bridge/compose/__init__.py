"""Our own statements: one function per template of our profile.

Facts go in as frozen values, a plain JSON-able dict comes out, checked against the standard and
against our profile. What happened is told by ids, times and types alone: no text, no name or
address of a person, and no rating unless the programme has chosen to share it.

    attended(occasion, mentee, check_in_id, seconds=1500)

An id is made of the organisation, the event, the template and the revision, so telling the same
event again makes the same statement. A correction is a new revision, after the old is voided.

`tincan` is used here and nowhere else: it builds what we send. It neither checks nor sends.
"""

from lrs_bridge.compose.check_ins import (
    attended,
    cancelled,
    check_in_assigned,
    mentored,
    missed,
    rated,
    rescheduled,
    scheduled,
)
from lrs_bridge.compose.checking import checked
from lrs_bridge.compose.pairings import (
    pairing_accepted,
    pairing_declined,
    pairing_ended,
    pairing_proposed,
)
from lrs_bridge.compose.programmes import joined, left, mentor_attached
from lrs_bridge.compose.values import (
    Account,
    Course,
    EndReason,
    Module,
    Occasion,
    Programme,
    Rating,
    Role,
    Trigger,
)

__all__ = [
    "Account",
    "Course",
    "EndReason",
    "Module",
    "Occasion",
    "Programme",
    "Rating",
    "Role",
    "Trigger",
    "attended",
    "cancelled",
    "check_in_assigned",
    "checked",
    "joined",
    "left",
    "mentor_attached",
    "mentored",
    "missed",
    "pairing_accepted",
    "pairing_declined",
    "pairing_ended",
    "pairing_proposed",
    "rated",
    "rescheduled",
    "scheduled",
]
