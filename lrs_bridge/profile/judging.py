"""Statements held to the templates of a profile: which they follow, and what is missing.

https://github.com/adlnet/xapi-profiles/blob/master/xapi-profiles-communication.md#statement-template-valid
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lrs_bridge.profile.paths import path, pointer

Json = Mapping[str, Any]

_CONTEXT_TYPES = {
    "contextGroupingActivityType": "$.context.contextActivities.grouping[*].definition.type",
    "contextParentActivityType": "$.context.contextActivities.parent[*].definition.type",
    "contextOtherActivityType": "$.context.contextActivities.other[*].definition.type",
    "contextCategoryActivityType": "$.context.contextActivities.category[*].definition.type",
    "attachmentUsageType": "$.attachments[*].usageType",
}
_REFERENCES = {
    "objectStatementRefTemplate": ("/object", path("$.object.objectType")),
    "contextStatementRefTemplate": ("/context/statement", path("$.context.statement.objectType")),
}
_UNMATCHABLE = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a statement lacks that its template wants.

    Attributes:
        pointer: where, as a JSON pointer (RFC 6901), as far as the rule names one place.
        requirement: what must be there, or must not.
    """

    pointer: str
    requirement: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.pointer} {self.requirement}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Which templates bind a statement, by their ids, and what each finds wrong in it.

    A statement follows the profile if some template binds it and none finds a fault.
    """

    bound: Mapping[str, Sequence[Fault]]

    @property
    def follows(self) -> bool:
        """Whether some template binds it, and all that do are content."""
        return bool(self.bound) and not any(self.bound.values())

    @property
    def faults(self) -> list[Fault]:
        """What is wrong, of all templates that bind it."""
        return [fault for faults in self.bound.values() for fault in faults]


Judge = Callable[[Json], Iterator[Fault]]


class Templates:
    """The templates of one profile, read once; judging reads a statement and nothing else."""

    def __init__(self, templates: Sequence[Json]) -> None:
        self._by_verb: dict[str | None, list[_Template]] = defaultdict(list)
        for template in templates:
            self._by_verb[template.get("verb")].append(_Template(template))

    def judged(self, statement: Json) -> Verdict:
        """Return which templates bind a valid statement, and what they find wrong."""
        verb = statement["verb"]["id"]
        candidates = [*self._by_verb.get(verb, ()), *self._by_verb.get(None, ())]
        return Verdict(
            bound={each.id: each.faults(statement) for each in candidates if each.binds(statement)}
        )


class _Template:
    """One template: its determining properties and its rules, compiled."""

    def __init__(self, template: Json) -> None:
        self.id: str = template["id"]
        self._object_type = template.get("objectActivityType")
        self._types = [
            (path(where), frozenset(template[name]))
            for name, where in _CONTEXT_TYPES.items()
            if name in template
        ]
        self._references = [_REFERENCES[name] for name in _REFERENCES if name in template]
        self._rules = [_rule(rule) for rule in template.get("rules", ())]

    def binds(self, statement: Json) -> bool:
        """Tell whether a statement of the template's verb has its determining properties."""
        if self._object_type is not None:
            definition = statement["object"].get("definition", {})
            if definition.get("type") != self._object_type:
                return False
        return all(wanted.issubset(where(statement)) for where, wanted in self._types)

    def faults(self, statement: Json) -> list[Fault]:
        """Return what the template finds wrong."""
        found = [
            Fault(pointer=where, requirement="must be a reference to a statement")
            for where, kind in self._references
            if kind(statement) != ["StatementRef"]
        ]
        for rule in self._rules:
            found.extend(rule(statement))
        return found


def _rule(rule: Json) -> Judge:
    """Return one rule of a template, compiled (structure 8.1)."""
    location = path(rule["location"])
    selector = path(rule["selector"]) if "selector" in rule else None
    place, presence = pointer(rule["location"]), rule.get("presence")
    requirements = list(_requirements(rule))

    def judge(statement: Json) -> Iterator[Fault]:
        values = location(statement)
        if selector is not None:
            values = [each for value in values for each in selector(value) or [_UNMATCHABLE]]
        if presence == "included" and (not values or _UNMATCHABLE in values):
            yield Fault(pointer=place, requirement="is missing")
            return
        if presence == "excluded" and any(value is not _UNMATCHABLE for value in values):
            yield Fault(pointer=place, requirement="must not be there")
        if values or presence != "recommended":
            for holds, requirement in requirements:
                if not holds(values):
                    yield Fault(pointer=place, requirement=requirement)

    return judge


def _requirements(rule: Json) -> Iterator[tuple[Callable[[list[Any]], bool], str]]:
    """Yield what the values of a rule must be; values may be of any kind, so lists are compared."""
    some, every, none = rule.get("any"), rule.get("all"), rule.get("none")
    if some is not None:
        yield (
            lambda values: any(value in some for value in values),
            f"must be, or have among it: {_listed(some)}",
        )
    if every is not None:
        yield lambda values: all(value in every for value in values), f"must be {_listed(every)}"
    if none is not None:
        yield (
            lambda values: not any(value in none for value in values),
            f"must not be {_listed(none)}",
        )


def _listed(values: Sequence[Any]) -> str:
    return " or ".join(map(str, values))
