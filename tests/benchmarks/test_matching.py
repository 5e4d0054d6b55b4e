"""The benchmark of the matching engine: who measures must be right first."""

from __future__ import annotations

import itertools
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from benchmarks.matching import rows, scores, table, targets
from benchmarks.matching.instances import disagreement, instances
from benchmarks.matching.judge import Verdict, most_matchable, verdict
from benchmarks.matching.populations import NOBODY, Kind, Population, Whole, population, rules
from benchmarks.matching.rounds import Outcome, People, Rounds, Tool, ToolFailed, judged, run
from benchmarks.matching.targets import Comparison
from benchmarks.matching.tools import dense, reading
from plugin.matching.engine import scoring

DENSE = Tool(name="dense", module="dense")


def everybody(people: Population) -> list[object]:
    return [*people.stream_of_mentees(), *people.stream_of_mentors()]


def all_pairs(people: Population) -> tuple[Whole, Whole]:
    mentees, mentors = np.indices(people.size)
    return mentees.ravel(), mentors.ravel()


def _name(people: People) -> str:
    """Say briefly which instance it is."""
    shared = "shared" if people.share else "counted"
    return f"{people.mentees}x{people.mentors}-{people.kind}-{shared}"


def an_outcome(
    *,
    wall: float = 1.0,
    peak: int = 100 * targets.MB,
    total: int = 5000,
    worst: int = 5000,
    claimed: int = 5000,
) -> Outcome:
    given = Verdict(matched=1, total=total, against_a_rule=0, over_capacity=0, worst=worst)
    return Outcome(wall=wall, cpu=wall, peak=peak, verdict=given, digest="d", claimed=claimed)


SOLVED = replace(an_outcome(), solving=1.0)


def a_comparison(ours: Outcome, peer: Outcome) -> Comparison:
    return Comparison(
        people=People(mentees=30), ours=Rounds(DENSE, (ours,)), peer=Rounds(DENSE, (peer,))
    )


# people


def test_the_same_seed_gives_the_same_people() -> None:
    assert everybody(population(30)) == everybody(population(30))


def test_another_seed_gives_others() -> None:
    assert everybody(population(30)) != everybody(population(30, seed=8))


def test_the_kinds_differ_in_places_and_in_ties() -> None:
    assert population(1000).capacity.sum() > 1100
    assert population(1000, Kind.SCARCE).capacity.sum() < 1000
    assert not population(100, Kind.COARSE).mentees.skills.any()


def test_the_first_ones_are_who_they_were_and_name_nobody_who_came_later() -> None:
    people = population(200, mentors=80)
    few = people.first(100, 40)
    whole, part = list(people.stream_of_mentors()), list(few.stream_of_mentors())
    assert part == whole[:40]
    named = {each for mentee in few.stream_of_mentees() for each in mentee.wishes}
    assert named <= {mentor.id for mentor in part}


def test_plain_rows_say_the_same_as_the_arrays() -> None:
    people = population(50)
    plain = rows.plain(people)
    assert [row["capacity"] for row in plain["mentors"]] == people.capacity.tolist()
    for row, mentee in zip(plain["mentees"], people.stream_of_mentees(), strict=True):
        assert len(row["points_of_wish"]) == len(mentee.wishes)
        assert len(row["refused"]) == len(mentee.refuses)
        assert {f"skill-{each}" for each in row["skills"]} == mentee.answers["wants"]


@pytest.mark.parametrize("kind", [Kind.SURPLUS, Kind.COARSE])
def test_people_read_from_values_are_the_arrays_they_came_from(kind: Kind) -> None:
    people = population(60, kind)
    read = reading.read(list(people.stream_of_mentees()), list(people.stream_of_mentors()))
    assert everybody(read) == everybody(people)


# scores and the judge


@pytest.mark.parametrize("share", [False, True])
@pytest.mark.parametrize("kind", [Kind.SURPLUS, Kind.COARSE_SCARCE])
def test_the_arrays_agree_with_the_definition_of_a_score(kind: Kind, share: bool) -> None:
    people = population(40, kind)
    mentees, mentors = list(people.stream_of_mentees()), list(people.stream_of_mentors())
    defined = [
        scoring.score(rules(share=share), one, other)
        for one, other in itertools.product(mentees, mentors)
    ]
    may_be = [
        scoring.exclusion(rules(share=share), one, other) is None
        for one, other in itertools.product(mentees, mentors)
    ]
    points, allowed = scores.of_all(people, share=share)
    assert points.ravel().tolist() == defined
    assert allowed.ravel().tolist() == may_be
    assert scores.of_pairs(people, *all_pairs(people), share=share).tolist() == defined
    assert (~scores.forbidden(people, *all_pairs(people))).tolist() == may_be


def test_the_judge_finds_a_pair_that_a_rule_forbids() -> None:
    people = population(40)
    mentor_of = np.full(40, NOBODY)
    mentee = int(np.flatnonzero(people.line_manager != NOBODY)[0])
    mentor_of[mentee] = people.line_manager[mentee]
    assert verdict(people, mentor_of).against_a_rule == 1


def test_the_judge_finds_a_mentor_with_too_many() -> None:
    people = population(40)
    found = verdict(people, np.zeros(40, np.int64))
    assert found.over_capacity == 40 - people.capacity[0]


