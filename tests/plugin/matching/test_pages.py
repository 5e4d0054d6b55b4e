"""The pages of drafts: made, looked at, changed, compared, published."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from plugin.app import Mentes
from plugin.foundation.outbox import one_by_one
from plugin.matching.deliveries import DRAFTING, DraftDelivery
from plugin.matching.exporting import plain
from plugin.matching.model import DraftState
from plugin.matching.views import PAGE
from plugin.pairings.model import Pairing
from plugin.people.model import Person
from plugin.programmes import service as programmes
from plugin.programmes.model import PairsBy, Part, Participation
from plugin.worker import Worker
from tests.plugin.factories import a_mentee, a_mentor, statements_on
from tests.plugin.launching import ADA, Campus
from tests.plugin.matching.crowds import a_crowd
from tests.plugin.matching.visiting import Desk, a_desk, words_of

SKILL_IN_COMMON = {"kind": "overlap", "mentee": "skill", "mentor": "skill"}
REQUIRES_SKILL = json.dumps({"version": 1, "rules": [{"kind": "require", "what": SKILL_IN_COMMON}]})


@pytest.fixture
def desk(mentes: Mentes, campus: Campus, organisation_id: UUID) -> Desk:
    """An instructor whose programme nobody takes part in yet."""
    return a_desk(mentes, campus, organisation_id)


def crowded(desk: Desk, *, mentees: int = 8, mentors: int = 4, **said: Any) -> None:
    """Let people take part."""
    with desk.programme() as (session, programme):
        a_crowd(session, programme, mentees=mentees, mentors=mentors, **said)


def named(desk: Desk, name: str, part: Part = Part.MENTEE, **said: Any) -> UUID:
    """Let somebody with a name take part, and return their id."""
    with desk.programme() as (session, programme):
        make = a_mentee if part is Part.MENTEE else a_mentor
        return make(session, programme, name=name, **said).id


# The first page.


def test_without_a_programme_nobody_takes_part(campus: Campus) -> None:
    from tests.plugin.launching import TEACHER

    browser = campus.launched(TEACHER)
    page = words_of(browser.get("matching"))
    assert "Nobody takes part yet" in page
    assert "Make a draft" not in page
    assert browser.get("matching/rules").status_code == 303


def test_with_nobody_there_is_nothing_to_draft(desk: Desk) -> None:
    assert "Nobody takes part yet" in desk.page()


def test_without_a_mentor_one_is_attached_first(desk: Desk) -> None:
    named(desk, "Ada")
    page = desk.page()
    assert "One learner waits" in page
    assert "There is no mentor yet" in page
    assert "Make a draft" not in page


def test_who_waits_since_when_and_for_how_many_places(desk: Desk) -> None:
    crowded(desk, mentees=8, mentors=2, capacity=3)
    page = desk.page()
    assert "8 learners wait" in page
    assert "Waiting since 22 November 2026" in page
    assert "Free places 6" in page
    assert "2 places too few" in page
    assert "Counts most Skill they want ↔ Skill offered" in page


def test_a_programme_that_pairs_at_once_says_so(desk: Desk) -> None:
    named(desk, "Mo", Part.MENTOR)
    assert "whoever joins gets the best mentor" not in desk.page()
    with desk.programme() as (_, programme):
        programme.pairs_by = PairsBy.AT_ONCE
    assert "whoever joins gets the best mentor" in desk.page()


def test_learners_see_no_page_of_matching(desk: Desk, campus: Campus) -> None:
    crowded(desk)
    path = desk.makes()
    mentee = next(iter(desk.rows(path)))
    learner = campus.launched(ADA)
    for page in (
        "",
        "/rules",
        "/compare",
        path,
        f"{path}/progress",
        f"{path}/publish",
        f"{path}/pairs.csv",
        f"{path}/mentees/{mentee}",
    ):
        assert learner.get(f"matching{page}").status_code == 403, page
    for page in ("/drafts", f"{path}/pairs", f"{path}/publish", f"{path}/discard", "/rules"):
        assert learner.submit(f"matching{page}").status_code == 403, page


# While it is made.


def test_a_draft_shows_how_far_it_is_and_then_what_came_of_it(desk: Desk) -> None:
    crowded(desk)
    path = desk.begins()
    waiting = desk.get(path)
    assert "Look again" in words_of(waiting)
    assert 'role="status"' in waiting.text
    assert "connect-src 'self'" in waiting.headers["Content-Security-Policy"]
    assert desk.get(f"{path}/progress").get_json()["state"] == "waiting"
    desk.worker.run_until_idle()
    assert desk.get(f"{path}/progress").get_json()["state"] == "ready"
    ready = desk.get(path)
    assert "Learners with a mentor 0 of 8 8 of 8" in words_of(ready)
    assert "Proved" in words_of(ready)
    assert "connect-src" not in ready.headers["Content-Security-Policy"]


def test_a_draft_that_failed_says_what_to_do(desk: Desk) -> None:
    crowded(desk)

    def breaks(*_: Any) -> dict[str, Any]:
        raise RuntimeError("the roof is off")

    delivery = DraftDelivery(desk.mentes.database, desk.mentes.clock, lease=60, solve=breaks)
    desk.worker = Worker(
        replace(desk.mentes, deliveries={**desk.mentes.deliveries, DRAFTING: one_by_one(delivery)})
    )
    path = desk.makes()
    page = desk.page(path)
    assert "Could not be made" in page
    assert "Make it again" in page
    assert "roof" not in page
    assert desk.get(f"{path}/publish").status_code == 303
    assert "Could not be made" in desk.page()


def test_a_draft_can_be_stopped_and_its_page_stays_calm(desk: Desk) -> None:
    crowded(desk)
    path = desk.begins()
    answer = desk.submit(f"{path}/discard")
    assert answer.status_code == 303
    assert "put away" in desk.page(f"?{answer.headers['Location'].partition('?')[2]}")
    desk.worker.run_until_idle()
    assert "It changed nothing" in desk.page(path)
    assert "Draft 1" not in desk.page()


def test_a_draft_is_made_in_ways_that_there_are(desk: Desk) -> None:
    crowded(desk)
    for form in ({"objective": "luck"}, {"balance": "-1"}, {"based_on": "x"}):
        assert desk.submit("/drafts", **form).status_code == 422, form
    assert "There is none yet" in desk.page()


def test_how_it_is_made_is_kept_for_whoever_asks_later(desk: Desk) -> None:
    crowded(desk)
    path = desk.makes(objective="stable", floor="no", balance="2", keep_bonus="10")
    page = desk.page(path)
    draft = desk.draft(path)
    assert draft.options["objective"] == "stable"
    assert "The best pair first, then the next" in page
    assert str(draft.options["seed"]) in page
    assert str(draft.people_digest) in page
    assert "Tina Teacher" in page


# Those without a mentor.


def test_those_without_a_mentor_come_first_with_what_to_do(desk: Desk) -> None:
    crowded(desk, mentees=5, mentors=1, capacity=3)
    page = desk.page(desk.makes())
    assert "2 learners: Every place that the rules leave them is taken." in page
    assert page.index("2 learners without a mentor") < page.index("3 pairs")


def test_what_no_mentor_offers_is_said_and_nobodys_answer_shows(desk: Desk) -> None:
    assert desk.submit("/rules/json", document=REQUIRES_SKILL).status_code == 303
    crowded(desk, mentees=0, mentors=2, mentor_answers={"skill": ["planning"]})
    ada = named(desk, "Ada")
    with desk.programme() as (session, programme):
        mentee = programmes.participation(session, programme.id, ada, Part.MENTEE)
        assert mentee is not None
        mentee.answers = {"skill": ["excel"]}
    page = desk.page(desk.makes())
    assert "One learner without a mentor" in page
    assert "No mentor offers Giving feedback, Excel, Leading meetings and" in page
    about_ada = page.partition("Who they are")[2].partition("Give them somebody")[0]
    assert "Excel" not in about_ada


def test_a_refusal_shows_nowhere(desk: Desk) -> None:
    mentor = named(desk, "Mo", Part.MENTOR, capacity=1)
    ada = named(desk, "Ada")
    with desk.programme() as (session, programme):
        mentee = programmes.participation(session, programme.id, ada, Part.MENTEE)
        assert mentee is not None
        mentee.refuses = [str(mentor)]
    path = desk.makes()
    for page in (desk.page(path), desk.page(f"{path}/mentees/{ada}")):
        assert not re.search("refus|block|should not be paired", page)
    answer = desk.submit(f"{path}/mentees/{ada}", mentor=str(mentor))
    assert answer.status_code == 409
    assert "What this programme requires keeps these two apart." in words_of(answer)


def test_those_without_a_mentor_are_listed_in_pages(desk: Desk) -> None:
    crowded(desk, mentees=PAGE + 3, mentors=1, capacity=1)
    path = desk.makes()
    first, second = desk.page(path), desk.page(f"{path}?unmatched=2")
    assert first.count("Give them somebody") == PAGE
    assert second.count("Give them somebody") == 2
    assert "Page 2 of 2" in second


# The pairs.


def test_pairs_come_in_pages_and_a_number_beyond_gives_the_last(desk: Desk) -> None:
    crowded(desk, mentees=PAGE + 10, mentors=20)
    path = desk.makes()
    assert desk.page(path).count("Take apart") == PAGE
    assert desk.page(f"{path}?page=2").count("Take apart") == 10
    assert desk.page(f"{path}?page=9999999").count("Take apart") == 10
    for nonsense in ("-1", "two", "", "9" * 50, "²"):
        assert desk.page(f"{path}?page={nonsense}&only=none").count("Take apart") == PAGE


def test_a_pair_is_found_by_a_part_of_either_name(desk: Desk) -> None:
    named(desk, "Mo Ångström", Part.MENTOR, capacity=9)
    for name in ("Ada", "Zoë 100%", "Émile_X"):
        named(desk, name)
    path = desk.makes()
    found = {
        search: desk.page(f"{path}?search={search}").count("Take apart")
        for search in ("ada", "ÅNGSTRÖM", "ångström", "zoë", "%", "_", "émile", "nobody")
    }
    assert found == {
        "ada": 1,
        "ÅNGSTRÖM": 3,
        "ångström": 3,
        "zoë": 1,
        "%": 1,
        "_": 1,
        "émile": 1,
        "nobody": 0,
    }
    assert "No pair is like that." in desk.page(f"{path}?search=nobody")


def test_a_yes_is_said_to_one_to_a_page_and_to_all_and_taken_back(desk: Desk) -> None:
    crowded(desk, mentees=6)
    path = desk.makes()
    one, *others = desk.rows(path)

    def accepted() -> int:
        return sum(row.accepted for row in desk.rows(path).values())

    answer = desk.submit(f"{path}/pairs", accept=one, search="x", only="accepted")
    assert answer.headers["Location"].endswith(f"?search=x&only=accepted#pair-{one}")
    assert accepted() == 1
    desk.submit(f"{path}/pairs", all="shown", shown=[str(each) for each in others[:3]])
    assert accepted() == 4
    assert desk.page(f"{path}?only=accepted").count("Take the yes back") == 4
    assert desk.page(f"{path}?only=to-decide").count("Take apart") == 2
    desk.submit(f"{path}/pairs", release=one)
    assert accepted() == 3
    answer = desk.submit(f"{path}/pairs", all="yes")
    assert accepted() == 6
    assert "3 pairs are accepted now." in words_of(desk.browser.client.get(answer.location))
    desk.submit(f"{path}/pairs", all="no")
    assert accepted() == 0


def test_a_pair_that_was_taken_apart_comes_back_by_undo(desk: Desk) -> None:
    crowded(desk, mentees=3)
    path = desk.makes()
    before = desk.pairs(path)
    mentee = next(iter(before))
    answer = desk.submit(f"{path}/pairs", apart=mentee)
    page = desk.browser.client.get(answer.location)
    assert "They were taken apart. Undo" in words_of(page)
    assert mentee not in desk.pairs(path)
    (mentor,) = re.findall(r'name="mentor" value="([^"]+)"', page.text)
    assert desk.submit(f"{path}/mentees/{mentee}", mentor=mentor).status_code == 303
    assert desk.pairs(path) == before


def test_somebody_else_is_suggested_chosen_and_undone(desk: Desk) -> None:
    crowded(desk, mentees=2, mentors=6, capacity=1)
    path = desk.makes()
    before = desk.pairs(path)
    mentee = next(iter(before))
    page = desk.get(f"{path}/mentees/{mentee}")
    suggested = re.findall(r'name="mentor" value="([^"]+)"', page.text)
    assert len(suggested) == 3
    answer = desk.submit(f"{path}/mentees/{mentee}", mentor=suggested[0])
    assert desk.pairs(path)[mentee] == UUID(suggested[0])
    changed = desk.browser.client.get(answer.location)
    assert "The pair was changed. Undo" in words_of(changed)
    assert "Chosen by hand" in words_of(changed)
    desk.submit(f"{path}/mentees/{mentee}", mentor=str(before[mentee]))
    assert desk.pairs(path) == before


def test_anybody_with_a_place_left_is_found_by_name(desk: Desk) -> None:
    named(desk, "Mo Full", Part.MENTOR, capacity=1)
    ada = named(desk, "Ada")
    path = desk.makes()
    named(desk, "Mo Free", Part.MENTOR, capacity=2)
    page = desk.page(f"{path}/mentees/{ada}?search=mo")
    assert "Mo Free 2 places left in this draft" in page
    assert "Mo Full One place" not in page
    assert "Nobody of that name" in desk.page(f"{path}/mentees/{ada}?search=zz")


def test_nobody_can_be_chosen_who_is_not_there(desk: Desk) -> None:
    crowded(desk, mentees=2)
    path = desk.makes()
    before = desk.pairs(path)
    for mentor in ("", "not a person", str(uuid4())):
        answer = desk.submit(f"{path}/mentees/{next(iter(before))}", mentor=mentor)
        assert answer.status_code in (404, 422), mentor
    assert desk.submit(f"{path}/pairs", apart=uuid4()).status_code == 404
    assert desk.get(f"{path}/mentees/{uuid4()}").status_code == 404
    assert desk.pairs(path) == before


def test_why_this_one_adds_up_exactly(desk: Desk) -> None:
    crowded(desk)
    path = desk.makes()
    for mentee, row in desk.rows(path).items():
        page = desk.get(f"{path}/mentees/{mentee}").text
        table = page.partition("<tbody")[2].partition("</tbody>")[0]
        counts = [float(each) for each in re.findall(r"<div>([\d.]+)</div>", table)]
        assert sum(counts[:-1]) == pytest.approx(counts[-1]) == row.score / 1000


# Again, and beside each other.


def test_drafting_again_keeps_what_was_accepted(desk: Desk) -> None:
    crowded(desk, mentees=12, mentors=5)
    first = desk.makes()
    desk.submit(f"{first}/pairs", all="yes")
    with desk.programme() as (session, programme):
        a_crowd(session, programme, mentees=10, mentors=4, seed=2)
    assert "10 learners have joined since this draft was made." in desk.page(first)
    second = desk.makes(based_on=first[-36:])
    before, after = desk.pairs(first), desk.pairs(second)
    assert before.items() <= after.items()
    assert len(after) == 22
    assert "Compare with draft 1" in desk.page(second)


def test_two_drafts_side_by_side(desk: Desk) -> None:
    crowded(desk, mentees=12, mentors=5)
    one = desk.makes()
    rule = {"kind": "same", "mentee": "site", "mentor": "site", "weight": 9}
    document = json.dumps({"version": 1, "rules": [rule]})
    answer = desk.submit("/rules/json", document=document, do="try")
    desk.worker.run_until_idle()
    other = answer.location[-36:]
    page = desk.page(f"/compare?left={one[-36:]}&right={other}")
    assert "Site: the same (weight 9)" in page
    assert "Skill they want ↔ Skill offered (weight 45)" in page
    assert "Learners with a mentor 12 of 12 12 of 12" in page
    before, after = desk.pairs(one), desk.pairs(other)
    differ = sum(before[mentee] != after[mentee] for mentee in before)
    assert f"{differ} learners get another mentor" in page
    same = desk.page(f"/compare?left={other}&right={other}")
    assert "Both pair the same people." in same
    assert "Both go by the same rules." in same


def test_what_cannot_be_compared_is_not(desk: Desk) -> None:
    crowded(desk)
    made, waiting = desk.makes()[-36:], desk.begins()[-36:]
    assert desk.get("/compare").status_code == 303
    assert desk.get(f"/compare?left={made}").status_code == 303
    assert desk.get(f"/compare?left={made}&right={waiting}").status_code == 303
    assert desk.get(f"/compare?left={made}&right=x").status_code == 303
    assert desk.get(f"/compare?left={made}&right={uuid4()}").status_code == 404


def test_a_draft_of_another_course_is_not_there(desk: Desk, campus: Campus) -> None:
    from lti import claims
    from lti.roles import INSTRUCTOR
    from tests.plugin.launching import BEN

    crowded(desk)
    path = desk.makes()
    mentee = next(iter(desk.rows(path)))
    context = {"id": "77", "title": "Course B", "label": "B", "type": []}
    other = campus.launched(BEN, **{claims.CONTEXT: context, claims.ROLES: [INSTRUCTOR]})
    other.submit("matching/rules/json", document=REQUIRES_SKILL)
    for page in (path, f"{path}/progress", f"{path}/pairs.csv", f"{path}/mentees/{mentee}"):
        assert other.get(f"matching{page}").status_code == 404, page
    assert other.submit(f"matching{path}/pairs", all="yes").status_code == 404
    assert other.submit(f"matching{path}/publish").status_code == 404
    assert not any(row.accepted for row in desk.rows(path).values())


# Publishing.


def test_publishing_says_what_will_happen_and_then_what_did(desk: Desk) -> None:
    crowded(desk, mentees=5, mentors=1, capacity=3)
    path = desk.makes()
    leaves = next(iter(desk.rows(path)))
    asks = desk.page(f"{path}/publish")
    assert "3 pairs are made" in asks
    assert "2 learners stay without a mentor" in asks
    with desk.programme() as (session, programme):
        programmes.leave(session, programme, leaves, now=desk.mentes.clock())
    assert "One of this draft has left." in desk.page(path)
    assert desk.submit(f"{path}/publish").status_code == 303
    assert "Draft 1" in desk.page(path)
    desk.worker.run_until_idle()
    assert desk.submit(f"{path}/publish").status_code == 303
    desk.worker.run_until_idle()
    page = desk.page(path)
    assert "2 pairs were made" in page
    assert "One pair was left out" in page
    assert "The learner takes part no more." in page
    with desk.programme() as (session, _):
        assert len(session.scalars(select(Pairing)).all()) == 2
    assert "One learner waits" not in desk.page()


def test_in_another_tab_a_published_draft_can_be_changed_no_more(desk: Desk) -> None:
    crowded(desk, mentees=3)
    path = desk.makes()
    mentee, row = next(iter(desk.rows(path).items()))
    desk.submit(f"{path}/publish")
    desk.worker.run_until_idle()
    for form in ({"accept": mentee}, {"apart": mentee}, {"all": "yes"}):
        answer = desk.submit(f"{path}/pairs", **form)
        assert answer.status_code == 409, form
        assert "This draft has been published." in words_of(answer)
    assert desk.submit(f"{path}/mentees/{mentee}", mentor=row.mentor_id).status_code == 409
    assert desk.submit(f"{path}/discard").status_code == 409
    page = desk.page(path)
    assert "Accept" not in page.partition("What comes of it")[2].partition("Which pairs")[0]
    assert "Somebody else" not in desk.page(f"{path}/mentees/{mentee}")


def test_a_draft_that_was_put_away_can_be_looked_at_and_not_changed(desk: Desk) -> None:
    crowded(desk, mentees=3)
    path = desk.makes()
    mentee = next(iter(desk.rows(path)))
    desk.submit(f"{path}/discard")
    assert desk.draft(path).state == DraftState.DISCARDED
    assert "Put away" in desk.page(path)
    assert desk.submit(f"{path}/pairs", accept=mentee).status_code == 409
    assert desk.submit(f"{path}/publish").status_code == 409
    assert desk.get(f"{path}/publish").status_code == 303


def test_an_older_draft_shows_who_has_found_somebody_meanwhile(desk: Desk) -> None:
    crowded(desk, mentees=4, mentors=4, capacity=1)
    older, newer = desk.makes(), desk.makes(objective="score")
    desk.submit(f"{newer}/publish")
    desk.worker.run_until_idle()
    page = desk.page(older)
    assert page.count("A pair already") + page.count("Has another mentor by now") >= 4
    assert "Publish this draft" not in page


# What leaves the page.


def test_the_csv_has_every_pair_and_who_has_none(desk: Desk) -> None:
    crowded(desk, mentees=PAGE + 10, mentors=10, capacity=5)
    path = desk.makes()
    answer = desk.get(f"{path}/pairs.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["Content-Disposition"].endswith('filename="mentes-draft-1.csv"')
    assert {UUID(row["mentee_id"]): row["mentor_id"] for row in rows if row["mentor_id"]} == {
        mentee: str(mentor) for mentee, mentor in desk.pairs(path).items()
    }
    assert [row["why"] for row in rows if not row["mentor_id"]] == ["places-taken"] * 10


def test_no_name_becomes_a_formula(desk: Desk) -> None:
    named(desk, "Mo", Part.MENTOR, capacity=9)
    names = ["=1+1", "+CMD", "-2", "@SUM(A1)", "\tx", "\r=x", " =HYPERLINK(1)", "\n=x"]
    for name in names:
        mentee = named(desk, "Ada")
        with desk.programme() as (session, _):
            session.get_one(Person, mentee).name = name
    answer = desk.get(f"{desk.makes()}/pairs.csv")
    rows = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert {row["mentee"] for row in rows} == {f"'{name}" for name in names}


def test_an_ordinary_cell_stays_as_it_is() -> None:
    assert plain("Ada 1-2 = 3") == "Ada 1-2 = 3"


def test_names_are_never_mark_up_and_nobody_needs_one(desk: Desk) -> None:
    named(desk, "<b>Mo</b>", Part.MENTOR)
    ada = named(desk, "Ada")
    with desk.programme() as (session, _):
        session.get_one(Person, ada).name = None
    path = desk.makes()
    for page in (path, f"{path}/mentees/{ada}"):
        text = desk.get(page).text
        assert "<b>" not in text
        assert "Learner without a name" in text


# How much it costs.


def test_a_page_asks_the_database_as_often_for_many_as_for_few(desk: Desk) -> None:
    crowded(desk, mentees=6, mentors=2)
    few = desk.makes()
    with desk.programme() as (session, programme):
        a_crowd(session, programme, mentees=90, mentors=40, seed=3)
    many = desk.makes()
    for page in ("", "/publish", "/pairs.csv"):
        counted = []
        for path in (few, many):
            with statements_on(desk.mentes.database.engine) as seen:
                assert desk.get(f"{path}{page}").status_code == 200
            counted.append(len(seen))
        assert counted[0] == counted[1] <= 20, page
    with statements_on(desk.mentes.database.engine) as seen:
        desk.page()
    assert len(seen) <= 12


def test_who_left_is_not_counted_among_those_who_wait(desk: Desk) -> None:
    crowded(desk, mentees=3, mentors=2)
    with desk.programme() as (session, _):
        for part in Part:
            row = session.scalars(select(Participation).where(Participation.part == part)).first()
            assert row is not None
            row.left_at = desk.mentes.clock()
    page = desk.page()
    assert "2 learners wait" in page
    assert "Mentors 1" in page
