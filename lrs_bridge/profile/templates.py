"""One template for each statement that we compose, in the order of the table in docs/vocabulary.

What binds a statement to its template is the verb and the type of its object, and no two templates
have the same: a statement that lacks something else is told what, rather than taken for none of
ours. All of them leave out text and names, and fields that would spoil somebody's dashboard:
`completion` is only where something is completed, `duration` where time was spent, `score` where
somebody judged.
"""

from __future__ import annotations

from typing import Any

from lrs_bridge.profile.concepts import END_REASONS, ROLES, concept
from lrs_bridge.vocabulary import PROFILE, PROFILE_VERSION, ActivityType, Extension, Mode, Verb

Json = dict[str, Any]


def template_id(name: str) -> str:
    """Return the IRI of the template of this name."""
    return f"{PROFILE}/templates/{name}"


def _at(location: str, presence: str, **values: list[Any]) -> Json:
    return {"location": location, "presence": presence, **values}


def _extension(key: Extension, presence: str = "included", **values: list[Any]) -> Json:
    where = "result" if key is Extension.PROGRESS else "context"
    return _at(f"$.{where}.extensions['{key}']", presence, **values)


def _parent(*types: ActivityType) -> Json:
    location = "$.context.contextActivities.parent[*].definition.type"
    return _at(location, "included", any=[str(each) for each in types])


def _mode(mode: Mode) -> Json:
    return _at("$.context.contextActivities.category[*].id", "included", any=[str(mode)])


_COMPLETION, _DURATION, _SCORE = "$.result.completion", "$.result.duration", "$.result.score"
_EVERYWHERE = [
    _at("$.id", "included"),
    _at("$.timestamp", "included"),
    _at("$.context.registration", "included"),
    _at("$.context.language", "included"),
    _at("$.context.contextActivities.category[*].id", "included", any=[PROFILE_VERSION]),
    _at("$.actor.name", "excluded"),
    _at("$.context.instructor.name", "excluded"),
    _at("$.context.team.member", "excluded"),
    _at("$.result.response", "excluded"),
]
_SOCIAL, _AT_WORK = _mode(Mode.SOCIAL), _mode(Mode.EXPERIENTIAL)
_TEAM = _at("$.context.team.account", "included")
_INSTRUCTOR = _at("$.context.instructor", "recommended")
_ROLE = _extension(Extension.ROLE, all=list(ROLES))
_PLAN = [_extension(Extension.PLANNED_START_TIME), _extension(Extension.PLANNED_DURATION)]
_OF_PROGRAMME = _parent(ActivityType.PROGRAMME)
_OF_PAIRING = [_parent(ActivityType.PAIRING), _TEAM]
_OF_SESSION = [_parent(ActivityType.SESSION), _TEAM]
_CHECK_IN = [_SOCIAL, *_OF_PAIRING]
_TOOK_TIME = _at(_DURATION, "included")


def _template(
    name: str,
    label: str,
    definition: str,
    verb: Verb,
    type: ActivityType | None,
    *rules: Json,
    **more: Any,
) -> Json:
    """Return a template; results that none of its rules speaks of are excluded."""
    spoken_of = {rule["location"] for rule in rules}
    excluded = [
        _at(location, "excluded")
        for location in (_COMPLETION, _DURATION, _SCORE)
        if not any(each.startswith(location) for each in spoken_of)
    ]
    binding = (
        {"verb": str(verb)}
        if type is None
        else {"verb": str(verb), "objectActivityType": str(type)}
    )
    return concept(
        template_id(name),
        "StatementTemplate",
        label,
        definition,
        **binding,
        **more,
        rules=[*_EVERYWHERE, *rules, *excluded],
    )


def templates() -> list[Json]:
    """Return the templates of our profile."""
    return [*_programmes(), *_pairings(), *_check_ins(), *_goals(), *_around()]


