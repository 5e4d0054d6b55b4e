"""Rules from JSON and to JSON. Whatever is wrong is said all at once, each with where it is.

    {"version": 1,
     "rules": [
       {"kind": "overlap", "mentee": "skill", "mentor": "skill", "weight": 45, "share": true},
       {"kind": "wish", "weight": 10, "by": "mentee"},
       {"kind": "require", "what": {"kind": "same", "mentee": "language", "mentor": "language"},
        "strict": false}],
     "never_matched": 10, "waiting": 5, "waiting_after": 14, "reciprocal": true}

Keys and their defaults are those of the classes in `rules.py`; within `what`, no weight is needed.
What is read is never followed deeper than that, so that no input is too deep or too long to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from plugin.matching.engine.errors import Problem, RulesInvalid
from plugin.matching.engine.rules import (
    HEAVIEST,
    MOST_RULES,
    AtLeast,
    Different,
    Forbid,
    Overlap,
    Require,
    RuleSet,
    Same,
    Wish,
)

VERSION = 1
LONGEST_FIELD = 100
"""Characters of a field's name."""
LONGEST_WAIT = 3650
"""Days."""
_MOST_UNKNOWN_KEYS = 10
"""So many are named; a document of a million of them is refused as briefly as any other."""

COMPARISONS: Mapping[str, type] = {
    "overlap": Overlap,
    "same": Same,
    "different": Different,
    "at-least": AtLeast,
}
KINDS: Mapping[str, type] = {**COMPARISONS, "wish": Wish, "require": Require, "forbid": Forbid}
_KIND_OF = {cls: kind for kind, cls in KINDS.items()}


def rules_from_json(value: object) -> RuleSet:
    """Return the rules that a parsed JSON document holds.

    Raises:
        RulesInvalid: with every problem found; `where` is a JSON pointer into the document.
    """
    reader = _Reader()
    rules = reader.document(value)
    if reader.problems or rules is None:
        raise RulesInvalid(reader.problems)
    return rules


def rules_to_json(rules: RuleSet) -> dict[str, Any]:
    """Return the rules as a document that `rules_from_json` reads back to an equal rule set."""
    listed = isinstance(rules.rules, tuple | list)
    return {
        "version": VERSION,
        **_said(rules),
        "rules": [rule_to_json(each) for each in rules.rules] if listed else rules.rules,
    }


def rule_to_json(rule: object) -> dict[str, Any] | None:
    """Return one rule as it stands in the document; None for what is no rule at all."""
    kind = _KIND_OF.get(type(rule))
    if kind is None:
        return None
    said = {"kind": kind, **_said(rule)}
    if isinstance(rule, Require | Forbid):
        said["what"] = _condition_to_json(rule.what)
    return said


def checked(rules: RuleSet) -> RuleSet:
    """Return rules that were built in Python, if they could have been read from JSON.

    Raises:
        RulesInvalid: with every problem found, `where` pointing into their JSON form.
    """
    return rules_from_json(rules_to_json(rules))


def _said(value: Any) -> dict[str, Any]:
    named = {each.name: getattr(value, each.name) for each in fields(value)}
    return {name: said for name, said in named.items() if said is not None}


def _condition_to_json(what: object) -> dict[str, Any] | None:
    if isinstance(what, Require | Forbid):
        return {"kind": _KIND_OF[type(what)]}
    said = rule_to_json(what)
    if said is not None and said.get("weight") == 0:
        del said["weight"]
    return said


