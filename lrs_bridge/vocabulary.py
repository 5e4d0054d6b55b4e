"""Verbs, activity types and extensions, each under the profile that defines it.

Only IRIs that somebody has published are used, and our own where nobody has the idea. Which
statement uses which is written in `compose`; see also docs on the vocabulary.
"""

from __future__ import annotations

from enum import StrEnum

# A reserved name (RFC 2606) until the project has a domain of its own. Everything that is ours is
# built from it, so moving is one line and a new version of the profile.
PROFILE = "https://mentes.example/xapi"
PROFILE_VERSION = f"{PROFILE}/v1.0"
# Begins the IRI of a course that a source has only a name for (a tag URI, RFC 4151).
NAMED = "tag:mentes.example,2026:named/"

_ADL = "http://adlnet.gov/expapi"
_TINCAN = "http://id.tincanapi.com"
_ACROSSX = "https://w3id.org/xapi/acrossx"
_CMI5 = "https://w3id.org/xapi/cmi5"
_TLA = "https://w3id.org/xapi/tla"
# ADL publishes the activity streams verbs without "schema/1.0/"; older senders have it.
_STREAMS = "http://activitystrea.ms"
_EDLM = "https://xapi.edlm/profiles/edlm-lms/concepts"


class Verb(StrEnum):
    """What was done."""

    # ADL: https://registry.tincanapi.com/#profile/19, xapi-authored-profiles/adl
    ATTENDED = f"{_ADL}/verbs/attended"
    COMPLETED = f"{_ADL}/verbs/completed"
    FAILED = f"{_ADL}/verbs/failed"
    PASSED = f"{_ADL}/verbs/passed"
    PROGRESSED = f"{_ADL}/verbs/progressed"
    REGISTERED = f"{_ADL}/verbs/registered"
    SHARED = f"{_ADL}/verbs/shared"
    VOIDED = f"{_ADL}/verbs/voided"
    # Activity streams: xapi-authored-profiles/activity-streams
    ACCEPT = f"{_STREAMS}/accept"
    AUTHOR = f"{_STREAMS}/author"
    CANCEL = f"{_STREAMS}/cancel"
    CLOSE = f"{_STREAMS}/close"
    CREATE = f"{_STREAMS}/create"
    INVITE = f"{_STREAMS}/invite"
    REJECT = f"{_STREAMS}/reject"
    REQUEST = f"{_STREAMS}/request"
    SCHEDULE = f"{_STREAMS}/schedule"
    SEND = f"{_STREAMS}/send"
    SUBMIT = f"{_STREAMS}/submit"
    # Tin Can registry: xapi-authored-profiles/tincan
    DEFINED = f"{_TINCAN}/verb/defined"
    MENTORED = f"{_TINCAN}/verb/mentored"
    RATED = f"{_TINCAN}/verb/rated"
    UNREGISTERED = f"{_TINCAN}/verb/unregistered"
    VIEWED = f"{_TINCAN}/verb/viewed"
    # AcrossX: xapi-authored-profiles/acrossx
    WAS_ASSIGNED = f"{_ACROSSX}/verbs/was-assigned"
    # TLA: used by ADL's profile of competency management, and declared by nobody
    ACHIEVED = f"{_TLA}/verbs/achieved"
    # EDLM, as Moodle's logstore writes it
    UNCOMPLETED = f"{_EDLM}/verbs/uncompleted"
    # Ours
    APPLIED = f"{PROFILE}/verbs/applied"
    ENDORSED = f"{PROFILE}/verbs/endorsed"
    MISSED = f"{PROFILE}/verbs/missed"
    RESCHEDULED = f"{PROFILE}/verbs/rescheduled"


class ActivityType(StrEnum):
    """What something is."""

    CATEGORY = f"{_TINCAN}/activitytype/category"
    CHECKLIST = f"{_TINCAN}/activitytype/checklist"
    COMPETENCY = f"{_TLA}/activity-types/competency"
    COURSE = f"{_ADL}/activities/course"
    XAPI_PROFILE = f"{_ADL}/activities/profile"
    CMI5_COURSE = f"{_CMI5}/activitytype/course"
    CMI5_COURSE_OLD = f"{_CMI5}/activities/course"  # the spelling of cmi5's first profile
    GOAL = f"{_TINCAN}/activitytype/goal"
    LMS = f"{_TINCAN}/activitytype/lms"
    LMS_COURSE = f"{_TINCAN}/activitytype/lms/course"
    LMS_MODULE = f"{_TINCAN}/activitytype/lms/module"
    MESSAGE = f"{_ACROSSX}/activities/message"
    NOTE = f"{_ACROSSX}/activities/note"
    PAGE = f"{_ACROSSX}/activities/page"
    RESOURCE = f"{_TINCAN}/activitytype/resource"
    SECTION = f"{_TINCAN}/activitytype/section"
    SURVEY = f"{_TINCAN}/activitytype/survey"  # as Moodle's logstore has it
    # Ours
    CIRCLE_SESSION = f"{PROFILE}/activity-types/circle-session"
    PAIRING = f"{PROFILE}/activity-types/pairing"
    PROGRAMME = f"{PROFILE}/activity-types/programme"
    SESSION = f"{PROFILE}/activity-types/session"


# What an LMS may call a course, in any version of any sender that we know.
COURSE_TYPES = frozenset(
    {
        ActivityType.COURSE,
        ActivityType.CMI5_COURSE,
        ActivityType.CMI5_COURSE_OLD,
        ActivityType.LMS_COURSE,
    }
)


class Mode(StrEnum):
    """The three ways of learning of 70-20-10, as category activities."""

    FORMAL = f"{PROFILE}/modes/formal"
    SOCIAL = f"{PROFILE}/modes/social"
    EXPERIENTIAL = f"{PROFILE}/modes/experiential"


class Extension(StrEnum):
    """Keys of extensions: `PROGRESS` of the result, all others of the context."""

    DUE_DATE = f"{_TLA}/extensions/due_date"
    EVIDENCE = f"{_TLA}/extensions/evidence"
    INVITEE = f"{_TINCAN}/extension/invitee"
    LEARNER = f"{_TLA}/extensions/learner"
    PLANNED_DURATION = f"{_TINCAN}/extension/planned-duration"
    PLANNED_START_TIME = f"{_TINCAN}/extension/planned-start-time"
    PROGRESS = f"{_CMI5}/result/extensions/progress"
    TARGET = f"{_TINCAN}/extension/target"
    # Moodle's logstore describes the event behind a statement here
    INFO = "http://lrs.learninglocker.net/define/extensions/info"
    # Ours
    END_REASON = f"{PROFILE}/extensions/end-reason"
    PREVIOUS_START_TIME = f"{PROFILE}/extensions/previous-start-time"
    ROLE = f"{PROFILE}/extensions/role"
    SOURCE = f"{PROFILE}/extensions/source"
    TRIGGER = f"{PROFILE}/extensions/trigger"
    VOID_REASON = f"{PROFILE}/extensions/void-reason"