def _programmes() -> list[Json]:
    programme, course = ActivityType.PROGRAMME, ActivityType.COURSE
    return [
        _template(
            "programme-created",
            "programme created",
            "Somebody opened mentoring beside a course, which stands as grouping.",
            Verb.CREATE,
            programme,
        ),
        _template(
            "joined",
            "joined",
            "Somebody takes part in a programme, as mentor or mentee.",
            Verb.REGISTERED,
            programme,
            _ROLE,
        ),
        _template(
            "left",
            "left",
            "Somebody takes part in a programme no longer.",
            Verb.UNREGISTERED,
            programme,
            _ROLE,
        ),
        _template(
            "mentor-attached",
            "mentor attached to course",
            "A mentor is there for the learners of a course of the LMS.",
            Verb.WAS_ASSIGNED,
            course,
            _OF_PROGRAMME,
            _extension(Extension.ROLE, all=["mentor"]),
        ),
    ]


def _pairings() -> list[Json]:
    pairing = ActivityType.PAIRING
    proposed = (_OF_PROGRAMME, _TEAM, _extension(Extension.INVITEE))
    return [
        _template(
            "pairing-proposed",
            "pairing proposed",
            "A mentor and a mentee are to be brought together; the invitee is asked. A reference "
            "to a statement is to the one that closed the pairing before it.",
            Verb.INVITE,
            pairing,
            *proposed,
        ),
        _template(
            "pairing-requested",
            "pairing requested",
            "A mentee asks for this mentor.",
            Verb.REQUEST,
            pairing,
            *proposed,
        ),
        _template(
            "pairing-accepted",
            "pairing accepted",
            "Mentor or mentee says yes to a pairing.",
            Verb.ACCEPT,
            pairing,
            _OF_PROGRAMME,
            _TEAM,
        ),
        _template(
            "pairing-declined",
            "pairing declined",
            "Mentor or mentee says no to a pairing.",
            Verb.REJECT,
            pairing,
            _OF_PROGRAMME,
            _TEAM,
        ),
        _template(
            "pairing-ended",
            "pairing ended",
            "A pairing is over. It is completed only if that is the reason for its end.",
            Verb.CLOSE,
            pairing,
            _OF_PROGRAMME,
            _TEAM,
            _extension(Extension.END_REASON, all=list(END_REASONS)),
            _at(_COMPLETION, "recommended", all=[True]),
        ),
    ]


def _check_ins() -> list[Json]:
    session = ActivityType.SESSION
    return [
        _template(
            "check-in-assigned",
            "check-in assigned",
            "A completion led to a session. Where the LMS's own statement about it is in the same "
            "store, the context refers to it.",
            Verb.WAS_ASSIGNED,
            session,
            *_CHECK_IN,
            _INSTRUCTOR,
            _extension(Extension.TRIGGER),
        ),
        _template(
            "scheduled",
            "scheduled",
            "A time is set for a session. It lies ahead, so it is no timestamp.",
            Verb.SCHEDULE,
            session,
            *_CHECK_IN,
            *_PLAN,
        ),
        _template(
            "rescheduled",
            "rescheduled",
            "Another time is set for a session.",
            Verb.RESCHEDULED,
            session,
            *_CHECK_IN,
            *_PLAN,
            _extension(Extension.PREVIOUS_START_TIME),
        ),
        _template(
            "cancelled",
            "cancelled",
            "The time that was set for a session does not hold; another may be found.",
            Verb.CANCEL,
            session,
            *_CHECK_IN,
        ),
        _template(
            "missed",
            "missed",
            "Somebody did not come to a session; the actor is who was absent.",
            Verb.MISSED,
            session,
            *_CHECK_IN,
            _INSTRUCTOR,
        ),
        _template(
            "attended",
            "attended",
            "A session took place: the mentee's side of it.",
            Verb.ATTENDED,
            session,
            *_CHECK_IN,
            _INSTRUCTOR,
            _TOOK_TIME,
        ),
        _template(
            "mentored",
            "mentored",
            "A session took place: the mentor's side of it. The object is the mentee.",
            Verb.MENTORED,
            None,
            _SOCIAL,
            *_OF_SESSION,
            _at("$.object.objectType", "included", all=["Agent"]),
            _at("$.object.name", "excluded"),
            _TOOK_TIME,
        ),
        _template(
            "agenda-prepared",
            "agenda prepared",
            "One of the two wrote down what to talk about.",
            Verb.AUTHOR,
            ActivityType.CHECKLIST,
            _SOCIAL,
            *_OF_SESSION,
        ),
        _template(
            "note-shared",
            "note shared",
            "One of the two left the other a note. What it says is nobody else's business.",
            Verb.SHARED,
            ActivityType.NOTE,
            _SOCIAL,
            *_OF_SESSION,
        ),
        _template(
            "rated",
            "looked back",
            "One of the two looked back on a session. The score is there only if the programme "
            "shares ratings.",
            Verb.RATED,
            session,
            *_CHECK_IN,
            _ROLE,
            _at(f"{_SCORE}.scaled", "recommended"),
        ),
    ]


