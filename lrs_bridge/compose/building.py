"""From facts to a statement, by way of tincan."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import tincan

from lrs_bridge.compose.checking import checked
from lrs_bridge.compose.values import Account, Course, Occasion
from lrs_bridge.vocabulary import PROFILE, PROFILE_VERSION, ActivityType, Extension, Mode, Verb

PLATFORM = "Mentes"
NAMESPACE = uuid5(NAMESPACE_URL, PROFILE)

Json = dict[str, Any]

_DISPLAYS = {
    Verb.ACCEPT: "accepted",
    Verb.ATTENDED: "attended",
    Verb.CANCEL: "cancelled",
    Verb.CLOSE: "closed",
    Verb.INVITE: "invited",
    Verb.MENTORED: "mentored",
    Verb.MISSED: "missed",
    Verb.RATED: "rated",
    Verb.REGISTERED: "registered",
    Verb.REJECT: "declined",
    Verb.REQUEST: "requested",
    Verb.RESCHEDULED: "rescheduled",
    Verb.SCHEDULE: "scheduled",
    Verb.UNREGISTERED: "unregistered",
    Verb.WAS_ASSIGNED: "was assigned",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What one template says of an occasion, beside what all of them say.

    Attributes:
        template: its name in our profile; part of the statement's id.
        object: a tincan Activity or Agent.
        mode: which of the three ways of learning it counts as, if any.
        for_mentee: whether the mentee did it, so that the mentor stands as instructor.
        reference: a statement that this one came out of.
    """

    template: str
    actor: Account
    verb: Verb
    object: Any
    mode: Mode | None = None
    for_mentee: bool = False
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
    if occasion.at.tzinfo is None:
        raise ValueError("The time of an occasion needs a zone.")
    statement = tincan.Statement(
        id=statement_id(occasion, telling.template),
        actor=agent(telling.actor),
        verb=tincan.Verb(
            id=telling.verb.value, display=tincan.LanguageMap(en=_DISPLAYS[telling.verb])
        ),
        object=telling.object,
        context=_context(occasion, telling),
        result=telling.result,
        timestamp=occasion.at.astimezone(UTC),
    )
    composed: Json = json.loads(statement.to_json())
    if "team" in composed["context"]:
        del composed["context"]["team"]["member"]  # tincan's empty list says "nobody"
    return checked(composed)


def statement_id(occasion: Occasion, template: str) -> UUID:
    """Return the id of what `template` says of `occasion`, always the same."""
    name = f"{occasion.organisation_id}:{occasion.event_id}:{template}:{occasion.revision}"
    return uuid5(NAMESPACE, name)


def registration(occasion: Occasion) -> UUID:
    """Return what binds all statements of one pairing (or participation) together."""
    if occasion.pairing_id is not None:
        return uuid5(NAMESPACE, f"pairing:{occasion.pairing_id}")
    if occasion.participation_id is not None:
        return uuid5(NAMESPACE, f"participation:{occasion.participation_id}")
    raise ValueError("An occasion needs a pairing or a participation.")


def agent(account: Account) -> Any:
    """Return the person with this account."""
    return tincan.Agent(account=_account(account.home_page, account.name))


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


def course_activity(occasion: Occasion, course: Course) -> Any:
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


def titled_activity(occasion: Occasion, iri: str, title: str | None) -> Any:
    """Return somebody else's activity, whose type is theirs to say."""
    return activity(iri, names=_titled(occasion, title))


def lasting(seconds: float) -> Any:
    """Return a result that says how long something took."""
    return tincan.Result(duration=timedelta(seconds=seconds))


def _context(occasion: Occasion, telling: Telling) -> Any:
    about_activity = isinstance(telling.object, tincan.Activity)
    context = tincan.Context(
        registration=registration(occasion),
        language=occasion.language,
        context_activities=_context_activities(occasion, telling),
    )
    if about_activity:  # the specification allows a platform for activities only
        context.platform = PLATFORM
    if telling.for_mentee and occasion.mentor is not None:
        context.instructor = agent(occasion.mentor)
    if occasion.pairing_id is not None:  # identified, and without members: privacy
        context.team = tincan.Group(
            account=_account(occasion.tool, f"pairing:{occasion.pairing_id}")
        )
    if telling.extensions:
        context.extensions = tincan.Extensions(
            {key.value: value for key, value in telling.extensions.items()}
        )
    if telling.reference is not None:
        context.statement = tincan.StatementRef(id=telling.reference)
    return context


def _context_activities(occasion: Occasion, telling: Telling) -> Any:
    category = [activity(PROFILE_VERSION, ActivityType.XAPI_PROFILE)]
    if telling.mode is not None:
        category.append(activity(telling.mode.value, ActivityType.CATEGORY))
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


def _titled(occasion: Occasion, title: str | None) -> dict[str, str] | None:
    return None if title is None else {occasion.language: title}
