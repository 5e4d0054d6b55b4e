"""What the worker does for drafts."""

from __future__ import annotations

from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from plugin.foundation import outbox
from plugin.foundation.outbox import Debt, LeasedDebt, Outcome, Postponed, Settled
from plugin.foundation.tenancy import EVERYWHERE
from plugin.matching import drafts
from plugin.matching.deliveries import DRAFTING, MOST_ATTEMPTS, OUR_FAULT, TOO_LARGE, DraftDelivery
from plugin.matching.engine.results import Origin
from plugin.matching.model import DraftState
from plugin.matching.solving import Beat, EngineDied
from plugin.programmes.model import Part
from tests.plugin.factories import at_once, every, statements_on
from tests.plugin.matching.crowds import a_crowd
from tests.plugin.matching.drafting import (
    ANOTHER,
    Instructor,
    Json,
    a_worker,
    an_instructor,
    here,
    participation_of,
)


def a_delivery(instructor: Instructor, solve: Any = here) -> DraftDelivery:
    mentes = instructor.mentes
    return DraftDelivery(mentes.database, mentes.clock, lease=60, solve=solve)


def leased(instructor: Instructor) -> LeasedDebt:
    """Lease the draft that is owed, as a worker does."""
    with instructor.mentes.database.transaction(EVERYWHERE) as session:
        now = instructor.mentes.clock()
        (debt,) = outbox.claim(session, kinds=[DRAFTING], now=now, lease=60)
        return debt


def debts(instructor: Instructor) -> list[tuple[str | None, str | None]]:
    with instructor.mentes.database.reading(instructor.organisation_id) as session:
        return [
            (debt.outcome, debt.problem) for debt in every(session, Debt, Debt.kind == DRAFTING)
        ]


# Finding pairs.


def test_a_draft_has_a_pair_for_everybody_who_can_have_one(instructor: Instructor) -> None:
    mo, una = instructor.attaches("Mo", skill=["Slides"]), instructor.attaches("Una")
    ada, ben = instructor.lets_in("Ada", skill=["Slides"]), instructor.lets_in("Ben")
    draft_id = instructor.makes()
    draft, rows = instructor.draft(draft_id), instructor.rows(draft_id)
    assert (draft.state, draft.progress, draft.stage) == (DraftState.READY, 100, None)
    assert draft.ended_at == instructor.mentes.clock()
    assert instructor.pairs(draft_id) == {ada: mo, ben: una}
    assert {row.origin for row in rows.values()} == {Origin.NEW}
    assert not any(row.accepted for row in rows.values())
    assert {"kind": "overlap", "field": "skill", "options": ["slides"]} in rows[ada].reasons
    assert draft.statistics is not None
    assert (draft.statistics["after"]["matched"], draft.statistics["gap"]) == (2, 0)
    assert debts(instructor) == [(Outcome.DELIVERED, None)]


def test_who_has_no_mentor_is_there_with_the_reason(instructor: Instructor) -> None:
    instructor.attaches("Mo", skill=["Slides"])
    ada = instructor.lets_in("Ada", skill=["Slides"])
    ben, chi = (
        instructor.lets_in("Ben", skill=["Slides"]),
        instructor.lets_in("Chi", skill=["Budgets"]),
    )
    what = {"kind": "same", "mentee": "skill", "mentor": "skill"}
    draft_id = instructor.makes(rules={"version": 1, "rules": [{"kind": "require", "what": what}]})
    paired, unmatched = instructor.pairs(draft_id), instructor.unmatched(draft_id)
    assert len(paired) == 1
    assert set(unmatched.items()) == {
        (chi, "ruled-out"),
        (ben if ada in paired else ada, "places-taken"),
    }


def test_a_programme_in_which_nobody_takes_part_has_an_empty_draft(instructor: Instructor) -> None:
    draft_id = instructor.makes()
    assert instructor.draft(draft_id).state == DraftState.READY
    assert instructor.pairs(draft_id) == instructor.unmatched(draft_id) == {}


