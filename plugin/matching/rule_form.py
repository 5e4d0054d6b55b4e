"""The rules as a form has them: rows of texts, made into the JSON of `engine.reading`, and back.

Nothing is checked here: what cannot be a number stays text, and `engine.reading` says where that
is wrong; `Places` turns its pointers into inputs of the form. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from plugin.matching.engine.reading import VERSION
from plugin.matching.engine.rules import (
    AtLeast,
    Comparison,
    Forbid,
    Overlap,
    Require,
    Rule,
    RuleSet,
    Same,
    Wish,
)

MOST_ROWS = 60
NAME = re.compile(r"rule-(\d{1,4})-(mentee|how|mentor|by|much|number|strict)")
EXTRAS = ("never_matched", "waiting", "waiting_after")


class How(StrEnum):
    """How two answers are compared."""

    SHARE = "share"
    """In common, the weight shared out among what the mentee chose."""
    EACH = "each"
    """In common, each for the whole weight."""
    SAME = "same"
    DIFFERENT = "different"
    HIGHER = "higher"
    """The mentor's number is higher."""
    LOWER = "lower"
    """The mentee's is: reverse mentoring."""
    WISHED_BY_MENTEE = "wished-by-mentee"
    WISHED_BY_MENTOR = "wished-by-mentor"


class Much(StrEnum):
    """How much a rule counts."""

    MUST = "must"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NOTHING = "nothing"
    NEVER = "never"
    NUMBER = "number"


