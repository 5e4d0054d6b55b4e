"""The pairs of a draft, a page at a time."""

from __future__ import annotations

from typing import Any

from plugin.foundation.i18n import Words
from plugin.matching import drafts
from plugin.matching.views import PAGE, Counts, Only, PairPage, counts, pairs, unmatched
from plugin.pairings.service import pair
from plugin.people.model import Person
from tests.plugin.factories import NOW, an_organisation, every, statements_on
from tests.plugin.matching.crowds import a_crowd, asked
from tests.plugin.matching.drafting import Instructor, an_instructor

WORDS = Words("en")


def page_of(instructor: Instructor, draft_id: Any, **wanted: Any) -> PairPage:
    with instructor.looking(draft_id) as (session, draft):
        return pairs(session, draft, WORDS, **wanted)


def names(page: PairPage) -> list[str | None]:
    return [line.mentee_name for line in page.lines]


def test_pairs_come_by_the_mentees_name_with_their_reasons(instructor: Instructor) -> None:
    instructor.attaches("Mo", capacity=3, skill=["Slides"])
    for name in ("Chi", "Ada", "Ben"):
        instructor.lets_in(name, skill=["Slides"])
    page = page_of(instructor, instructor.makes())
    assert names(page) == ["Ada", "Ben", "Chi"]
    assert {line.mentor_name for line in page.lines} == {"Mo"}
    assert page.lines[0].reasons[0] == "Offers “Slides”, which the learner chose."
    assert (page.page, page.pages, page.found) == (1, 1, 3)


def test_who_has_no_name_comes_last(instructor: Instructor) -> None:
    instructor.attaches("Mo", capacity=2)
    nameless = instructor.lets_in("Somebody")
    instructor.lets_in("Ada")
    with instructor.at_work() as (session, _):
        session.get_one(Person, nameless).name = None
    assert names(page_of(instructor, instructor.makes())) == ["Ada", None]


def test_every_pair_is_on_one_page_and_pages_end(instructor: Instructor) -> None:
    with instructor.at_work() as (session, programme):
        a_crowd(session, programme, mentees=PAGE + 10, mentors=PAGE, capacity=2)
    draft_id = instructor.makes()
    first, second = page_of(instructor, draft_id), page_of(instructor, draft_id, page=2)
    assert (first.pages, first.found, len(first.lines), len(second.lines)) == (2, 60, PAGE, 10)
    seen = {line.mentee_id for page in (first, second) for line in page.lines}
    assert len(seen) == PAGE + 10
    assert page_of(instructor, draft_id, page=99) == second
    assert page_of(instructor, draft_id, page=-1) == first


def test_a_search_finds_either_of_the_two_by_a_part_of_the_name(instructor: Instructor) -> None:
    instructor.attaches("Mo Ädams", skill=["Slides"])
    instructor.attaches("Una 100%", skill=["Budgets"])
    instructor.lets_in("Ada", skill=["Slides"])
    instructor.lets_in("Ben", skill=["Budgets"])
    draft_id = instructor.makes()
    for search, found in (
        ("ad", ["Ada"]),
        ("MO", ["Ada"]),
        ("100%", ["Ben"]),
        ("%", ["Ben"]),
        ("_", []),
        ("nobody", []),
        ("", ["Ada", "Ben"]),
    ):
        assert names(page_of(instructor, draft_id, search=search)) == found, search


def test_pairs_can_be_asked_for_by_how_they_stand(instructor: Instructor) -> None:
    mo = instructor.attaches("Mo", capacity=4)
    ada = instructor.lets_in("Ada")
    with instructor.at_work() as (session, programme):
        pair(session, programme.id, mentor_id=mo, mentee_id=ada, reasons=[], now=NOW)
    ben, _chi = instructor.lets_in("Ben"), instructor.lets_in("Chi")
    draft_id = instructor.makes()
    with instructor.changing(draft_id) as (session, draft):
        drafts.accept(session, draft, [ben])
    for only, found in (
        (Only.ALL, ["Ada", "Ben", "Chi"]),
        (Only.STANDING, ["Ada"]),
        (Only.ACCEPTED, ["Ben"]),
        (Only.TO_DECIDE, ["Chi"]),
    ):
        assert names(page_of(instructor, draft_id, only=only)) == found
    lines = page_of(instructor, draft_id).lines
    assert [(line.stands, line.accepted) for line in lines] == [
        (True, True),
        (False, True),
        (False, False),
    ]
    with instructor.looking(draft_id) as (session, draft):
        assert counts(session, draft) == Counts(
            pairs=3, standing=1, accepted=1, to_decide=1, unmatched=0
        )


def test_who_found_somebody_else_is_shown_as_such(instructor: Instructor) -> None:
    mo = instructor.attaches("Mo", skill=["Slides"])
    ada = instructor.lets_in("Ada", skill=["Slides"])
    draft_id = instructor.makes()
    assert instructor.pairs(draft_id) == {ada: mo}
    una = instructor.attaches("Una")
    with instructor.at_work() as (session, programme):
        pair(session, programme.id, mentor_id=una, mentee_id=ada, reasons=[], now=NOW)
    (line,) = page_of(instructor, draft_id).lines
    assert (line.stands, line.elsewhere) == (False, True)


def test_a_page_costs_the_same_for_many_pairs_as_for_few(instructor: Instructor) -> None:
    costs = []
    for many in (3, PAGE):
        with instructor.at_work() as (session, programme):
            asked(programme)
            a_crowd(session, programme, mentees=many, mentors=many // 2, capacity=1)
        draft_id = instructor.makes()
        with (
            instructor.looking(draft_id) as (session, draft),
            statements_on(instructor.mentes.database.engine) as seen,
        ):
            pairs(session, draft, WORDS, search="a")
            unmatched(session, draft, WORDS)
            counts(session, draft)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 6


def test_nothing_of_a_draft_is_seen_from_another_organisation(instructor: Instructor) -> None:
    instructor.attaches()
    instructor.lets_in()
    draft_id = instructor.makes()
    mentes = instructor.mentes
    abroad = an_instructor(mentes, an_organisation(mentes.database), client_id="client-2")
    with instructor.looking(draft_id) as (_, draft):
        pass
    with mentes.database.reading(abroad.organisation_id) as session:
        assert counts(session, draft).pairs == 0
        assert every(session, drafts.DraftPair) == []