@pytest.mark.parametrize("mentor_of", [np.zeros(3, np.int64), np.full(40, 99), np.full(40, -2)])
def test_the_judge_refuses_what_is_no_assignment(mentor_of: Whole) -> None:
    with pytest.raises(ValueError, match="mentor"):
        verdict(population(40), mentor_of)


def test_the_judge_finds_a_wrong_total() -> None:
    people = population(40)
    answer = {"mentor_of": dense.best(people).tolist(), "wall": 1, "cpu": 1, "peak": 1}
    total = judged(people, answer, share=False).verdict.total
    assert judged(people, answer | {"claimed": total}, share=False).faults == []
    assert judged(people, answer | {"claimed": total + 1}, share=False).faults


def test_the_judge_finds_accepted_pairs_that_changed() -> None:
    people = population(40)
    best = dense.best(people)
    answer = {"mentor_of": best.tolist(), "wall": 1, "cpu": 1, "peak": 1}
    before = best[:30].copy()
    before[7] = (before[7] + 1) % 16
    before[8] = NOBODY
    assert judged(people, answer | {"accepted": before.tolist()}, share=False).changed == 1


@pytest.mark.parametrize("kind", list(Kind))
def test_nobody_can_match_more_than_the_most_matchable(kind: Kind) -> None:
    people = population(300, kind)
    assert verdict(people, dense.best(people)).matched == most_matchable(people)


@pytest.mark.parametrize("seed", range(3))
def test_the_dense_peer_is_the_optimum(seed: int) -> None:
    people = population(5, mentors=3, most_places=2, seed=seed)
    of_everybody = (
        verdict(people, np.array(each)) for each in itertools.product(range(-1, 3), repeat=5)
    )
    possible = [each for each in of_everybody if not each.against_a_rule | each.over_capacity]
    best = max((each.matched, each.total) for each in possible)
    found = verdict(people, dense.best(people))
    assert (found.matched, found.total) == best


# measuring


def test_a_tool_runs_in_its_own_process_and_is_measured(tmp_path: Path) -> None:
    people = population(30)
    outcome = judged(people, run(DENSE, People(mentees=30), tmp_path), share=False)
    assert outcome.verdict == verdict(people, dense.best(people))
    assert 0 < outcome.wall < 60
    assert 20 * targets.MB < outcome.peak < 1000 * targets.MB


def test_a_tool_that_fails_says_so(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="broken"):
        run(Tool(name="broken", module="is_not_there"), People(mentees=30), tmp_path)


# the table


def test_the_table_marks_a_target_that_was_missed() -> None:
    row = a_comparison(an_outcome(wall=2), an_outcome(wall=1))
    reached, missed = table.checked(row, (targets.share_of_time(2.5), targets.share_of_time(1.5)))
    assert not reached.missed
    assert missed.missed
    assert table.block("row", row, (missed,)).endswith("MISSED")
    assert table.summary([reached, missed], []).startswith("1 of 2 targets reached")


def test_what_was_promised_by_nobody_cannot_be_missed() -> None:
    row = a_comparison(an_outcome(wall=99), an_outcome(wall=1))
    (shown,) = table.checked(row, (targets.times_faster(),))
    assert not shown.missed
    assert table.summary([shown], []).startswith("0 of 0")


@pytest.mark.parametrize(
    ("target", "ours", "peer"),
    [
        (targets.keeps_the_rules(), an_outcome(claimed=5001), an_outcome()),
        (targets.times_faster(50), an_outcome(wall=1), an_outcome(wall=49)),
        (targets.share_of_solving(0.1), replace(an_outcome(), solving=0.2), SOLVED),
        (targets.share_of_solving(0.1), an_outcome(), an_outcome()),
        (targets.share_of_memory(0.1), an_outcome(), an_outcome(peak=900 * targets.MB)),
        (targets.peak(99 * targets.MB), an_outcome(), an_outcome()),
        (targets.no_lower_total(), an_outcome(), an_outcome(total=5001)),
        (targets.same_total(), an_outcome(total=5001), an_outcome()),
        (targets.share_of_total(0.97), an_outcome(total=4849), an_outcome()),
        (targets.gap(0), replace(an_outcome(), gap=0.0001), an_outcome()),
        (targets.gap(0), an_outcome(), an_outcome()),
        (targets.accepted_unchanged(), replace(an_outcome(), changed=1), an_outcome()),
        (targets.everyone_matchable(), an_outcome(), an_outcome()),
        (targets.worst_pair(), an_outcome(worst=4999), an_outcome()),
    ],
    ids=lambda each: each.name if isinstance(each, targets.Target) else "",
)
def test_each_target_can_be_missed(target: targets.Target, ours: Outcome, peer: Outcome) -> None:
    assert not target.find(a_comparison(ours, peer)).reached


def test_rounds_that_differ_keep_no_rules() -> None:
    other = replace(an_outcome(), digest="other")
    twice = Rounds(DENSE, (an_outcome(), other))
    row = Comparison(people=People(mentees=30), ours=twice)
    assert not targets.keeps_the_rules().find(row).reached


# the engine against the dense optimum


@pytest.mark.parametrize("people", list(islice(instances(sizes=(12, 25, 40)), 30)), ids=_name)
def test_the_engine_finds_the_dense_optimum(people: People) -> None:
    assert disagreement(people) is None
