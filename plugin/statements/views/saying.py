"""The parts of a statement in a few words each. Whatever is missing, something is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from lrs_bridge.identity import IDENTIFIERS
from plugin.foundation.i18n import Words
from plugin.statements.verbs import last_word
from plugin.statements.who import host_of

Json = Any
Known = Mapping[str, Mapping[str, Any]]
"""Canonical definitions of activities, by their ids."""

SHORT = 160  # characters of a name in a list or a heading
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?)?")


def cut(text: str, longest: int = SHORT) -> str:
    """Return `text`, no longer than that."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def in_language(several: Mapping[str, str] | None, language: str) -> str:
    """Return the entry of a language map for a reader, else English, else the first; or ""."""
    if not several:
        return ""
    wanted = language.replace("_", "-").lower()
    for code in (wanted, wanted.partition("-")[0], "en"):
        for tag, text in several.items():
            if text.strip() and (tag.lower() == code or tag.lower().startswith(f"{code}-")):
                return text.strip()
    return next((text.strip() for text in several.values() if text.strip()), "")


def identifier(actor: Json) -> str:
    """Return what identifies an agent or group, as people read it; empty if it is anonymous."""
    if "account" in actor:
        return f"{actor['account']['name']} · {host_of(actor['account']['homePage'])}"
    if "mbox" in actor:
        return str(actor["mbox"].removeprefix("mailto:"))
    return next((str(actor[name]) for name in IDENTIFIERS if name in actor), "")


def actor_name(actor: Json, words: Words) -> str:
    """Return how a statement calls an agent or group; its identifier if it gives no name."""
    name = str(actor.get("name", "")).strip() or identifier(actor)
    if name:
        return cut(name)
    members = actor.get("member", ())
    if not members:
        return words.gettext("Nobody who is named")
    return words.ngettext("A group of one", "A group of %(num)d", len(members))


def verb_name(verb: Json, words: Words) -> str:
    """Return a verb as the statement displays it; the end of its IRI if it does not."""
    return cut(in_language(verb.get("display"), words.language) or last_word(verb["id"]))


def definition_of(activity: Json, known: Known) -> Mapping[str, Any]:
    """Return what the store knows of an activity, else what the statement says of it."""
    return known.get(activity["id"]) or activity.get("definition") or {}


def activity_name(activity: Json, known: Known, words: Words) -> str:
    """Return the name of an activity, or its id."""
    name = in_language(definition_of(activity, known).get("name"), words.language)
    return cut(name or activity["id"])


def object_name(what: Json, known: Known, words: Words) -> str:
    """Return the object of a statement in a few words."""
    kind = what.get("objectType", "Activity")
    if kind == "Activity":
        return activity_name(what, known, words)
    if kind == "StatementRef":
        return words.gettext("Another statement")
    if kind == "SubStatement":
        parts = (
            actor_name(what["actor"], words),
            verb_name(what["verb"], words),
            object_name(what["object"], known, words),
        )
        return cut(" ".join(parts))
    return actor_name(what, words)


def results(result: Json, words: Words) -> list[str]:
    """Return what came of it: passed, completed, the score, how long it took."""
    say = words.gettext
    found = []
    if "success" in result:
        found.append(say("successful") if result["success"] else say("not successful"))
    if "completion" in result:
        found.append(say("complete") if result["completion"] else say("not complete"))
    found += _score(result.get("score", {}), words)
    if "duration" in result:
        found.append(duration(result["duration"]))
    return found


def _score(score: Json, words: Words) -> list[str]:
    if "raw" in score and "max" in score:
        return [words.gettext("%(raw)s of %(max)s points", raw=score["raw"], max=score["max"])]
    if "scaled" in score:
        return [f"{round(float(score['scaled']) * 100)} %"]
    if "raw" in score:
        return [words.gettext("%(raw)s points", raw=score["raw"])]
    return []


def duration(text: str) -> str:
    """Return an ISO 8601 duration as people read it, or as it is if it has years and the like.

    >>> duration("PT1H5M")
    '1 h 5 min'
    """
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups()):
        return cut(text)
    units = zip(found.groups(), ("d", "h", "min", "s"), strict=True)
    return " ".join(f"{int(number)} {unit}" for number, unit in units if number)


def web_address(text: str) -> str:
    """Return an http(s) address that may become a link; empty for every other.

    Whatever else an IRI can be (javascript:, data:, file: …) must never be one click away.
    """
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:  # such as an unclosed IPv6 bracket
        return ""
    is_web = parts.scheme in ("http", "https") and host
    return text if is_web and text.isprintable() and not parts.username else ""
