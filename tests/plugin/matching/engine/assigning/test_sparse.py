"""The way of large programmes: as good as all pairs at once, with a proof, whatever the people."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from plugin.matching.engine.assigning import dense
from plugin.matching.engine.columns import compiled
from plugin.matching.engine.gathering import gathered
from plugin.matching.engine.match import match
from plugin.matching.engine.matching import Matching
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.results import Objective
from plugin.matching.engine.rules import (
    HEAVIEST,
    AtLeast,
    Different,
    Overlap,
    Require,
    RuleSet,
    Same,
    Wish,
)
from tests.plugin.matching.engine.strategies import a_mentee, a_mentor

FINE = RuleSet(
    rules=(
        Overlap(mentee="skill", mentor="skill", weight=45),
        Overlap(mentee="hours", mentor="hours", weight=3, share=False, most=3),
        Different(mentee="team", mentor="team", weight=10),
        AtLeast(mentee="grade", mentor="grade", by=2, weight=8),
        Wish(weight=10),
        Require(what=Same(mentee="language", mentor="language", weight=0)),
    ),
    never_matched=10,
    waiting=5,
)
COARSE = RuleSet(rules=(Same(mentee="team", mentor="team", weight=3), *FINE.rules[-1:]))


@pytest.fixture(autouse=True)
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense, "LARGEST", 0)


def people(mentees: int, mentors: int, places: int, seed: int) -> tuple[list[Mentee], list[Mentor]]:
    random = Random(seed)  # noqa: S311

    def answers(skills: int) -> dict[str, object]:
        return {
            "skill": frozenset(random.sample("abcdefghijkl", skills)),
            "hours": frozenset(random.sample("123456", random.randint(0, 4))),
            "team": random.choice("tuvw"),
            "grade": random.randint(1, 8),
            "language": " ".join(random.sample(["en", "de", "fr"], random.randint(1, 2))),
        }

    learning = [
        a_mentee(
            f"e{each}",
            answers=answers(2),
            wishes=tuple(f"m{random.randrange(mentors)}" for _ in range(random.randint(0, 2))),
            refuses=frozenset({f"m{random.randrange(mentors)}"}),
            never_matched=random.random() < 0.5,
            waiting_days=random.randint(0, 30),
        )
        for each in range(mentees)
    ]
    teaching = [
        a_mentor(f"m{each}", answers=answers(5), capacity=random.randint(0, places))
        for each in range(mentors)
    ]
    return learning, teaching


def best_of_all(mentees: list[Mentee], mentors: list[Mentor], rules: RuleSet) -> tuple[int, int]:
    """How many can be matched, and the highest total of so many, by the dense assignment."""
    columns = compiled(rules, gathered(mentees, mentors, seed=0))
    rows, all_mentors = np.arange(len(mentees)), np.arange(len(mentors))
    points = columns.grid(rows, all_mentors).block(0, len(rows)).astype(np.float64)
    points = np.repeat(points, columns.roster.capacity, axis=1)
    worth = np.where(points >= 0, points + columns.extras[:, np.newaxis] + 10**9, 0)
    taken = worth[linear_sum_assignment(worth, maximize=True)]
    return int((taken > 0).sum()), int((taken[taken > 0] - 10**9).sum())


def answer(found: Matching) -> tuple[int, int]:
    return len(found.pairs), found.total


@pytest.mark.parametrize("rules", [FINE, COARSE], ids=["fine", "coarse"])
@pytest.mark.parametrize("mentors", [90, 60, 30, 6], ids=["surplus", "even", "scarce", "few"])
@pytest.mark.parametrize("seed", range(3))
def test_the_total_is_that_of_all_pairs(rules: RuleSet, mentors: int, seed: int) -> None:
    learning, teaching = people(150, mentors, 4, seed)
    found = match(learning, teaching, rules, floor=False, seed=seed)
    assert answer(found) == best_of_all(learning, teaching, rules)
    assert found.gap == 0


def test_some_hundred_people_are_matched_as_well() -> None:
    learning, teaching = people(700, 260, 5, seed=4)
    found = match(learning, teaching, FINE, floor=False)
    assert answer(found) == best_of_all(learning, teaching, FINE)
    assert found.gap == 0
    unfair = match(learning, teaching, FINE, floor=True)
    assert len(unfair.pairs) == len(found.pairs)
    assert unfair.gap == 0
    assert unfair.after.worst == unfair.floor
    assert unfair.floor is not None
    assert found.after.worst is not None
    assert unfair.floor >= found.after.worst


def test_weights_too_large_for_single_precision_change_nothing_but_the_scale() -> None:
    learning, teaching = people(150, 60, 4, seed=5)
    heavy = RuleSet(rules=(Overlap(mentee="skill", mentor="skill", weight=HEAVIEST),) * 20)
    found = match(learning, teaching, heavy, floor=False)
    light = match(learning, teaching, RuleSet(rules=heavy.rules[:1]), floor=False)
    assert found.gap == 0
    assert found.total == 20 * light.total


@pytest.mark.parametrize("objective", Objective)
@pytest.mark.parametrize(
    ("mentees", "mentors", "places"), [(1500, 500, 3), (1500, 900, 3), (9, 900, 1)]
)
def test_a_thousand_identical_people_are_no_trouble(
    mentees: int, mentors: int, places: int, objective: Objective
) -> None:
    learning = [a_mentee(f"e{each}", answers={"skill": "a b"}) for each in range(mentees)]
    teaching = [
        a_mentor(f"m{each}", answers={"skill": "a b c"}, capacity=places) for each in range(mentors)
    ]
    found = match(learning, teaching, RuleSet(rules=FINE.rules[:1]), objective=objective)
    assert len(found.pairs) == min(mentees, mentors * places)
    assert {each.score for each in found.pairs} == {45_000}
    assert found.gap == 0


def test_of_equal_answers_one_with_an_even_load_is_found() -> None:
    learning = [a_mentee(f"e{each}", answers={"skill": "a"}) for each in range(300)]
    teaching = [a_mentor(f"m{each}", answers={"skill": "a"}, capacity=5) for each in range(100)]
    found = match(learning, teaching, RuleSet(rules=FINE.rules[:1]))
    assert found.after.idle_mentors == 0
    before = match(learning[:150], teaching[:50], RuleSet(rules=FINE.rules[:1]))
    accepted = [(each.mentee, each.mentor) for each in before.pairs]
    after = match(learning, teaching, RuleSet(rules=FINE.rules[:1]), accepted=accepted)
    assert after.after.idle_mentors == 0


def test_an_answer_that_is_near_enough_says_how_near() -> None:
    learning, teaching = people(300, 110, 4, seed=6)
    exact = match(learning, teaching, FINE, floor=False)
    near = match(learning, teaching, FINE, floor=False, tolerance=0.2)
    assert len(near.pairs) == len(exact.pairs)
    assert near.total <= exact.total <= near.bound
    assert near.gap <= 0.2 * near.total


def test_nobody_eligible_is_a_result() -> None:
    rules = RuleSet(
        rules=(Require(what=Same(mentee="site", mentor="site", weight=0), strict=True),)
    )
    found = match([a_mentee("ada"), a_mentee("ben")], [a_mentor()], rules)
    assert (found.pairs, found.total, found.gap, found.floor) == ((), 0, 0, None)