WEIGHTS: Mapping[Much, int] = {Much.HIGH: 45, Much.MEDIUM: 15, Much.LOW: 5, Much.NOTHING: 0}
HARD = frozenset({Much.MUST, Much.NEVER})
WISHES = {How.WISHED_BY_MENTEE: "mentee", How.WISHED_BY_MENTOR: "mentor"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rule as its inputs have it."""

    mentee: str = ""
    how: str = ""
    mentor: str = ""
    by: str = ""
    """Of HIGHER and LOWER: by how much; of EACH: up to how many count."""
    much: str = ""
    number: str = ""
    """Of NUMBER: the weight."""
    strict: bool = False
    """Of MUST: whether who did not answer is left out."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen: such a row is no rule."""
        return not (self.mentee or self.how or self.mentor)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesForm:
    """The whole editor."""

    rows: tuple[Row, ...] = ()
    never_matched: str = "0"
    waiting: str = "0"
    waiting_after: str = "14"
    reciprocal: bool = True

    def with_another(self) -> RulesForm:
        """Return the form with one empty row more."""
        return replace(self, rows=(*self.rows, Row()))

    def without(self, number: int) -> RulesForm:
        """Return the form without its row `number`, from 0."""
        return replace(
            self, rows=tuple(row for index, row in enumerate(self.rows) if index != number)
        )

    def as_json(self) -> dict[str, Any]:
        """Return the document that the form says, fit or not."""
        return {
            "version": VERSION,
            "rules": [_document(row) for row in self.rows if not row.is_empty],
            **{name: _whole(getattr(self, name)) for name in EXTRAS},
            "reciprocal": self.reciprocal,
        }


@dataclass(frozen=True, slots=True)
class Places:
    """Where in the form something in its JSON comes from."""

    form: RulesForm
    _rows: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        kept = tuple(index for index, row in enumerate(self.form.rows) if not row.is_empty)
        object.__setattr__(self, "_rows", kept)

    def row_of(self, pointer: str) -> int | None:
        """Return the row that `/rules/2/weight` is about, from 0; None: the form as a whole."""
        parts = pointer.split("/")
        if len(parts) < 3 or parts[1] != "rules" or not parts[2].isdigit():
            return None
        index = int(parts[2])
        return self._rows[index] if index < len(self._rows) else None

    def input_of(self, pointer: str) -> str:
        """Return the id of the input that a pointer into the JSON is about."""
        number = self.row_of(pointer)
        if number is None:
            name = pointer.split("/")[1] if "/" in pointer else ""
            return name if name in EXTRAS else "rules"
        last = pointer.rpartition("/")[2]
        inputs = {"mentee": "mentee", "mentor": "mentor", "by": "by", "most": "by", "kind": "how"}
        if last == "weight":
            part = "number" if self.form.rows[number].much == Much.NUMBER else "much"
        else:
            part = inputs.get(last, "how")
        return f"rule-{number}-{part}"


def read(sent: Mapping[str, str]) -> RulesForm:
    """Return the form as it was sent; rows keep their order, gaps in their numbers close."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in sent.items():
        if found := NAME.fullmatch(name):
            rows.setdefault(int(found[1]), {})[found[2]] = value.strip()
    return RulesForm(
        rows=tuple(_row(rows[number]) for number in sorted(rows)[:MOST_ROWS]),
        reciprocal="reciprocal" in sent,
        **{name: sent.get(name, "").strip() or "0" for name in EXTRAS},
    )


def _row(said: Mapping[str, str]) -> Row:
    return Row(**{**said, "strict": "strict" in said})  # type: ignore[arg-type]


def written(rules: RuleSet) -> RulesForm:
    """Return the form that says `rules`."""
    return RulesForm(
        rows=tuple(_row_of(rule) for rule in rules.rules),
        never_matched=str(rules.never_matched),
        waiting=str(rules.waiting),
        waiting_after=str(rules.waiting_after),
        reciprocal=rules.reciprocal,
    )


def _row_of(rule: Rule) -> Row:
    if isinstance(rule, Require):
        return replace(_compared(rule.what), much=Much.MUST, strict=rule.strict)
    if isinstance(rule, Forbid):
        return replace(_compared(rule.what), much=Much.NEVER)
    named = {weight: much for much, weight in WEIGHTS.items()}
    much = named.get(rule.weight, Much.NUMBER)
    number = str(rule.weight) if much is Much.NUMBER else ""
    if isinstance(rule, Wish):
        how = How.WISHED_BY_MENTEE if rule.by == "mentee" else How.WISHED_BY_MENTOR
        return Row(how=how, much=much, number=number)
    return replace(_compared(rule), much=much, number=number)


def _compared(what: Comparison) -> Row:
    row = Row(mentee=what.mentee, mentor=what.mentor)
    if isinstance(what, Overlap):
        by = "" if what.most is None else str(what.most)
        return replace(row, how=How.SHARE if what.share else How.EACH, by=by)
    if isinstance(what, AtLeast):
        return replace(row, how=How.LOWER if what.reverse else How.HIGHER, by=str(what.by))
    return replace(row, how=How.SAME if isinstance(what, Same) else How.DIFFERENT)


def _document(row: Row) -> dict[str, Any]:
    if row.how in WISHES:
        what: dict[str, Any] = {"kind": "wish", "by": WISHES[How(row.how)]}
    else:
        what = _comparison(row)
    if row.much == Much.MUST:
        return {"kind": "require", "what": what, "strict": row.strict}
    if row.much == Much.NEVER:
        return {"kind": "forbid", "what": what}
    return {**what, "weight": _weight(row)}


def _comparison(row: Row) -> dict[str, Any]:
    fields = {"mentee": row.mentee or row.mentor, "mentor": row.mentor or row.mentee}
    match row.how:
        case How.SHARE:
            return {"kind": "overlap", **fields, "share": True}
        case How.EACH:
            most = {"most": _whole(row.by)} if row.by else {}
            return {"kind": "overlap", **fields, "share": False, **most}
        case How.HIGHER | How.LOWER:
            by = _whole(row.by or "1")
            return {"kind": "at-least", **fields, "by": by, "reverse": row.how == How.LOWER}
    return {"kind": row.how, **fields}


def _weight(row: Row) -> int | str:
    try:
        return WEIGHTS[Much(row.much)]
    except (KeyError, ValueError):
        return _whole(row.number)


def _whole(text: str) -> int | str:
    """Return a number as one; what is none stays as it is, for `reading` to refuse."""
    text = text.strip()
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else text