def test_nobody_who_takes_learners_is_a_reason_too(instructor: Instructor) -> None:
    ada = instructor.lets_in()
    assert instructor.unmatched(instructor.makes()) == {ada: "no-mentors"}


def test_the_same_people_rules_and_lots_give_the_same_pairs(instructor: Instructor) -> None:
    with instructor.at_work() as (session, programme):
        a_crowd(session, programme, mentees=30, mentors=15)
    one, two = instructor.makes(), instructor.makes()
    assert instructor.draft(one).people_digest == instructor.draft(two).people_digest
    assert instructor.pairs(one) == instructor.pairs(two)
    instructor.lets_in("Zoe")
    assert instructor.draft(instructor.makes()).people_digest != instructor.draft(one).people_digest


def test_each_programme_is_matched_by_itself(instructor: Instructor) -> None:
    beside = an_instructor(instructor.mentes, instructor.organisation_id, context=ANOTHER)
    mo, ada = instructor.attaches("Mo"), instructor.lets_in("Ada")
    una, ben = beside.attaches("Una"), beside.lets_in("Ben")
    assert instructor.pairs(instructor.makes()) == {ada: mo}
    assert beside.pairs(beside.makes()) == {ben: una}


# Making one again.


def test_what_the_instructor_said_yes_to_stays_and_newcomers_are_added(
    instructor: Instructor,
) -> None:
    with instructor.at_work() as (session, programme):
        mentees, _ = a_crowd(session, programme, mentees=20, mentors=12, capacity=2)
    first = instructor.makes()
    with instructor.changing(first) as (session, draft):
        drafts.accept(session, draft, mentees[:10])
    with instructor.at_work() as (session, programme):
        a_crowd(session, programme, mentees=10, mentors=10, capacity=2, seed=2)
    second = instructor.makes(based_on=first)
    before, after = instructor.pairs(first), instructor.rows(second)
    for mentee in mentees[:10]:
        row = after[mentee]
        assert (row.mentor_id, row.origin, row.accepted) == (before[mentee], Origin.ACCEPTED, True)
    again = [mentee for mentee in mentees[10:] if after[mentee].mentor_id == before[mentee]]
    assert {after[mentee].origin for mentee in again} <= {Origin.PROPOSED}
    statistics = instructor.draft(second).statistics
    assert statistics is not None
    assert statistics["changed"] == 10 - len(again)
    assert statistics["before"]["matched"] == 20


def test_a_pairing_stays_whatever_the_rules_say_now(instructor: Instructor) -> None:
    mo = instructor.attaches("Mo", skill=["Slides"])
    ada = instructor.lets_in("Ada", skill=["Budgets"])
    first = instructor.makes()
    instructor.publishes(first)
    instructor.worker.run_until_idle()
    what = {"kind": "same", "mentee": "skill", "mentor": "skill"}
    second = instructor.makes(rules={"version": 1, "rules": [{"kind": "require", "what": what}]})
    row = instructor.rows(second)[ada]
    assert (row.mentor_id, row.origin) == (mo, Origin.ACCEPTED)


def test_a_yes_does_not_outlast_a_refusal_a_leaving_or_the_places(instructor: Instructor) -> None:
    mo, una = instructor.attaches("Mo", capacity=2), instructor.attaches("Una", capacity=3)
    names = ("Ada", "Ben", "Chi", "Dan", "Eve")
    people = [instructor.lets_in(name) for name in names]
    first = instructor.makes()
    with instructor.changing(first) as (session, draft):
        drafts.accept(session, draft, None)
    before = instructor.pairs(first)
    refusing, leaving = (next(each for each in people if before[each] == who) for who in (mo, una))
    with instructor.at_work() as (session, programme):
        row = participation_of(session, programme, refusing, Part.MENTEE)
        row.refuses = [str(mo)]
        participation_of(session, programme, una, Part.MENTOR).capacity = 1
    instructor.lets_go(leaving)
    second = instructor.makes(based_on=first)
    after = instructor.rows(second)
    assert refusing not in after or after[refusing].mentor_id == una
    assert leaving not in after
    kept = [each for each in after.values() if each.origin == Origin.ACCEPTED]
    assert sorted(str(each.mentor_id) for each in kept) == sorted([str(mo), str(una)])