class _Reader:
    """Reads and collects what is wrong. A method that found a problem returns something useless,
    which `rules_from_json` throws away.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, slug: str, where: str, text: str) -> None:
        self.problems.append(Problem(slug=slug, where=where, text=text))

    def document(self, value: object) -> RuleSet | None:
        if not isinstance(value, dict):
            self.wrong("wrong-type", "", "Give the rules as an object.")
            return None
        version = value.get("version")
        if type(version) is not int or version != VERSION:
            self.wrong("unknown-version", "/version", f"Give the version as {VERSION}.")
            return None
        said = {key: value[key] for key in value if key != "version"}
        rules = self.built(RuleSet, {"rules": [], **said}, "")
        return rules if isinstance(rules, RuleSet) else None

    def built(self, cls: type, value: dict[Any, Any], where: str, **defaults: object) -> object:
        """Return a `cls` of what `value` says; None if that cannot be."""
        before = len(self.problems)
        checks = _CHECKS[cls]
        self.unknown_keys(value, checks, where)
        said = dict(defaults)
        for each in fields(cls):
            if each.name in value:
                said[each.name] = checks[each.name](self, value[each.name], f"{where}/{each.name}")
            elif each.name not in said and each.default is MISSING:
                self.wrong("missing", f"{where}/{each.name}", f"Add “{each.name}”.")
        return cls(**said) if len(self.problems) == before else None

    def unknown_keys(self, value: dict[Any, Any], known: Mapping[str, object], where: str) -> None:
        unknown = [key for key in value if not isinstance(key, str) or key not in known]
        for key in unknown[:_MOST_UNKNOWN_KEYS]:
            name = _short(key)
            pointer = name.replace("~", "~0").replace("/", "~1")
            self.wrong(
                "unknown-key",
                f"{where}/{pointer}",
                f"Take “{name}” away; known here: {', '.join(known)}.",
            )

    def rules(self, value: object, where: str) -> tuple[object, ...]:
        if not isinstance(value, list):
            self.wrong("wrong-type", where, "Give the rules as a list.")
            return ()
        if len(value) > MOST_RULES:
            self.wrong("too-many-rules", where, f"Give at most {MOST_RULES} rules.")
            return ()
        return tuple(self.rule(each, f"{where}/{index}", KINDS) for index, each in enumerate(value))

    def rule(
        self, value: object, where: str, kinds: Mapping[str, type], **defaults: object
    ) -> object:
        if not isinstance(value, dict):
            self.wrong("wrong-type", where, "Give the rule as an object with a “kind”.")
            return None
        kind = value.get("kind")
        if not isinstance(kind, str) or kind not in kinds:
            known = ", ".join(kinds)
            self.wrong("unknown-kind", f"{where}/kind", f"Choose a kind out of: {known}.")
            return None
        said = {key: value[key] for key in value if key != "kind"}
        rule = self.built(kinds[kind], said, where, **defaults)
        if isinstance(rule, Overlap) and rule.share and rule.most is not None:
            self.wrong(
                "most-with-share",
                f"{where}/most",
                "Take “most” away, or set “share” to false: a shared weight has its limit.",
            )
        return rule

    def condition(self, value: object, where: str) -> object:
        """What is required or forbidden: a comparison, with or without a weight."""
        return self.rule(value, where, COMPARISONS, weight=0)

    def field(self, value: object, where: str) -> object:
        if not isinstance(value, str):
            self.wrong("wrong-type", where, "Give the name of a question as text.")
        elif not 0 < len(value) <= LONGEST_FIELD or not value.isprintable():
            text = f"Give the name of a question: 1 to {LONGEST_FIELD} printable characters."
            self.wrong("field-unreadable", where, text)
        return value

    def flag(self, value: object, where: str) -> object:
        if not isinstance(value, bool):
            self.wrong("wrong-type", where, "Give true or false.")
        return value

    def side(self, value: object, where: str) -> object:
        if value not in ("mentee", "mentor"):
            self.wrong("unknown-side", where, "Give “mentee” or “mentor”.")
        return value


_Check = Callable[[_Reader, object, str], object]


def _whole(slug: str, lowest: int, highest: int) -> _Check:
    def check(reader: _Reader, value: object, where: str) -> object:
        text = f"Give a whole number from {lowest} to {highest}."
        if type(value) is not int:
            reader.wrong("wrong-type", where, text)
        elif not lowest <= value <= highest:
            reader.wrong(slug, where, text)
        return value

    return check


def _or_none(check: _Check) -> _Check:
    return lambda reader, value, where: None if value is None else check(reader, value, where)


def _short(key: object) -> str:
    """Return a key as it may stand in a message."""
    if not isinstance(key, str):
        return type(key).__name__
    shown = key[:40].encode("utf-8", "replace").decode()
    return f"{shown}…" if len(key) > 40 else shown


_weight = _whole("weight-out-of-range", 0, HEAVIEST)
_WEIGHED: dict[str, _Check] = {
    "mentee": _Reader.field,
    "mentor": _Reader.field,
    "weight": _weight,
}
_CHECKS: Mapping[type, Mapping[str, _Check]] = {
    Overlap: {
        **_WEIGHED,
        "share": _Reader.flag,
        "most": _or_none(_whole("most-out-of-range", 1, HEAVIEST)),
    },
    Same: _WEIGHED,
    Different: _WEIGHED,
    AtLeast: {
        **_WEIGHED,
        "by": _whole("by-out-of-range", -HEAVIEST, HEAVIEST),
        "reverse": _Reader.flag,
    },
    Wish: {"weight": _weight, "by": _Reader.side},
    Require: {"what": _Reader.condition, "strict": _Reader.flag},
    Forbid: {"what": _Reader.condition},
    RuleSet: {
        "rules": _Reader.rules,
        "never_matched": _weight,
        "waiting": _weight,
        "waiting_after": _whole("days-out-of-range", 0, LONGEST_WAIT),
        "reciprocal": _Reader.flag,
    },
}
