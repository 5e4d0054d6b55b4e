"""What `match` gives back. Whatever takes long and may not be asked for is computed when it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np

from plugin.matching.engine.columns import Columns
from plugin.matching.engine.explaining import Explanation
from plugin.matching.engine.explaining import explain as explained
from plugin.matching.engine.grid import Scatter
from plugin.matching.engine.measuring import statistics
from plugin.matching.engine.mutual import other_ways
from plugin.matching.engine.outcome import Outcome
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.reading import checked
from plugin.matching.engine.results import Objective, Pair, Statistics, Unmatched
from plugin.matching.engine.roster import Whole
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.suggesting import Suggestion, suggestions
from plugin.matching.engine.unmatched import unmatched

Person = TypeVar("Person", bound=Mentee | Mentor)


@dataclass(frozen=True, kw_only=True)
class Matching:
    """Pairs for everybody at once, and how good they are."""

    pairs: tuple[Pair, ...]
    """In the order of the mentees' ids."""
    total: int
    """Points of the objective: the pairs, what waiting and keeping are worth, less what an uneven
    load costs. Pairs that stood before are not in it: nothing was to be decided about them."""
    bound: int
    """No other pairs that match as many have a higher total."""
    floor: int | None
    """No new pair scores less, and no higher floor lets as many have a mentor. None: no floor was
    sought, or there is no new pair."""
    objective: Objective
    seed: int
    ignored: tuple[tuple[str, str], ...]
    """Pairs that were said to stand or to be proposed, of people who are not here."""
    rules: RuleSet
    columns: Columns
    """Everybody, and what each pair is worth."""
    standing: tuple[tuple[int, int], ...]
    """Rows of the pairs given as accepted or proposed."""
    most_matched: Callable[[], int]
    """How many mentees could have a mentor at once."""
    priced: Callable[[], Mapping[str, int]]
    again: Callable[..., Matching] | None = field(default=None, repr=False, compare=False)
    """Matches the same people with other rules and options."""

    @property
    def gap(self) -> int:
        """Points that better pairs could gain at most; 0: these are proved to be the best."""
        return self.bound - self.total

    @cached_property
    def prices(self) -> Mapping[str, int]:
        """Mentor with free places → points that one more place would be worth to everybody.

        None with objective stable. Where some mentors' places are all needed that as many as can
        be have a mentor, and others' are not, the fewer are left out: between the two, points are
        not what counts.
        """
        return self.priced()

    @cached_property
    def unmatched(self) -> tuple[Unmatched, ...]:
        """Mentees without a mentor, and why; in the order of their ids."""
        roster = self.columns.roster
        mentees, mentors = self._rows
        free = np.ones(len(roster.mentees.ids), dtype=bool)
        free[mentees] = False
        without = np.flatnonzero(free)
        load = np.bincount(mentors, minlength=len(roster.mentors.ids))
        mutual = Scatter.empty()
        if not self.rules.reciprocal:
            mutual = other_ways(roster, mentees, mentors)
        found = unmatched(self.columns, without, load, mutual)
        return tuple(sorted(found, key=lambda each: each.mentee))

    @cached_property
    def after(self) -> Statistics:
        """The pairs in numbers."""
        return statistics(self.columns, *self._rows, possible=self.possible)

    @cached_property
    def before(self) -> Statistics:
        """What stood or was proposed before, in numbers."""
        rows = np.array(self.standing, dtype=np.int64).reshape(-1, 2)
        return statistics(self.columns, rows[:, 0], rows[:, 1], possible=self.possible)

    @cached_property
    def possible(self) -> int:
        """How many mentees could have a mentor at once."""
        return self.most_matched()

    @cached_property
    def outcome(self) -> Outcome:
        """The pairs with the people, as explanations want them."""
        roster = self.columns.roster
        return Outcome(
            rules=self.rules,
            mentees=People(roster.mentees.index, roster.mentee),
            mentors=People(roster.mentors.index, roster.mentor),
            pairs=self.pairs,
            prices=self.prices,
        )

    def explain(self, mentee_id: str, mentor_id: str | None = None) -> Explanation:
        """Return why a mentee has this mentor, not another, or none.

        Raises:
            KeyError: there is no such mentee, or the two are no pair.
        """
        return explained(self.outcome, mentee_id, mentor_id)

    def suggest(self, mentee_id: str, n: int = 3) -> tuple[Suggestion, ...]:
        """Return the best mentors who still have a place for a mentee.

        Raises:
            KeyError: there is no such mentee.
        """
        outcome = self.outcome
        mentee = outcome.mentees[mentee_id]
        mentors = outcome.mentors.values()
        free = {each.id: outcome.free(each) for each in mentors}
        return suggestions(mentee, mentors, self.rules, free=free, n=n, seed=self.seed)

    def what_if(self, *, rules: RuleSet | None = None, **options: Any) -> Matching:
        """Return what other rules or options would give the same people with the same seed.

        Args:
            rules: other rules.
            options: of `match`, those that change.

        Raises:
            RulesInvalid: as `match` does.
            TypeError: there is no such option, or this matching cannot be made again.
        """
        if self.again is None:
            raise TypeError("Match the people anew: this matching was not made by match().")
        return self.again(self.rules if rules is None else checked(rules), **options)

    @cached_property
    def _rows(self) -> tuple[Whole, Whole]:
        mentees, mentors = self.columns.roster.mentees.index, self.columns.roster.mentors.index
        return (
            np.array([mentees[each.mentee] for each in self.pairs], dtype=np.int64),
            np.array([mentors[each.mentor] for each in self.pairs], dtype=np.int64),
        )


class People(Mapping[str, Person], Generic[Person]):
    """Everybody on one side by id, built again when asked for."""

    def __init__(self, index: Mapping[str, int], person: Callable[[int], Person]) -> None:
        self._index = index
        self._person = person

    def __getitem__(self, key: str) -> Person:
        return self._person(self._index[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)
