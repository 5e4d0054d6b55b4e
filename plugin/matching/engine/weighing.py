"""What if something counted more, or less? The same rules with other weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from plugin.matching.engine.errors import Problem, RulesInvalid
from plugin.matching.engine.reading import checked
from plugin.matching.engine.rules import Hard, Rule, RuleSet


def reweighted(rules: RuleSet, weights: Mapping[int, int]) -> RuleSet:
    """Return the rules with other weights for some.

    Args:
        weights: a rule's place in the set, from 0 → its new weight; 0 leaves it out of account.

    Raises:
        RulesInvalid: there is no such rule, a hard one is given a weight, or a weight cannot be.
    """
    problems = [
        Problem(slug=slug, where=f"/rules/{index}", text=text)
        for index in weights
        for slug, text in _objections(rules.rules, index)
    ]
    if problems:
        raise RulesInvalid(problems)
    return checked(
        replace(
            rules,
            rules=tuple(
                replace(rule, weight=weights[index])
                if index in weights and not isinstance(rule, Hard)
                else rule
                for index, rule in enumerate(rules.rules)
            ),
        )
    )


def _objections(rules: tuple[Rule, ...], index: int) -> list[tuple[str, str]]:
    if not 0 <= index < len(rules):
        return [("unknown-rule", f"Choose one of the {len(rules)} rules.")]
    if isinstance(rules[index], Hard):
        return [("no-weight", "Leave this one as it is: what must be has no weight.")]
    return []
