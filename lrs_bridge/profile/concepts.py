"""The concepts that are ours. What others have published is used by its IRI, never redefined."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from lrs_bridge.vocabulary import PROFILE_VERSION, ActivityType, Extension, Mode, Verb

Json = dict[str, Any]

_TINCAN = "http://id.tincanapi.com"
_ACTIVITY_CONTEXT = "https://w3id.org/xapi/profiles/activity-context"


def concepts() -> list[Json]:
    """Return the concepts of our profile."""
    return [*_verbs(), *_types(), *_modes(), *_extensions()]


def concept(id: str, type: str, label: str, definition: str, **more: Any) -> Json:
    """Return one concept, or template, or pattern, of this version of the profile."""
    return {
        "id": str(id),
        "type": type,
        "inScheme": PROFILE_VERSION,
        "prefLabel": {"en": label},
        "definition": {"en": definition},
        **more,
    }


def _verbs() -> Iterator[Json]:
    yield concept(
        Verb.APPLIED,
        "Verb",
        "applied",
        "The actor used a skill at work, outside any course. The object is the competency.",
        relatedMatch=[f"{_TINCAN}/verb/performed-offline"],
    )
    yield concept(
        Verb.ENDORSED,
        "Verb",
        "endorsed",
        "The actor confirms, from what they saw or heard, that a learner used a skill at work. The "
        "object is a reference to the statement that told of it.",
        broadMatch=["https://w3id.org/xapi/acrossx/verbs/liked"],
        relatedMatch=["https://w3id.org/xapi/tla/verbs/verified"],
    )
    yield concept(
        Verb.MISSED,
        "Verb",
        "missed",
        "The actor did not come to a session that was booked. Says nothing about why.",
    )
    yield concept(
        Verb.RESCHEDULED,
        "Verb",
        "rescheduled",
        "The actor agreed another time for a session that was booked.",
        broadMatch=[str(Verb.SCHEDULE)],
    )


def _types() -> Iterator[Json]:
    yield concept(
        ActivityType.PROGRAMME,
        "ActivityType",
        "mentoring programme",
        "Mentoring beside a course: who takes part, and which completions lead to a session.",
    )
    yield concept(
        ActivityType.PAIRING,
        "ActivityType",
        "pairing",
        "A mentor and a mentee of one programme, from the proposal to the end.",
    )
    yield concept(
        ActivityType.SESSION,
        "ActivityType",
        "mentoring session",
        "One conversation of a pairing, or the time for it: a check-in.",
        broadMatch=["http://adlnet.gov/expapi/activities/meeting"],
        relatedMatch=[f"{_TINCAN}/activitytype/tutor-session"],
    )
    yield concept(
        ActivityType.CIRCLE_SESSION,
        "ActivityType",
        "circle session",
        "One conversation of a mentoring circle: several mentees and whoever leads it.",
        broader=[str(ActivityType.SESSION)],
    )


def _modes() -> Iterator[Json]:
    for mode, name, description in (
        (Mode.FORMAL, "formal learning", "Learning in courses: the 10 of 70-20-10."),
        (Mode.SOCIAL, "social learning", "Learning with people: the 20 of 70-20-10."),
        (Mode.EXPERIENTIAL, "experiential learning", "Learning at work: the 70 of 70-20-10."),
    ):
        yield {
            "id": str(mode),
            "type": "Activity",
            "inScheme": PROFILE_VERSION,
            "activityDefinition": {
                "@context": _ACTIVITY_CONTEXT,
                "type": str(ActivityType.CATEGORY),
                "name": {"en": name},
                "description": {"en": description},
            },
        }


END_REASONS = ("completed", "withdrawn", "inactive", "rematched", "programme-ended", "other")
ROLES = ("mentor", "mentee")


def _extensions() -> Iterator[Json]:
    time = {"type": "string", "format": "date-time"}
    yield _extension(
        Extension.ROLE,
        "role",
        "In which part the actor takes part.",
        {"enum": list(ROLES)},
        [Verb.REGISTERED, Verb.UNREGISTERED, Verb.WAS_ASSIGNED, Verb.RATED],
    )
    yield _extension(
        Extension.TRIGGER,
        "trigger",
        "Which completion led to a session: the id of the rule that it met, who told of it, the "
        "IRI of what was completed, and when it was.",
        {
            "type": "object",
            "required": ["rule", "source", "activity", "at"],
            "properties": {
                "rule": {"type": "string", "format": "uuid"},
                "source": {"type": "string"},
                "activity": {"type": "string", "format": "iri"},
                "at": time,
            },
        },
        [Verb.WAS_ASSIGNED],
    )
    yield _extension(
        Extension.PREVIOUS_START_TIME,
        "previous start time",
        "When a session was to begin before it was rescheduled.",
        time,
        [Verb.RESCHEDULED],
    )
    yield _extension(
        Extension.END_REASON,
        "end reason",
        "Why a pairing ended.",
        {"enum": list(END_REASONS)},
        [Verb.CLOSE],
    )
    yield _extension(
        Extension.SOURCE,
        "source",
        "Who told of a completion that no statement had told of: canvas, caliper, csv and others.",
        {"type": "string"},
        [Verb.COMPLETED],
    )
    yield _extension(
        Extension.VOID_REASON,
        "void reason",
        "Why a statement was voided, in the context of the voiding statement.",
        {"type": "string"},
        [Verb.VOIDED],
    )


def _extension(
    key: Extension, label: str, definition: str, schema: Json, verbs: Sequence[Verb]
) -> Json:
    return concept(
        key,
        "ContextExtension",
        label,
        definition,
        recommendedVerbs=[str(verb) for verb in verbs],
        inlineSchema=json.dumps(schema),
    )