# When it goes wrong.


def test_rules_that_cannot_be_used_fail_the_draft_in_words(instructor: Instructor) -> None:
    instructor.attaches()
    instructor.lets_in()
    draft = instructor.draft(instructor.makes(keep_bonus=-1))
    assert draft.state == DraftState.FAILED
    assert draft.problem is not None
    assert "whole number" in draft.problem
    assert debts(instructor) == [(Outcome.DELIVERED, "not-usable")]


def test_a_fault_of_ours_fails_the_draft_and_is_shown_to_the_operator(
    instructor: Instructor,
) -> None:
    def broken(task: Json, beat: Beat) -> Json:
        raise ZeroDivisionError

    instructor.worker = a_worker(instructor.mentes, broken)
    draft = instructor.draft(instructor.makes())
    assert (draft.state, draft.problem) == (DraftState.FAILED, OUR_FAULT)
    assert debts(instructor) == [(Outcome.GIVEN_UP, "internal (ZeroDivisionError)")]


def test_an_engine_that_dies_is_started_again_but_not_for_ever(instructor: Instructor) -> None:
    started = []

    def dying(task: Json, beat: Beat) -> Json:
        started.append(task)
        raise EngineDied("out of memory")

    instructor.worker = a_worker(instructor.mentes, dying)
    draft_id = instructor.begins()
    for _ in range(MOST_ATTEMPTS + 1):
        instructor.worker.run_until_idle()
        instructor.mentes.clock.forward(minutes=10)  # type: ignore[attr-defined]
    assert len(started) == MOST_ATTEMPTS
    draft = instructor.draft(draft_id)
    assert (draft.state, draft.problem) == (DraftState.FAILED, TOO_LARGE)
    assert debts(instructor) == [(Outcome.GIVEN_UP, "engine-died")]


def test_a_database_that_is_away_is_nobodys_fault(instructor: Instructor) -> None:
    def away(task: Json, beat: Beat) -> Json:
        raise OperationalError("away", None, Exception())

    draft_id = instructor.begins()
    with pytest.raises(OperationalError):
        a_delivery(instructor, away)(leased(instructor))
    assert instructor.draft(draft_id).state == DraftState.RUNNING


def test_a_draft_that_is_put_away_is_stopped(instructor: Instructor) -> None:
    instructor.attaches()
    instructor.lets_in()
    draft_id = instructor.begins()
    solved = []

    def put_away_meanwhile(task: Json, beat: Beat) -> Json:
        with instructor.changing(draft_id) as (session, draft):
            drafts.discard(session, draft)
        beat("pairs", 0.5)
        solved.append(task)
        return here(task, beat)

    settled = a_delivery(instructor, put_away_meanwhile)(leased(instructor))
    assert settled == Settled(outcome=Outcome.SUPERSEDED)
    assert solved == []
    assert instructor.draft(draft_id).state == DraftState.DISCARDED
    assert instructor.pairs(draft_id) == {}


def test_one_that_was_put_away_before_is_not_begun(instructor: Instructor) -> None:
    draft_id = instructor.begins()
    with instructor.changing(draft_id) as (session, draft):
        drafts.discard(session, draft)
    instructor.worker.run_until_idle()
    assert debts(instructor) == [(Outcome.SUPERSEDED, None)]


# Progress and leases.


def test_the_page_can_see_how_far_it_is(instructor: Instructor) -> None:
    draft_id, seen = instructor.begins(), []

    def telling(task: Json, beat: Beat) -> Json:
        for stage, part in (("people", 0.0), ("pairs", 0.5), (None, 0.5)):
            beat(stage, part)
            draft = instructor.draft(draft_id)
            seen.append((draft.state, draft.stage, draft.progress))
        return here(task, beat)

    a_delivery(instructor, telling)(leased(instructor))
    running = DraftState.RUNNING
    assert seen == [(running, "people", 5), (running, "pairs", 47), (running, "pairs", 47)]


