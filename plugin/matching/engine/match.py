"""The best pairs for everybody at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from plugin.matching.engine.columns import Columns, compiled
from plugin.matching.engine.finding import Found, found, found_one_way
from plugin.matching.engine.gathering import gathered
from plugin.matching.engine.matching import Matching
from plugin.matching.engine.options import Named, Options
from plugin.matching.engine.pace import Pace, Progress
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.reading import checked
from plugin.matching.engine.results import Objective, Origin, Pair
from plugin.matching.engine.roster import Roster, Whole
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.standing import Standing


def match(
    mentees: Iterable[Mentee],
    mentors: Iterable[Mentor],
    rules: RuleSet,
    *,
    accepted: Iterable[Named] = (),
    proposed: Iterable[Named] = (),
    keep_bonus: int = 3,
    objective: Objective = Objective.COVERAGE,
    floor: bool = True,
    balance: int = 0,
    seed: int = 0,
    tolerance: float | None = None,
    progress: Progress | None = None,
) -> Matching:
    """Return the best pairs. Every mentee without an accepted one is given at most one mentor.

    `several.py` gives more than one, to those who want them.

    Args:
        mentees: looked at once, in any order.
        mentors: likewise.
        accepted: pairs that stand. They stay, whatever the rules say now, and take places; a mentor
            with more of them than places has no place left. Pairs of unknown people are ignored,
            and named in `Matching.ignored`.
        proposed: pairs that were proposed before, and are again where that costs little.
        keep_bonus: weight that a proposed pair has on top of its own.
        objective: see `Objective`.
        floor: with coverage, first the worst pair is made as good as it can be; the total after.
        balance: weight that counts against each mentee whom a mentor already has; 0: among equal
            answers one with an even load is preferred.
        seed: decides ties, whatever the order of the people.
        tolerance: share of the total that may be missing at most; None: nothing up to 50,000
            mentees who are without a mentor, beyond them 0.3 %. What is missing is
            `Matching.gap`.
        progress: told how far it is.

    Raises:
        RulesInvalid: a rule, `keep_bonus` or `balance` cannot be used.
        PeopleInvalid: two people share an id, a capacity is below zero, an answer is unreadable.
    """
    rules = checked(rules)
    options = Options(
        accepted=tuple(accepted),
        proposed=tuple(proposed),
        keep_bonus=keep_bonus,
        objective=objective,
        floor=floor,
        balance=balance,
        seed=seed,
        tolerance=tolerance,
    )
    pace = Pace(progress or _silent)
    pace.begin("people")
    roster = gathered(mentees, mentors, seed=seed)
    pace.step(0.05)
    return matched(roster, rules, options, pace)


def matched(roster: Roster, rules: RuleSet, options: Options, pace: Pace) -> Matching:
    """Return the best pairs of people who were gathered already, with the same seed."""
    columns = compiled(rules, roster)
    stand = Standing.of(roster, options.accepted)
    proposals = Standing.of(roster, options.proposed)
    pace.begin("pairs")
    find = found if rules.reciprocal else found_one_way
    answer = find(columns, stand, proposals, options, pace)
    pace.end()
    return Matching(
        pairs=_pairs(columns, stand, proposals, answer),
        total=answer.assigned.total,
        bound=answer.assigned.bound,
        floor=answer.floor,
        objective=options.objective,
        seed=options.seed,
        ignored=stand.unknown + proposals.unknown,
        rules=rules,
        columns=columns,
        standing=_before(stand, proposals),
        most_matched=lambda: len(np.unique(stand.mentees)) + answer.most_matched(options.seed),
        priced=lambda: answer.prices(roster.mentors.ids),
        again=lambda rules, **changed: matched(
            roster, rules, replace(options, **changed), Pace(_silent)
        ),
    )


def _before(stand: Standing, proposals: Standing) -> tuple[tuple[int, int], ...]:
    """Return the pairs there were before, each once."""
    rows = np.append(stand.mentees, proposals.mentees).tolist()
    columns = np.append(stand.mentors, proposals.mentors).tolist()
    return tuple(dict.fromkeys(zip(rows, columns, strict=True)))


def _pairs(
    columns: Columns, stand: Standing, proposals: Standing, answer: Found
) -> tuple[Pair, ...]:
    """Return the pairs that stand, and the new ones."""
    mentees = np.append(stand.mentees, answer.mentees)
    mentors = np.append(stand.mentors, answer.mentors)
    kept = np.isin(_keys(columns, mentees, mentors), _keys(columns, *proposals.rows))
    origins = [Origin.PROPOSED if each else Origin.NEW for each in kept.tolist()]
    origins[: len(stand.mentees)] = [Origin.ACCEPTED] * len(stand.mentees)
    ids, others = columns.roster.mentees.ids, columns.roster.mentors.ids
    named = zip(
        [ids[row] for row in mentees.tolist()],
        [others[row] for row in mentors.tolist()],
        columns.points(mentees, mentors).tolist(),
        origins,
        strict=True,
    )
    return tuple(
        [
            Pair(mentee=mentee, mentor=mentor, score=score, origin=origin)
            for mentee, mentor, score, origin in sorted(named)
        ]
    )


def _keys(columns: Columns, mentees: Whole, mentors: Whole) -> Whole:
    return mentees * len(columns.roster.mentors.ids) + mentors


def _silent(stage: str, part: float) -> None:
    """Tell nobody."""
