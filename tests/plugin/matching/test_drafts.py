"""What an instructor does with drafts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from plugin.foundation.errors import DraftMovedOn, NotFound, PairRefused
from plugin.matching import drafts, publishing, service
from plugin.matching.drafts import APART, LATEST, Options
from plugin.matching.engine.errors import RulesInvalid
from plugin.matching.engine.results import Objective
from plugin.matching.model import Draft, DraftState
from plugin.pairings.service import open_pairing
from tests.plugin.factories import NOW, an_organisation, at_once, every
from tests.plugin.matching.drafting import ANOTHER, Instructor, an_instructor

TRIED_OUT: dict[str, Any] = {"version": 1, "rules": [{"kind": "wish", "weight": 3}]}


# Beginning.


def test_a_draft_keeps_what_it_was_asked(instructor: Instructor) -> None:
    draft = instructor.draft(instructor.begins(objective=Objective.SCORE, keep_bonus=10))
    assert (draft.number, draft.state, draft.progress) == (1, DraftState.WAITING, 0)
    assert (draft.made_by, draft.made_at) == (instructor.person_id, instructor.mentes.clock())
    assert Options.read(draft.options).objective is Objective.SCORE
    assert draft.options["keep_bonus"] == 10
    assert (draft.rules_version, draft.based_on) == (None, None)


def test_drafts_are_numbered_within_their_programme(instructor: Instructor) -> None:
    beside = an_instructor(instructor.mentes, instructor.organisation_id, context=ANOTHER)
    numbers = [instructor.draft(instructor.begins()).number for _ in range(3)]
    assert numbers == [1, 2, 3]
    assert beside.draft(beside.begins()).number == 1


def test_of_two_who_begin_at_once_each_has_their_own_number(instructor: Instructor) -> None:
    begun = at_once(4, lambda _number: instructor.begins())
    numbers = {instructor.draft(each).number for each in begun if isinstance(each, UUID)}
    assert numbers == {1, 2, 3, 4}


def test_the_rules_are_the_programmes_or_tried_out(instructor: Instructor) -> None:
    with instructor.at_work() as (session, programme):
        service.save_rules(session, programme, TRIED_OUT, by=instructor.person_id, now=NOW)
    by_version = instructor.draft(instructor.begins())
    assert by_version.rules_version == 1
    tried = {"version": 1, "rules": [], "reciprocal": False}
    draft = instructor.draft(instructor.begins(rules=tried))
    assert draft.rules_version is None
    assert draft.rules["reciprocal"] is False
    assert draft.rules["waiting_after"] == 14  # with its defaults, as they were then
    with pytest.raises(RulesInvalid):
        instructor.begins(rules={"version": 1, "rules": [{"kind": "guess"}]})


def test_drafts_of_a_programme_draw_the_same_lots_unless_told_otherwise(
    instructor: Instructor,
) -> None:
    beside = an_instructor(instructor.mentes, instructor.organisation_id, context=ANOTHER)
    one, two = (instructor.draft(instructor.begins()).options["seed"] for _ in range(2))
    assert one == two
    assert instructor.draft(instructor.begins(seed=7)).options["seed"] == 7
    assert beside.draft(beside.begins()).options["seed"] != one


def test_the_newest_drafts_come_first_and_discarded_ones_not_at_all(
    instructor: Instructor,
) -> None:
    made = [instructor.begins() for _ in range(LATEST + 2)]
    with instructor.changing(made[-1]) as (session, draft):
        drafts.discard(session, draft)
    with instructor.at_work() as (session, programme):
        listed = [each.id for each in drafts.of_programme(session, programme)]
    assert listed == made[-2:0:-1]


def test_a_draft_is_found_in_its_programme_alone(instructor: Instructor) -> None:
    draft_id = instructor.begins()
    mentes, ours = instructor.mentes, instructor.organisation_id
    beside = an_instructor(mentes, ours, context=ANOTHER)
    abroad = an_instructor(mentes, an_organisation(mentes.database), client_id="client-2")
    for other in (beside, abroad):
        with other.at_work() as (session, programme):
            with pytest.raises(NotFound):
                drafts.one(session, programme, draft_id)
            assert drafts.of_programme(session, programme) == []
    with mentes.database.reading(abroad.organisation_id) as session:
        assert every(session, Draft) == []


def test_a_draft_is_not_based_on_one_of_another_programme(instructor: Instructor) -> None:
    beside = an_instructor(instructor.mentes, instructor.organisation_id, context=ANOTHER)
    with beside.looking(beside.begins()) as (_, theirs):
        pass
    with instructor.at_work() as (session, programme), pytest.raises(NotFound):
        drafts.begin(
            session,
            programme,
            options=Options(),
            based_on=theirs,
            by=instructor.person_id,
            now=NOW,
        )


# Deciding.


def test_a_yes_is_kept_and_can_be_taken_back(instructor: Instructor) -> None:
    instructor.attaches(capacity=3)
    ada, ben, _chi = (instructor.lets_in(name) for name in ("Ada", "Ben", "Chi"))
    draft_id = instructor.makes()
    with instructor.changing(draft_id) as (session, draft):
        assert drafts.accept(session, draft, [ada, ben, uuid4()]) == 2
        assert drafts.accept(session, draft, [ada]) == 0
        assert drafts.accept(session, draft, [ben], yes=False) == 1
    accepted = {each for each, row in instructor.rows(draft_id).items() if row.accepted}
    assert accepted == {ada}
    with instructor.changing(draft_id) as (session, draft):
        assert drafts.accept(session, draft, None) == 2
        assert drafts.accept(session, draft, None, yes=False) == 3


def test_what_is_a_pairing_already_needs_no_yes(instructor: Instructor) -> None:
    instructor.attaches(capacity=2)
    ada, ben = instructor.lets_in("Ada"), instructor.lets_in("Ben")
    draft_id = instructor.makes()
    instructor.publishes(draft_id)
    instructor.worker.run_until_idle()
    again = instructor.makes()
    with instructor.changing(again) as (session, draft):
        assert drafts.accept(session, draft, None) == 0
        assert drafts.accept(session, draft, [ada, ben], yes=False) == 0
        with pytest.raises(PairRefused, match="has a mentor already"):
            drafts.take_apart(session, draft, ada)
        with pytest.raises(PairRefused, match="has a mentor already"):
            drafts.change(session, draft, ada, instructor.pairs(again)[ada])


def test_somebody_else_can_be_chosen(instructor: Instructor) -> None:
    mo, una = instructor.attaches("Mo", skill=["Slides"]), instructor.attaches("Una")
    ada = instructor.lets_in(skill=["Slides"])
    draft_id = instructor.makes()
    assert instructor.pairs(draft_id) == {ada: mo}
    with instructor.changing(draft_id) as (session, draft):
        drafts.change(session, draft, ada, una)
    row = instructor.rows(draft_id)[ada]
    assert (row.mentor_id, row.origin, row.accepted) == (una, drafts.CHOSEN, True)
    assert row.reasons == [{"kind": "same", "field": "talk", "options": ["call"]}]
    with instructor.changing(draft_id) as (session, draft):
        drafts.change(session, draft, ada, mo)  # whose place is free again
    assert instructor.pairs(draft_id) == {ada: mo}


def test_somebody_can_be_chosen_for_who_had_nobody(instructor: Instructor) -> None:
    instructor.attaches("Mo")
    ada = instructor.lets_in("Ada")
    draft_id = instructor.makes()
    with instructor.changing(draft_id) as (session, draft):
        drafts.take_apart(session, draft, ada)
    assert instructor.unmatched(draft_id) == {ada: drafts.TAKEN_APART}
    late = instructor.attaches("Late")
    with instructor.changing(draft_id) as (session, draft):
        drafts.change(session, draft, ada, late)
    assert instructor.unmatched(draft_id) == {}
    assert instructor.pairs(draft_id) == {ada: late}


def test_nobody_is_chosen_who_has_no_place_left_in_the_draft(instructor: Instructor) -> None:
    mo, una = instructor.attaches("Mo", skill=["Slides"]), instructor.attaches("Una")
    ada, ben = instructor.lets_in("Ada", skill=["Slides"]), instructor.lets_in("Ben")
    draft_id = instructor.makes()
    assert instructor.pairs(draft_id) == {ada: mo, ben: una}
    with (
        instructor.changing(draft_id) as (session, draft),
        pytest.raises(PairRefused, match="no place left"),
    ):
        drafts.change(session, draft, ben, mo)
    assert instructor.pairs(draft_id) == {ada: mo, ben: una}


def apart_by_the_mentees_word(instructor: Instructor) -> tuple[UUID, UUID]:
    mo = instructor.attaches("Mo")
    return instructor.lets_in(refuses=[mo]), mo


def apart_by_the_mentors_word(instructor: Instructor) -> tuple[UUID, UUID]:
    ada = instructor.lets_in()
    return ada, instructor.attaches("Mo", refuses=[ada])


def apart_by_a_rule(instructor: Instructor) -> tuple[UUID, UUID]:
    return instructor.lets_in(skill=["Slides"]), instructor.attaches("Mo", skill=["Budgets"])


def one_and_the_same(instructor: Instructor) -> tuple[UUID, UUID]:
    return instructor.lets_in(subject="9"), instructor.attaches("Both", subject="9")


@pytest.mark.parametrize(
    "apart",
    [apart_by_the_mentees_word, apart_by_the_mentors_word, apart_by_a_rule, one_and_the_same],
)
def test_nobody_learns_what_keeps_two_apart(
    instructor: Instructor, apart: Callable[[Instructor], tuple[UUID, UUID]]
) -> None:
    what = {"kind": "same", "mentee": "skill", "mentor": "skill"}
    mentee, mentor = apart(instructor)
    rules = {"version": 1, "rules": [{"kind": "require", "what": what}]}
    draft_id = instructor.makes(rules=rules)
    with instructor.changing(draft_id) as (session, draft):
        with pytest.raises(PairRefused) as refused:
            drafts.change(session, draft, mentee, mentor)
        assert str(refused.value) == APART
    assert instructor.pairs(draft_id) == {}


def test_nobody_mentors_their_mentor_where_rules_do_not_want_that(instructor: Instructor) -> None:
    ada, mo = instructor.lets_in("Ada", subject="4"), instructor.attaches("Mo", subject="6")
    draft_id = instructor.makes(rules={"version": 1, "rules": [], "reciprocal": False})
    assert instructor.pairs(draft_id) == {ada: mo}
    instructor.attaches("Ada", subject="4")
    instructor.lets_in("Mo", subject="6")
    with (
        instructor.changing(draft_id) as (session, draft),
        pytest.raises(PairRefused, match="apart"),
    ):
        drafts.change(session, draft, mo, ada)


def test_only_people_of_the_programme_are_chosen(instructor: Instructor) -> None:
    beside = an_instructor(instructor.mentes, instructor.organisation_id, context=ANOTHER)
    stranger, mo, una = beside.attaches("Stranger"), instructor.attaches(), instructor.attaches()
    ada, ben = instructor.lets_in("Ada"), instructor.lets_in("Ben")
    draft_id = instructor.makes()
    instructor.detaches(una)
    instructor.lets_go(ben)
    with instructor.changing(draft_id) as (session, draft):
        for mentee, mentor in ((ada, stranger), (ada, una), (ada, ben), (ben, mo), (mo, mo)):
            with pytest.raises(NotFound):
                drafts.change(session, draft, mentee, mentor)
        with pytest.raises(NotFound):
            drafts.take_apart(session, draft, mo)


# What is past.


def accepting(session: Session, draft: Draft) -> None:
    drafts.accept(session, draft, None)


def changing(session: Session, draft: Draft) -> None:
    drafts.change(session, draft, uuid4(), uuid4())


def taking_apart(session: Session, draft: Draft) -> None:
    drafts.take_apart(session, draft, uuid4())


def publishing_it(session: Session, draft: Draft) -> None:
    publishing.publish(session, draft, by=draft.made_by, now=NOW)


@pytest.mark.parametrize("state", set(DraftState) - {DraftState.READY})
def test_only_a_draft_that_is_ready_is_worked_on(instructor: Instructor, state: DraftState) -> None:
    draft_id = instructor.begins()
    with instructor.changing(draft_id) as (_, draft):
        draft.state = state
    for work in (accepting, changing, taking_apart, publishing_it):
        if work is publishing_it and state in (DraftState.PUBLISHING, DraftState.PUBLISHED):
            continue  # doing it twice is doing it once
        with instructor.changing(draft_id) as (session, draft), pytest.raises(DraftMovedOn):
            work(session, draft)


@pytest.mark.parametrize("state", DraftState)
def test_what_is_published_is_not_discarded(instructor: Instructor, state: DraftState) -> None:
    draft_id = instructor.begins()
    with instructor.changing(draft_id) as (_, draft):
        draft.state = state
    with instructor.changing(draft_id) as (session, draft):
        if state in (DraftState.PUBLISHING, DraftState.PUBLISHED):
            with pytest.raises(DraftMovedOn):
                drafts.discard(session, draft)
        else:
            drafts.discard(session, draft)
            assert draft.state == DraftState.DISCARDED


def test_two_instructors_who_give_away_the_last_place_at_once_have_one_winner(
    instructor: Instructor,
) -> None:
    mo = instructor.attaches("Mo")
    mentees = [instructor.lets_in(f"Learner {number}") for number in range(4)]
    draft_id = instructor.makes()
    (first,) = instructor.pairs(draft_id)
    with instructor.changing(draft_id) as (session, draft):
        drafts.take_apart(session, draft, first)

    def choose(number: int) -> bool:
        with instructor.changing(draft_id) as (session, draft):
            drafts.change(session, draft, mentees[number], mo)
            return True

    answers = at_once(4, choose)
    assert sorted(type(each).__name__ for each in answers) == ["PairRefused"] * 3 + ["bool"]
    assert list(instructor.pairs(draft_id).values()) == [mo]


def test_a_place_that_was_given_away_outside_the_draft_is_not_free_in_it(
    instructor: Instructor,
) -> None:
    mo = instructor.attaches("Mo", skill=["Slides"])
    ada, ben = instructor.lets_in("Ada", skill=["Slides"]), instructor.lets_in("Ben")
    older, newer = instructor.makes(), instructor.makes()
    instructor.publishes(newer)
    instructor.worker.run_until_idle()
    with instructor.changing(older) as (session, draft):
        assert open_pairing(session, draft.programme_id, ada) is not None
        with pytest.raises(PairRefused, match="no place left"):
            drafts.change(session, draft, ben, mo)
