"""From facts to a statement, by way of tincan."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import tincan

from lrs_bridge.compose.checking import checked
from lrs_bridge.compose.values import Account, Actor, Course, Mailbox, Observed, Occasion, Rating
from lrs_bridge.vocabulary import PROFILE, PROFILE_VERSION, ActivityType, Extension, Mode, Verb

PLATFORM = "Mentes"
SYSTEM = "system"
NAMESPACE = uuid5(NAMESPACE_URL, PROFILE)

Json = dict[str, Any]

_DISPLAYS = {
    Verb.ACCEPT: "accepted",
    Verb.ACHIEVED: "achieved",
    Verb.APPLIED: "applied",
    Verb.ATTENDED: "attended",
    Verb.AUTHOR: "authored",
    Verb.CANCEL: "cancelled",
    Verb.CLOSE: "closed",
    Verb.COMPLETED: "completed",
    Verb.CREATE: "created",
    Verb.DEFINED: "defined",
    Verb.ENDORSED: "endorsed",
    Verb.INVITE: "invited",
    Verb.MENTORED: "mentored",
    Verb.MISSED: "missed",
    Verb.PROGRESSED: "progressed",
    Verb.RATED: "rated",
    Verb.REGISTERED: "registered",
    Verb.REJECT: "declined",
    Verb.REQUEST: "requested",
    Verb.RESCHEDULED: "rescheduled",
    Verb.SCHEDULE: "scheduled",
    Verb.SEND: "sent",
    Verb.SHARED: "shared",
    Verb.SUBMIT: "submitted",
    Verb.UNREGISTERED: "unregistered",
    Verb.VIEWED: "viewed",
    Verb.VOIDED: "voided",
    Verb.WAS_ASSIGNED: "was assigned",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What one template says of an occasion, beside what all of them say.

    Attributes:
        template: its name in our profile; part of the statement's id.
        object: a tincan Activity, Agent or StatementRef.
        mode: which of the three ways of learning it counts as, if any.
        for_mentee: whether the mentee did it, so that the mentor stands as instructor.
        of_programme: whether it belongs to the whole programme and to nobody's part in it.
        reference: a statement that this one came out of.
    """

    template: str
    actor: Actor
    verb: Verb
    object: Any
    mode: Mode | None = None
    for_mentee: bool = False
    of_programme: bool = False
    parents: tuple[Any, ...] = ()
    others: tuple[Any, ...] = ()
    extensions: Mapping[Extension, Any] | None = None
    reference: UUID | None = None
    result: Any = None


def told(occasion: Occasion, telling: Telling) -> Json:
    """Return the statement that tells `occasion` by one template.

    Raises:
        StatementInvalid: if what results breaks the standard or our profile.
        ValueError: if the time of the occasion is naive, or it belongs to nobody.
    """
    composed = written(
        id=statement_id(occasion, telling.template),
        actor=agent(telling.actor),
        verb=telling.verb,
        thing=telling.object,
        context=_context(occasion, telling),
        result=telling.result,
        at=occasion.at,
    )
    return checked(composed, telling.template, mailboxes=occasion.mailboxes)


def written(
    *, id: UUID, actor: Any, verb: Verb, thing: Any, context: Any, at: datetime, result: Any = None
) -> Json:
    """Return a statement as JSON, made by tincan, which checks nothing.

    Raises:
        ValueError: if its time is naive.
    """
    if at.tzinfo is None:
        raise ValueError("The time of a statement needs a zone.")
    statement = tincan.Statement(
        id=id,
        actor=actor,
        verb=tincan.Verb(id=verb.value, display=tincan.LanguageMap(en=_DISPLAYS[verb])),
        object=thing,
        context=context,
        result=result,
        timestamp=at.astimezone(UTC),
    )
    composed: Json = json.loads(statement.to_json())
    if "team" in composed["context"]:
        del composed["context"]["team"]["member"]  # tincan's empty list says "nobody"
    return composed


def statement_id(occasion: Occasion, template: str) -> UUID:
    """Return the id of what `template` says of `occasion`, always the same."""
    return named(occasion.organisation_id, occasion.event_id, template, occasion.revision)


def named(*parts: object) -> UUID:
    """Return the id that these parts make, always the same."""
    return uuid5(NAMESPACE, ":".join(map(str, parts)))


def registration(occasion: Occasion, telling: Telling) -> UUID:
    """Return what binds all statements of one pairing (circle, participation) together."""
    if telling.of_programme:
        return named("programme", occasion.programme.id)
    for kind, id in (
        ("pairing", occasion.pairing_id),
        ("circle", occasion.circle_id),
        ("participation", occasion.participation_id),
    ):
        if id is not None:
            return named(kind, id)
    raise ValueError("An occasion needs a pairing or a participation, or a circle.")


def agent(actor: Actor) -> Any:
    """Return the person whom `actor` names: by exactly one identifier."""
    if isinstance(actor, Account):
        return tincan.Agent(account=_account(actor.home_page, actor.name))
    if isinstance(actor, Mailbox):
        return tincan.Agent(mbox=f"mailto:{actor.address}")
    return tincan.Agent(mbox_sha1sum=actor.sha1sum)