def _goals() -> list[Json]:
    goal = ActivityType.GOAL
    of_goal = (_SOCIAL, *_OF_PAIRING, _INSTRUCTOR, _extension(Extension.DUE_DATE, "recommended"))
    return [
        _template(
            "goal-set",
            "goal set",
            "A mentee set a goal; the competency that it serves stands as other.",
            Verb.DEFINED,
            goal,
            *of_goal,
        ),
        _template(
            "goal-progressed",
            "goal progressed",
            "A mentee came closer to a goal.",
            Verb.PROGRESSED,
            goal,
            *of_goal,
            _extension(Extension.PROGRESS),
        ),
        _template(
            "goal-achieved",
            "goal achieved",
            "A mentee reached a goal.",
            Verb.ACHIEVED,
            goal,
            *of_goal,
            _at("$.result.success", "included", all=[True]),
            _at(_COMPLETION, "included", all=[True]),
        ),
        _template(
            "applied",
            "applied on the job",
            "A mentee used a skill at work. Evidence is links, nothing else.",
            Verb.APPLIED,
            ActivityType.COMPETENCY,
            _AT_WORK,
            *_OF_PAIRING,
            _INSTRUCTOR,
            _extension(Extension.EVIDENCE, "recommended"),
            _at(_DURATION, "recommended"),
        ),
        _template(
            "endorsed",
            "endorsed",
            "A mentor confirms that a mentee used a skill at work.",
            Verb.ENDORSED,
            None,
            _AT_WORK,
            *_OF_PAIRING,
            _extension(Extension.LEARNER),
            _at(f"{_SCORE}.scaled", "recommended"),
            objectStatementRefTemplate=[template_id("applied")],
        ),
    ]


def _around() -> list[Json]:
    somewhere = _parent(ActivityType.SESSION, ActivityType.PROGRAMME)
    return [
        _template(
            "resource-viewed",
            "resource viewed",
            "One of the two opened something to read or watch.",
            Verb.VIEWED,
            ActivityType.RESOURCE,
            _SOCIAL,
            somewhere,
        ),
        _template(
            "survey-answered",
            "survey answered",
            "Somebody answered a survey of the programme. The score is there only if the programme "
            "shares it.",
            Verb.SUBMIT,
            ActivityType.SURVEY,
            _OF_PROGRAMME,
            _at(f"{_SCORE}.scaled", "recommended"),
        ),
        _template(
            "reminder-sent",
            "reminder sent",
            "The tool reminded somebody.",
            Verb.SEND,
            ActivityType.MESSAGE,
            somewhere,
            _extension(Extension.TARGET),
        ),
        _template(
            "circle-attended",
            "circle session attended",
            "Somebody was at a session of their circle.",
            Verb.ATTENDED,
            ActivityType.CIRCLE_SESSION,
            _SOCIAL,
            _OF_PROGRAMME,
            _TEAM,
            _INSTRUCTOR,
            _TOOK_TIME,
        ),
    ]


def patterns(of: list[Json]) -> list[Json]:
    """Return the patterns: sessions, goals and feedback interleave, so any order is one."""
    any_of_them = f"{PROFILE}/patterns/any"
    return [
        {
            "id": any_of_them,
            "type": "Pattern",
            "inScheme": PROFILE_VERSION,
            "prefLabel": {"en": "anything of mentoring"},
            "definition": {"en": "One statement by any of the templates."},
            "alternates": [template["id"] for template in of],
        },
        concept(
            f"{PROFILE}/patterns/mentoring-record",
            "Pattern",
            "mentoring record",
            "What is told of one pairing, circle, part in a programme or programme, which is one "
            "registration. What was corrected is voided, and told anew under another id.",
            primary=True,
            oneOrMore=any_of_them,
        ),
    ]