def test_a_long_draft_holds_its_debt_as_long_as_it_lives(instructor: Instructor) -> None:
    instructor.begins()

    def long(task: Json, beat: Beat) -> Json:
        for _ in range(5):
            instructor.mentes.clock.forward(seconds=40)  # type: ignore[attr-defined]
            beat(None, 0.5)
        with instructor.mentes.database.transaction(EVERYWHERE) as session:
            now = instructor.mentes.clock()
            assert outbox.claim(session, kinds=[DRAFTING], now=now, lease=60) == []
        return here(task, beat)

    assert a_delivery(instructor, long)(leased(instructor)) == Settled()


def test_who_was_thought_dead_leaves_the_draft_to_the_other(instructor: Instructor) -> None:
    instructor.attaches()
    ada = instructor.lets_in()
    draft_id = instructor.begins()

    def slow(task: Json, beat: Beat) -> Json:
        instructor.mentes.clock.forward(minutes=2)  # type: ignore[attr-defined]
        other = leased(instructor)
        assert a_delivery(instructor)(other) == Settled()
        beat("pairs", 0.5)
        raise AssertionError("We go on with what is somebody else's.")

    late = a_delivery(instructor, slow)(leased(instructor))
    assert late == Postponed(problem="lease-lost")
    assert list(instructor.pairs(draft_id)) == [ada]


def test_of_two_workers_at_the_same_draft_one_writes_its_pairs(instructor: Instructor) -> None:
    with instructor.at_work() as (session, programme):
        a_crowd(session, programme, mentees=10, mentors=5)
    draft_id = instructor.begins()
    debt, meeting = leased(instructor), Barrier(2)

    def together(task: Json, beat: Beat) -> Json:
        solution = here(task, beat)
        meeting.wait(timeout=30)
        return solution

    at_once(2, lambda _number: a_delivery(instructor, together)(debt))
    assert len(instructor.rows(draft_id)) == 10
    assert instructor.draft(draft_id).state == DraftState.READY


def test_a_draft_that_is_made_again_after_a_crash_has_the_same_pairs(
    instructor: Instructor,
) -> None:
    with instructor.at_work() as (session, programme):
        a_crowd(session, programme, mentees=30, mentors=20)
    whole = instructor.makes()
    draft_id = instructor.begins()

    def killed(task: Json, beat: Beat) -> Json:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        a_delivery(instructor, killed)(leased(instructor))
    assert instructor.draft(draft_id).state == DraftState.RUNNING
    instructor.mentes.clock.forward(days=40)  # type: ignore[attr-defined] # nobody waits longer
    instructor.worker.run_until_idle()
    assert instructor.pairs(draft_id) == instructor.pairs(whole)
    assert instructor.draft(draft_id).people_digest == instructor.draft(whole).people_digest


def test_making_a_draft_costs_as_many_statements_for_many_as_for_few(
    instructor: Instructor,
) -> None:
    costs = []
    for many in (3, 60):
        with instructor.at_work() as (session, programme):
            a_crowd(session, programme, mentees=many, mentors=many)
        instructor.begins()
        debt = leased(instructor)
        with statements_on(instructor.mentes.database.engine) as seen:
            a_delivery(instructor)(debt)
        costs.append(len(seen))
        with instructor.mentes.database.transaction(EVERYWHERE) as session:
            session.execute(update(Debt).values(settled_at=instructor.mentes.clock()))
    assert costs[0] == costs[1]


def test_no_name_leaves_the_database_for_the_engine(instructor: Instructor) -> None:
    instructor.attaches("Mo Mentor")
    instructor.lets_in("Ada Lovelace")
    tasks = []

    def looked_at(task: Json, beat: Beat) -> Json:
        tasks.append(str(task))
        return here(task, beat)

    instructor.worker = a_worker(instructor.mentes, looked_at)
    instructor.makes()
    assert tasks
    assert not any(name in tasks[0] for name in ("Ada", "Lovelace", "Mo "))
