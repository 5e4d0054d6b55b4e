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
    REGISTERED = f"{_ADL}/verbs/registered"
    VOIDED = f"{_ADL}/verbs/voided"
    # Activity streams: xapi-authored-profiles/activity-streams
    ACCEPT = f"{_STREAMS}/accept"
    CANCEL = f"{_STREAMS}/cancel"
    CLOSE = f"{_STREAMS}/close"
    INVITE = f"{_STREAMS}/invite"
    REJECT = f"{_STREAMS}/reject"
    REQUEST = f"{_STREAMS}/request"
    SCHEDULE = f"{_STREAMS}/schedule"
    # Tin Can registry: xapi-authored-profiles/tincan
    MENTORED = f"{_TINCAN}/verb/mentored"
    RATED = f"{_TINCAN}/verb/rated"
    UNREGISTERED = f"{_TINCAN}/verb/unregistered"
    # AcrossX: xapi-authored-profiles/acrossx
    WAS_ASSIGNED = f"{_ACROSSX}/verbs/was-assigned"
    # EDLM, as Moodle's logstore writes it
    UNCOMPLETED = f"{_EDLM}/verbs/uncompleted"
    # Ours
    MISSED = f"{PROFILE}/verbs/missed"
    RESCHEDULED = f"{PROFILE}/verbs/rescheduled"


class ActivityType(StrEnum):
    """What something is."""

    CATEGORY = f"{_TINCAN}/activitytype/category"
    COURSE = f"{_ADL}/activities/course"
    XAPI_PROFILE = f"{_ADL}/activities/profile"
    CMI5_COURSE = f"{_CMI5}/activitytype/course"
    CMI5_COURSE_OLD = f"{_CMI5}/activities/course"  # the spelling of cmi5's first profile
    LMS = f"{_TINCAN}/activitytype/lms"
    LMS_COURSE = f"{_TINCAN}/activitytype/lms/course"
    LMS_MODULE = f"{_TINCAN}/activitytype/lms/module"
    PAGE = f"{_ACROSSX}/activities/page"
    SECTION = f"{_TINCAN}/activitytype/section"
    # Ours
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
    """Keys of extensions, all of them of the context."""

    INVITEE = f"{_TINCAN}/extension/invitee"
    PLANNED_DURATION = f"{_TINCAN}/extension/planned-duration"
    PLANNED_START_TIME = f"{_TINCAN}/extension/planned-start-time"
    # Moodle's logstore describes the event behind a statement here
    INFO = "http://lrs.learninglocker.net/define/extensions/info"
    # Ours
    END_REASON = f"{PROFILE}/extensions/end-reason"
    PREVIOUS_START_TIME = f"{PROFILE}/extensions/previous-start-time"
    ROLE = f"{PROFILE}/extensions/role"
    TRIGGER = f"{PROFILE}/extensions/trigger"
    VOID_REASON = f"{PROFILE}/extensions/void-reason"
