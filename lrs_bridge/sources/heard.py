"""A statement as the readers of xAPI look at it: who, did what, to what, when.

Statements come from our own store, which has checked them, and from others, which may have checked
less. So everything is looked at once, here, and what is not as it must be counts as not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from lrs_bridge.completion import Completion, Sighting, State, event_hash
from lrs_bridge.identity import PersonKey, ifi, mailbox, person_keys, same_place, surest_first
from lrs_bridge.sources.payload import instant, listed, mapping, names, text
from lrs_bridge.vocabulary import COURSE_TYPES, PROFILE, Verb

Deed = Literal["completed", "passed", "failed", "uncompleted", "progressed", "satisfied", "waived"]

_ADL = "http://adlnet.gov/expapi/verbs"
_CMI5 = "https://w3id.org/xapi/adl/verbs"  # as cmi5 itself spells them; its first profile: _ADL
_DEEDS: Mapping[str, Deed] = {
    same_place(Verb.COMPLETED): "completed",
    same_place(Verb.PASSED): "passed",
    same_place(Verb.FAILED): "failed",
    same_place(Verb.UNCOMPLETED): "uncompleted",
    same_place(f"{_ADL}/progressed"): "progressed",
    same_place(f"{_CMI5}/satisfied"): "satisfied",
    same_place(f"{_ADL}/satisfied"): "satisfied",
    same_place(f"{_CMI5}/waived"): "waived",
    same_place(f"{_ADL}/waived"): "waived",
}
_COURSES = frozenset(same_place(type) for type in COURSE_TYPES)
_OURS = f"{same_place(PROFILE)}/"
# What an account is called that is no username: a number or a UUID of the system's own.
_NUMBERED = re.compile(r"\d+|[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something that can be done.

    Attributes:
        type: as `same_place` writes it; "" if it has none.
        called: what its definition says are its names.
    """

    id: str
    type: str = ""
    called: Any = None

    @property
    def is_course(self) -> bool:
        """Whether any sender that we know calls such a thing a course."""
        return self.type in _COURSES

    @property
    def names(self) -> dict[str, str]:
        """What it is called, by language; may be empty."""
        return names(self.called)

    @property
    def name(self) -> str | None:
        """What it is called in whichever language comes first."""
        return next(iter(self.names.values()), None)


@dataclass(frozen=True, kw_only=True)  # without slots: what is asked by every dialect is kept
class Topic:
    """What a statement is about, and what it says around that."""

    activity: Activity
    _context: Mapping[str, Any]

    def related(self, *relations: str) -> Iterator[Activity]:
        """Return the activities of the context, relation by relation: parent, grouping …"""
        return (found for one in self._related(relations) if (found := _activity(one)))

    def course(self) -> Activity | None:
        """Return the first course that it is part of."""
        for one in self._related(("parent", "grouping")):
            if _type(mapping(one)) in _COURSES and (activity := _activity(one)):
                return activity
        return None

    def within(self, course: Activity | None) -> Sighting | None:
        """Return what the statement is about as a module of `course`, or None without one."""
        if course is None:
            return None
        module = self.activity
        return Sighting(course_key=course.id, module_key=module.id, module_name=module.name)

    def is_in(self, category: str) -> bool:
        """Tell whether it is of a category, such as a profile."""
        return same_place(category) in self.categories

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The places of its categories."""
        categories = (_id(mapping(one)) for one in self._related(("category",)))
        return tuple(same_place(id) for id in categories if id)

    def extension(self, key: str) -> Any:
        """Return an extension of the context, or None."""
        return mapping(self._context.get("extensions")).get(key)

    @cached_property
    def is_ours(self) -> bool:
        """Whether we made the statement: it must never make us do anything."""
        ours = (f"{place}/".startswith(_OURS) for place in self.categories)
        extensions = mapping(self._context.get("extensions"))
        return any(ours) or any(same_place(key).startswith(_OURS) for key in extensions)

    def _related(self, relations: Iterable[str]) -> Iterator[Any]:
        """Yield what is said to be related: as it came, since most of it is asked little."""
        said = mapping(self._context.get("contextActivities"))
        for relation in relations:
            yield from listed(said.get(relation))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A statement that may be about a completion.

    Attributes:
        actor: the inverse functional identifier, from `identity.ifi`.
        verb: the IRI as it was sent; `deed` is what it means.
        id: of the statement, if it came with one.
    """

    actor: str
    person_keys: tuple[PersonKey, ...]
    verb: str
    deed: Deed
    topic: Topic
    at: datetime
    result: Mapping[str, Any]
    id: UUID | None

    @property
    def activity(self) -> Activity:
        """What it was done to."""
        return self.topic.activity

    @property
    def success(self) -> bool | None:
        """What the result says of it."""
        said = self.result.get("success")
        return said if isinstance(said, bool) else None

    @property
    def completion(self) -> bool | None:
        """What the result says of it."""
        said = self.result.get("completion")
        return said if isinstance(said, bool) else None

    def told(
        self,
        source: str,
        organisation_id: UUID,
        state: State,
        *,
        course: Activity | None,
        module: Activity | None,
        event_id: str | None = None,
        lti_item: bool = False,
    ) -> Completion:
        """Return that this is a completion of `module`, or of `course` if there is none.

        Args:
            event_id: what the event is known by; made of who, what and when unless it is given, so
                the ids that stores gave its statements do not count.
        """
        deed = f"{self.deed} {state}"
        made = event_id or event_hash(self.actor, deed, same_place(self.activity.id), self.at)
        return Completion(
            organisation_id=organisation_id,
            source=source,
            source_event_id=made,
            person_keys=self.person_keys,
            course_key=course.id if course else None,
            module_key=module.id if module else None,
            kind="module" if module else "course",
            state=state,
            at=self.at,
            reference=self.id,
            course_names=course.names if course else {},
            module_names=module.names if module else {},
            lti_item=lti_item,
        )


