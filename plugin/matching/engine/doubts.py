"""Rules that can be used, and yet are hardly what somebody meant. Warnings, never errors.

    contradiction     hard rules that no two people who answered can meet together
    counts-for-all    a rule with a weight that holds for every pair the hard rules allow
    counts-for-none   a rule with a weight that holds for none of them
    counts-twice      two rules with a weight about the same thing
    not-asked         a rule about a question that nobody is asked
    nothing-counts    no weight anywhere: every allowed pair is as good as any other

What hard rules leave possible is found by trying them, with `scoring` itself, on every way in which
two answers can stand to each other: something in common or nothing, this far apart or that far.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from plugin.matching.engine.errors import Problem
from plugin.matching.engine.people import Answer, Mentee, Mentor
from plugin.matching.engine.rules import (
    AtLeast,
    Comparison,
    Hard,
    Overlap,
    Rule,
    RuleSet,
    Same,
    Wish,
)
from plugin.matching.engine.scoring import excludes, holds

_Fields = tuple[str, str]
"""Of the mentee, of the mentor."""
_Case = tuple[Mentee, Mentor]


def warnings(rules: RuleSet, *, asked: Collection[str] | None = None) -> tuple[Problem, ...]:
    """Return what is doubtful in rules that `reading.checked` accepts, in the order of the rules.

    Args:
        asked: the fields that people are asked about; None: not known, so nothing said about it.

    `where` is a JSON pointer; where rules do not go together, to the last of them.
    """
    cases = _cases(rules.rules)
    doubts = [
        *_contradictions(rules.rules, cases),
        *_idle(rules.rules, cases),
        *_counted_twice(rules.rules),
        *(_not_asked(rules.rules, asked) if asked is not None else ()),
        *_nothing_counts(rules.rules),
    ]
    return tuple(sorted(doubts, key=lambda doubt: _place(doubt.where)))


def _contradictions(
    rules: tuple[Rule, ...], cases: dict[_Fields, list[_Case]]
) -> Iterator[Problem]:
    """Yield the first rule that leaves nothing possible; `cases` keeps what the others leave."""
    earlier: dict[_Fields, list[int]] = {}
    for index, rule in enumerate(rules):
        if not isinstance(rule, Hard):
            continue
        fields = _fields(rule.what)
        left = [case for case in cases[fields] if not excludes(rule, *case)]
        if left:
            cases[fields] = left
            earlier.setdefault(fields, []).append(index)
        else:
            yield _doubt(
                "contradiction",
                index,
                f"Change it or {_numbered(earlier.get(fields, ()))}: "
                "no two people who answered can meet them all.",
            )


def _idle(rules: tuple[Rule, ...], cases: dict[_Fields, list[_Case]]) -> Iterator[Problem]:
    for index, rule in _comparisons_that_count(rules):
        held = {holds(rule, *case) for case in cases[_fields(rule)]}
        if held == {False}:
            text = "Take it away: what must be excludes every pair for which it holds."
            yield _doubt("counts-for-none", index, text)
        elif held == {True} and not isinstance(rule, Overlap):
            text = "Take it away: what must be leaves only pairs for which it holds."
            yield _doubt("counts-for-all", index, text)


def _counted_twice(rules: tuple[Rule, ...]) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], int] = {}
    for index, rule in enumerate(rules):
        if isinstance(rule, Hard) or not rule.weight:
            continue
        earlier = seen.setdefault(_subject(rule), index)
        if earlier != index:
            text = f"Take it or {_numbered([earlier])} away: both count the same."
            yield _doubt("counts-twice", index, text)


def _not_asked(rules: tuple[Rule, ...], asked: Collection[str]) -> Iterator[Problem]:
    for index, rule in enumerate(rules):
        if isinstance(rule, Wish):
            continue
        what = rule.what if isinstance(rule, Hard) else rule
        for field in dict.fromkeys(_fields(what)):
            if field not in asked:
                text = f"Ask “{field}” too, or take the rule away: nobody is asked."
                yield _doubt("not-asked", index, text)


def _nothing_counts(rules: tuple[Rule, ...]) -> Iterator[Problem]:
    if not any(rule.weight for rule in rules if not isinstance(rule, Hard)):
        text = "Give a rule some weight: now every allowed pair is as good as any other."
        yield Problem(slug="nothing-counts", where="/rules", text=text)


def _cases(rules: tuple[Rule, ...]) -> dict[_Fields, list[_Case]]:
    """Return how the answers to each two compared fields can stand to each other."""
    compared: dict[_Fields, list[Comparison]] = {}
    for rule in rules:
        if not isinstance(rule, Wish):
            what = rule.what if isinstance(rule, Hard) else rule
            compared.setdefault(_fields(what), []).append(what)
    return {
        fields: [_case(fields, one, other) for one, other in _answers(whats)]
        for fields, whats in compared.items()
    }


def _answers(whats: Iterable[Comparison]) -> list[tuple[Answer, Answer]]:
    """Return two answers for each case that the comparisons can tell from another."""
    steps = {step for what in whats if isinstance(what, AtLeast) for step in (what.by, -what.by)}
    if not steps:
        this, that = frozenset({"this"}), frozenset({"that"})
        return [(this, this), (this, that)]
    distances = {step + near for step in steps | {0} for near in (-1, 0, 1)}
    return [(0, distance) for distance in sorted(distances)]


def _case(fields: _Fields, one: Answer, other: Answer) -> _Case:
    return (
        Mentee(id="mentee", answers={fields[0]: one}),
        Mentor(id="mentor", answers={fields[1]: other}),
    )


def _comparisons_that_count(rules: tuple[Rule, ...]) -> Iterator[tuple[int, Comparison]]:
    for index, rule in enumerate(rules):
        if not isinstance(rule, Hard | Wish) and rule.weight:
            yield index, rule


def _subject(rule: Comparison | Wish) -> tuple[object, ...]:
    if isinstance(rule, Wish):
        return (Wish, rule.by)
    if isinstance(rule, AtLeast):
        return (AtLeast, *_fields(rule), rule.by, rule.reverse)
    return (Same if isinstance(rule, Overlap) else type(rule), *_fields(rule))


def _fields(what: Comparison) -> _Fields:
    return what.mentee, what.mentor


def _doubt(slug: str, index: int, text: str) -> Problem:
    return Problem(slug=slug, where=f"/rules/{index}", text=text)


def _place(where: str) -> int:
    last = where.rpartition("/")[2]
    return int(last) if last.isdigit() else -1


def _numbered(indexes: Collection[int]) -> str:
    """Name rules as people count them."""
    numbers = " and ".join(str(index + 1) for index in indexes)
    return f"rule {numbers}" if len(indexes) == 1 else f"rules {numbers}"
