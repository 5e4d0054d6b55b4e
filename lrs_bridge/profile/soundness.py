"""Profiles held to their own specification, as far as ours could break it.

https://github.com/adlnet/xapi-profiles/blob/master/xapi-profiles-structure.md
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations
from typing import Any

from lrs_bridge.errors import StatementInvalid
from lrs_bridge.profile.paths import path
from lrs_bridge.validation.rules import iri

Json = Mapping[str, Any]

_PROFILE = (
    "id",
    "@context",
    "type",
    "conformsTo",
    "prefLabel",
    "definition",
    "versions",
    "author",
)
_SHARED = ("id", "type", "inScheme")
_WITH_WORDS = (*_SHARED, "prefLabel", "definition")
_FIELDS = {
    "Verb": _WITH_WORDS,
    "ActivityType": _WITH_WORDS,
    "AttachmentUsageType": _WITH_WORDS,
    "ContextExtension": _WITH_WORDS,
    "ResultExtension": _WITH_WORDS,
    "ActivityExtension": _WITH_WORDS,
    "Activity": (*_SHARED, "activityDefinition"),
    "StatementTemplate": _WITH_WORDS,
    "Pattern": _SHARED,
}
_DETERMINING = (
    "contextGroupingActivityType",
    "contextParentActivityType",
    "contextOtherActivityType",
    "contextCategoryActivityType",
    "attachmentUsageType",
)
_KINDS_OF_PATTERN = ("alternates", "optional", "oneOrMore", "sequence", "zeroOrMore")


def faults_of(profile: Json) -> list[str]:
    """Return what is wrong with a profile, a sentence each; none: it can be published."""
    return [
        *_incomplete(profile),
        *_empty(profile, ""),
        *_ids(profile),
        *_ambiguous(profile.get("templates", ())),
        *_rules(profile.get("templates", ())),
        *_extensions(profile.get("concepts", ())),
        *_patterns(profile),
    ]


def _parts(profile: Json) -> Iterator[Json]:
    return chain.from_iterable(
        profile.get(name, ()) for name in ("concepts", "templates", "patterns")
    )


def _incomplete(profile: Json) -> Iterator[str]:
    yield from (f"The profile lacks {name}." for name in _PROFILE if name not in profile)
    for version in profile.get("versions", ()):
        if "id" not in version or "generatedAtTime" not in version:
            yield "A version lacks its id or when it was made."
    versions = {version.get("id") for version in profile.get("versions", ())}
    for part in _parts(profile):
        name = part.get("id", "Something without an id")
        fields = _FIELDS.get(part.get("type", ""))
        if fields is None:
            yield f"{name} is of no type that a profile can hold."
            continue
        if part.get("primary"):
            fields = _WITH_WORDS
        yield from (f"{name} lacks {field}." for field in fields if field not in part)
        if part.get("inScheme") not in versions:
            yield f"{name} is in no version of this profile."


def _empty(value: Any, where: str) -> Iterator[str]:
    """Nothing may be null or empty (structure 4.0)."""
    if value is None or value in ("", [], {}):
        yield f"{where or 'The profile'} is empty."
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _empty(member, f"{where}/{name}")
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from _empty(member, f"{where}/{number}")


def _ids(profile: Json) -> Iterator[str]:
    ids = [profile.get("id"), *(each.get("id") for each in profile.get("versions", ()))]
    ids += [part.get("id") for part in _parts(profile)]
    for id, times in Counter(ids).items():
        if times > 1:
            yield f"{id} is the id of {times} things."
        try:
            iri(id)
        except StatementInvalid:
            yield f"{id} is no IRI."


def _ambiguous(templates: Sequence[Json]) -> Iterator[str]:
    """Yield pairs of templates that would bind one statement, so that both rules must hold.

    What determines one is a part of what determines the other: a template without a type of object
    binds whatever its verb binds.
    """
    for one, other in combinations(templates, 2):
        if _overlap(one, other):
            yield f"{one.get('id')} and {other.get('id')} bind the same statements."


def _overlap(one: Json, other: Json) -> bool:
    for name in ("verb", "objectActivityType"):
        if name in one and name in other and one[name] != other[name]:
            return False
    refers = [bool(each.get("objectStatementRefTemplate")) for each in (one, other)]
    types = ["objectActivityType" in each for each in (one, other)]
    if (refers[0] and types[1]) or (refers[1] and types[0]):
        return False
    wanted = [
        {(name, type) for name in _DETERMINING for type in each.get(name, ())}
        for each in (one, other)
    ]
    return wanted[0] <= wanted[1] or wanted[1] <= wanted[0]


def _rules(templates: Sequence[Json]) -> Iterator[str]:
    for template in templates:
        if "objectStatementRefTemplate" in template and "objectActivityType" in template:
            yield f"{template['id']} wants an activity and a statement as its object."
        for rule in template.get("rules", ()):
            if not {"presence", "any", "all", "none"}.intersection(rule):
                yield f"{template['id']} has a rule that asks for nothing."
            if rule.get("presence", "included") not in ("included", "excluded", "recommended"):
                yield f"{template['id']} has a rule of a presence that there is not."
            for place in ("location", "selector"):
                try:
                    path(rule.get(place, "$") if place == "selector" else rule.get(place, ""))
                except ValueError as error:
                    yield f"{template['id']} has a rule about no place: {error}"


def _extensions(concepts: Sequence[Json]) -> Iterator[str]:
    for concept in concepts:
        if "schema" in concept and "inlineSchema" in concept:
            yield f"{concept.get('id')} has two schemas."
        if "inlineSchema" in concept:
            try:
                json.loads(concept["inlineSchema"])
            except (TypeError, ValueError):
                yield f"The schema of {concept.get('id')} is not JSON in a string."
        is_activity = concept.get("type") == "ActivityExtension"
        if "recommendedVerbs" in concept and (
            is_activity or not str(concept.get("type")).endswith("Extension")
        ):
            yield f"{concept.get('id')} recommends verbs, which only extensions of statements may."


def _patterns(profile: Json) -> Iterator[str]:
    patterns = {each.get("id"): each for each in profile.get("patterns", ())}
    known = {each.get("id") for each in profile.get("templates", ())} | set(patterns)
    for id, pattern in patterns.items():
        kinds = [kind for kind in _KINDS_OF_PATTERN if kind in pattern]
        if len(kinds) != 1:
            yield f"{id} is not exactly one kind of pattern."
            continue
        members = _members(pattern)
        yield from (
            f"{id} names {each}, which is not there." for each in members if each not in known
        )
        if kinds[0] in ("alternates", "sequence") and len(members) < 2:
            yield f"{id} needs two members."
        if kinds[0] == "alternates" and any(
            {"optional", "zeroOrMore"}.intersection(patterns.get(each, ())) for each in members
        ):
            yield f"{id} has among its alternates what may be absent."
        if _comes_back(id, patterns):
            yield f"{id} is within itself."
    if patterns and not any(each.get("primary") for each in patterns.values()):
        yield "No pattern is primary, so that none is ever looked for."


def _members(pattern: Json) -> list[str]:
    members = next(pattern[kind] for kind in _KINDS_OF_PATTERN if kind in pattern)
    return [members] if isinstance(members, str) else list(members)


def _comes_back(id: Any, patterns: Mapping[Any, Json]) -> bool:
    reached: set[Any] = set()
    waiting = [id]
    while waiting:
        pattern = patterns.get(waiting.pop())
        if pattern is None or not any(kind in pattern for kind in _KINDS_OF_PATTERN):
            continue
        new = set(_members(pattern)) - reached
        if id in new:
            return True
        reached |= new
        waiting += new
    return False