def topic_of(statement: Mapping[str, Any]) -> Topic | None:
    """Return what a statement is about, or None if that is no activity."""
    activity = _activity(statement.get("object"))
    if activity is None:
        return None
    return Topic(activity=activity, _context=mapping(statement.get("context")))


def heard(statement: Mapping[str, Any], topic: Topic) -> Heard | None:
    """Return what a statement about `topic` says, or None if that is nobody's completion."""
    verb = text(mapping(statement.get("verb")).get("id"))
    deed = _DEEDS.get(same_place(verb)) if verb else None
    if verb is None or deed is None:
        return None
    who = _who(statement.get("actor"))
    at = instant(statement.get("timestamp"))
    if who is None or at is None:
        return None
    actor, keys = who
    return Heard(
        actor=actor,
        person_keys=keys,
        verb=verb,
        deed=deed,
        topic=topic,
        at=at,
        result=mapping(statement.get("result")),
        id=_uuid(statement.get("id")),
    )


def _activity(value: Any) -> Activity | None:
    thing = mapping(value)
    id = _id(thing)
    if id is None:
        return None
    return Activity(id=id, type=_type(thing), called=mapping(thing.get("definition")).get("name"))


def _id(thing: Mapping[str, Any]) -> str | None:
    """Return the id of what should be an activity, or None if it is none."""
    return text(thing.get("id")) if thing.get("objectType", "Activity") == "Activity" else None


def _type(thing: Mapping[str, Any]) -> str:
    said = text(mapping(thing.get("definition")).get("type"))
    return same_place(said) if said else ""


def _who(value: Any) -> tuple[str, tuple[PersonKey, ...]] | None:
    """Return the identifier and the keys of one person; a group has none."""
    actor = _comparable(mapping(value))
    keys = person_keys(actor) if actor else ()
    identifier = ifi(actor) if actor else None
    if identifier is None or not keys:
        return None
    if "account" in actor:
        name = actor["account"]["name"]
        if _MAIL.fullmatch(name):
            keys += (PersonKey.mbox(name),)
        if not _NUMBERED.fullmatch(name):
            keys += (PersonKey.username(name, home=actor["account"]["homePage"]),)
    return identifier, surest_first(keys)


def _comparable(actor: Mapping[str, Any]) -> dict[str, Any]:
    """Return what identifies a valid agent, and nothing for anything else."""
    if actor.get("objectType", "Agent") != "Agent":
        return {}
    account = mapping(actor.get("account"))
    home, account_name = text(account.get("homePage")), text(account.get("name"))
    if home and account_name:
        return {"account": {"homePage": home, "name": account_name}}
    mbox, digest, openid = (text(actor.get(it)) for it in ("mbox", "mbox_sha1sum", "openid"))
    if mbox and mbox.lower().startswith("mailto:") and "@" in mailbox(mbox)[8:]:
        return {"mbox": mbox}
    if digest and re.fullmatch(r"[0-9a-fA-F]{40}", digest):
        return {"mbox_sha1sum": digest}
    return {"openid": openid} if openid else {}


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
