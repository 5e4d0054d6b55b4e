"""How a stored statement is shown: exact, ids or canonical.

`exact` is the received text with the store's own members added at its end; nothing is parsed.
The other two are made from the parsed statement by a writer that keeps numbers as they were
spelt.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#213-get-statements
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from lrs_bridge.identity import IDENTIFIERS
from lrs_bridge.lrs.spelling import parsed, written
from lrs_bridge.statement import in_utc, listed
from lrs_bridge.validation.objects import COMPONENTS

Json = Any
Choose = Callable[[Mapping[str, str]], dict[str, str]]
"""Keeps one language of a language map."""


def exact(text: str, assigned: str) -> str:
    """Return the JSON of a statement: what was received, and then what the store assigned."""
    return f"{text[:-1]},{assigned[1:]}"


def ids(text: str, assigned: str) -> str:
    """Return the JSON of a statement with only what identifies its actors, verb and activities."""
    return written(_reduced(parsed(exact(text, assigned)), _identified, _verb_id, _activity_id))


def whole(text: str, assigned: str) -> Json:
    """Return a statement as `exact` shows it, taken apart for `canonical`."""
    return parsed(exact(text, assigned))


class Definitions(Protocol):
    """What is known of activities."""

    def get(self, id: str, otherwise: Json, /) -> Json:
        """Return the definition of an activity, or `otherwise`."""


def canonical(statement: Json, known: Definitions, choose: Choose) -> str:
    """Return the JSON of a statement as the store knows its activities, in one language per map.

    The display of a verb is the statement's own: it is no property of the verb.

    Args:
        statement: as `whole` returns it.
        known: canonical definitions of activities, by their ids.
    """

    def verb(value: Json) -> Json:
        return _with_chosen(value, ("display",), choose)

    def activity(value: Json) -> Json:
        definition = known.get(value["id"], value.get("definition"))
        if definition is None:
            return value
        definition = _with_chosen(definition, ("name", "description"), choose)
        for name in definition.keys() & COMPONENTS:
            definition[name] = [
                _with_chosen(one, ("description",), choose) for one in definition[name]
            ]
        return {**value, "definition": definition}

    return written(_reduced(statement, _unchanged, verb, activity))


def activities_in(statement: Json) -> set[str]:
    """Return the ids of the activities in a statement."""
    found = set()

    def note(activity: Json) -> Json:
        found.add(activity["id"])
        return activity

    _reduced(statement, _unchanged, _unchanged, note)
    return found


def altered(text: str, payload: Mapping[str, Any]) -> str | None:
    """Return the text with what an LRS must change in what it received, or None if nothing.

    It overwrites `stored` and `authority`, returns context activities as arrays even if a single
    one came without (part 2, section 2.4.6.2), and returns timestamps in UTC: 1.0.3 recommends it
    (section 4.5), 2.0 requires it.
    """
    if not (
        "stored" in payload
        or "authority" in payload
        or _has_lone_activity(payload)
        or _has_local_time(payload)
    ):
        return None
    kept = {k: v for k, v in parsed(text).items() if k not in ("stored", "authority")}
    return written(_with_times_in_utc(_reduced(kept, _unchanged, _unchanged, _unchanged)))


def _reduced(statement: Json, actor: Any, verb: Any, activity: Any) -> Json:
    """Return `statement` with each of its actors, verbs and activities put through a function."""
    shown = dict(statement)
    for name in ("actor", "authority"):
        if name in shown:
            shown[name] = actor(shown[name])
    shown["verb"] = verb(shown["verb"])
    kind = shown["object"].get("objectType", "Activity")
    if kind == "Activity":
        shown["object"] = activity(shown["object"])
    elif kind == "SubStatement":
        shown["object"] = _reduced(shown["object"], actor, verb, activity)
    elif kind != "StatementRef":
        shown["object"] = actor(shown["object"])
    if "context" in shown:
        shown["context"] = _reduced_context(shown["context"], actor, activity)
    return shown


def _reduced_context(context: Json, actor: Any, activity: Any) -> Json:
    shown = dict(context)
    for name in ("instructor", "team"):
        if name in shown:
            shown[name] = actor(shown[name])
    if "contextActivities" in shown:
        shown["contextActivities"] = {
            relation: [activity(one) for one in listed(several)]
            for relation, several in shown["contextActivities"].items()
        }
    for names, name in (("contextAgents", "agent"), ("contextGroups", "group")):
        if names in shown:
            shown[names] = [{**one, name: actor(one[name])} for one in shown[names]]
    return shown


def _unchanged(value: Json) -> Json:
    return value


def _identified(actor: Json) -> Json:
    shown = {k: actor[k] for k in ("objectType", *IDENTIFIERS) if k in actor}
    if not any(name in actor for name in IDENTIFIERS):
        shown["member"] = [_identified(member) for member in actor.get("member", ())]
    return shown


def _verb_id(verb: Json) -> Json:
    return {"id": verb["id"]}


def _activity_id(activity: Json) -> Json:
    return {"id": activity["id"]}


def _with_chosen(value: Json, names: tuple[str, ...], choose: Choose) -> Json:
    return {k: choose(v) if k in names else v for k, v in value.items()}


def _has_local_time(payload: Mapping[str, Any]) -> bool:
    for holder in (payload, payload["object"]):
        at = holder.get("timestamp")
        if at is not None and in_utc(at) != at:
            return True
    return False


def _with_times_in_utc(statement: Json) -> Json:
    shown = dict(statement)
    if "timestamp" in shown:
        shown["timestamp"] = in_utc(shown["timestamp"])
    if shown["object"].get("objectType") == "SubStatement":
        shown["object"] = _with_times_in_utc(shown["object"])
    return shown


def _has_lone_activity(payload: Mapping[str, Any]) -> bool:
    holders = (payload.get("context", {}), payload["object"].get("context", {}))
    return any(
        isinstance(activities, dict)
        for context in holders
        for activities in context.get("contextActivities", {}).values()
    )