def written_agent(actor: Actor) -> Json:
    """Return a person as our statements write them."""
    written: Json = agent(actor).as_version()
    return written


def system(tool: str) -> Account:
    """Return who did what nobody in particular did: the tool itself."""
    return Account(home_page=tool, name=SYSTEM)


def programme_activity(occasion: Occasion) -> Any:
    """Return the programme of the occasion."""
    iri = f"{occasion.tool}/programmes/{occasion.programme.id}"
    return activity(iri, ActivityType.PROGRAMME, _titled(occasion, occasion.programme.title))


def pairing_activity(occasion: Occasion, pairing_id: UUID | None = None) -> Any:
    """Return a pairing; that of the occasion unless another is named."""
    return activity(
        f"{occasion.tool}/pairings/{pairing_id or occasion.pairing_id}", ActivityType.PAIRING
    )


def session_activity(occasion: Occasion, check_in_id: UUID) -> Any:
    """Return a check-in, which the profile calls a session."""
    return activity(f"{occasion.tool}/check-ins/{check_in_id}", ActivityType.SESSION)


def course_activity(occasion: Occasion | Observed, course: Course) -> Any:
    """Return a course of the LMS."""
    return activity(course.iri, ActivityType.COURSE, _titled(occasion, course.title))


def activity(
    iri: str, type: ActivityType | None = None, names: Mapping[str, str] | None = None
) -> Any:
    """Return an activity with as much definition as is known."""
    if type is None and names is None:
        return tincan.Activity(id=iri)
    definition = tincan.ActivityDefinition()
    if type is not None:
        definition.type = type.value
    if names is not None:
        definition.name = tincan.LanguageMap(**names)
    return tincan.Activity(id=iri, definition=definition)


def mode_activity(mode: Mode) -> Any:
    """Return a way of learning, which statements are found by."""
    return activity(mode.value, ActivityType.CATEGORY)


def titled_activity(
    occasion: Occasion | Observed, iri: str, title: str | None, type: ActivityType | None = None
) -> Any:
    """Return an activity of somebody else; its type, unless given, is theirs to say."""
    return activity(iri, type, _titled(occasion, title))


def lasting(seconds: float) -> Any:
    """Return a result that says how long something took."""
    return tincan.Result(duration=timedelta(seconds=seconds))


def scored(rating: Rating) -> Any:
    """Return a rating as a score, scaled so that the middle of the range is 0."""
    span = rating.highest - rating.lowest
    scaled = 2 * (rating.given - rating.lowest) / span - 1
    return tincan.Score(
        scaled=round(scaled, 4), raw=rating.given, min=rating.lowest, max=rating.highest
    )


def _context(occasion: Occasion, telling: Telling) -> Any:
    about_activity = isinstance(telling.object, tincan.Activity)
    context = tincan.Context(
        registration=registration(occasion, telling),
        language=occasion.language,
        context_activities=_context_activities(occasion, telling),
    )
    if about_activity:  # the specification allows a platform for activities only
        context.platform = PLATFORM
    if telling.for_mentee and occasion.mentor is not None:
        context.instructor = agent(occasion.mentor)
    team = _team(occasion)
    if team is not None:  # identified, and without members: privacy
        context.team = tincan.Group(account=_account(occasion.tool, team))
    if telling.extensions:
        context.extensions = tincan.Extensions(
            {key.value: value for key, value in telling.extensions.items()}
        )
    if telling.reference is not None:
        context.statement = tincan.StatementRef(id=telling.reference)
    return context


def _team(occasion: Occasion) -> str | None:
    if occasion.pairing_id is not None:
        return f"pairing:{occasion.pairing_id}"
    return None if occasion.circle_id is None else f"circle:{occasion.circle_id}"


def _context_activities(occasion: Occasion, telling: Telling) -> Any:
    category = [activity(PROFILE_VERSION, ActivityType.XAPI_PROFILE)]
    if telling.mode is not None:
        category.append(mode_activity(telling.mode))
    said = {_id(one) for one in (telling.object, *telling.parents)}
    around = [programme_activity(occasion)]
    if occasion.course is not None:
        around.insert(0, course_activity(occasion, occasion.course))
    several = {
        "category": category,
        "parent": list(telling.parents),
        "grouping": [one for one in around if one.id not in said],
        "other": list(telling.others),
    }
    return tincan.ContextActivities(**_filled(several.items()))


def _filled(several: Iterable[tuple[str, list[Any]]]) -> dict[str, list[Any]]:
    return {relation: activities for relation, activities in several if activities}


def _id(thing: Any) -> str | None:
    return thing.id if isinstance(thing, tincan.Activity) else None


def _account(home_page: str, name: str) -> Any:
    return tincan.AgentAccount(home_page=home_page, name=name)


def _titled(occasion: Occasion | Observed, title: str | None) -> dict[str, str] | None:
    return None if title is None else {occasion.language: title}
