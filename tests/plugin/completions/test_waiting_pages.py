"""The page of what is not assigned: who may see it, what it shows, what its buttons do."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lrs_bridge.completion import Completion, PersonKey
from lti import claims
from lti.roles import INSTRUCTOR, LEARNER
from plugin.app import Mentes
from plugin.completions import inbox, merging, sources, waiting_views
from plugin.completions.model import CompletionRow, SourceKind, Status
from plugin.completions.waiting_model import Binding, Unassigned
from plugin.foundation.tenancy import EVERYWHERE
from plugin.people.model import Person, PersonMerge
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.lrs_bridge.sources.golden import FOLDER, loaded
from tests.plugin.factories import every
from tests.plugin.launching import ADA, BEN, MO, Browser, Campus
from tests.plugin.statements.conftest import launched_as_admin


@pytest.fixture
def admin(campus: Campus) -> Browser:
    """Somebody who administers the institution."""
    return launched_as_admin(campus)


@pytest.fixture
def unknown(
    mentes: Mentes, worker: Worker, organisation_id: UUID, clock: MovableClock
) -> dict[str, UUID]:
    """A course that nobody knows."""
    completion = Completion(
        organisation_id=organisation_id,
        source="table",
        source_event_id="1",
        person_keys=(PersonKey.mbox("zoe@lms.example"),),
        course_key="https://publisher.example/feedback",
        module_key=None,
        kind="course",
        state="completed",
        at=clock(),
        course_names={"en": "Feedback <i>well</i>"},
    )
    with mentes.database.transaction(organisation_id) as session:
        inbox.receive(session, [completion], came_by=SourceKind.FILE, now=clock())
    worker.run_until_idle()
    with mentes.database.reading(organisation_id) as session:
        return {each.what: each.id for each in every(session, Unassigned)}


def the(mentes: Mentes, table: type[Any], *where: Any) -> Any:
    with mentes.database.reading(EVERYWHERE) as session:
        (row,) = every(session, table, *where)
        return row


@pytest.mark.parametrize("role", [INSTRUCTOR, LEARNER])
def test_nobody_else_may_see_or_do_it(campus: Campus, unknown: dict[str, UUID], role: str) -> None:
    browser = campus.launched(ADA, **{claims.ROLES: [role]})
    id = unknown["course"]
    for place in ("not-assigned", f"not-assigned/{id}", f"assigned/{id}", "people/merge"):
        assert browser.get(place).status_code == 403, place
    for place in (f"not-assigned/{id}/course", f"assigned/{id}/undo", "people/merge"):
        assert browser.submit(place).status_code == 403, place


def test_when_nothing_waits_the_page_says_so(admin: Browser) -> None:
    text = admin.get("not-assigned").text
    assert "Nobody waits" in text
    assert "No course waits" in text


def test_a_course_is_bound_in_a_click_and_that_is_undone(
    admin: Browser, mentes: Mentes, worker: Worker, unknown: dict[str, UUID]
) -> None:
    listed = admin.get("not-assigned").text
    assert "Feedback &lt;i&gt;well&lt;/i&gt;" in listed
    shown = html.unescape(admin.get(f"not-assigned/{unknown['course']}").text)
    assert "https://publisher.example/feedback" in shown
    assert "zoe" not in shown  # it is about the course
    (course,) = re.findall(r'name="course" value="([^"]+)"', shown)
    answer = admin.submit(f"not-assigned/{unknown['course']}/course", course=course)
    assert answer.status_code == 303
    place = answer.location.partition(f"/l/{admin.launch_id}/")[2]
    assert "1 is being looked at" in admin.get(place).text
    worker.run_until_idle()
    assert "1 counts, without a check-in" in admin.get(place).text
    assert "No course waits" in admin.get("not-assigned").text
    assert admin.submit(f"{place}/undo").status_code == 303
    worker.run_until_idle()
    assert "This was undone" in admin.get(place).text
    assert "Feedback &lt;i&gt;" in admin.get("not-assigned").text
    assert the(mentes, CompletionRow).status == Status.WAITING
    assert the(mentes, Binding).undone_by is not None


def test_it_is_found_by_a_part_of_what_was_sent(admin: Browser, unknown: dict[str, UUID]) -> None:
    assert "Feedback &lt;i&gt;" in admin.get("not-assigned", query_string={"q": "PUBLISHER"}).text
    assert "No course is like that" in admin.get("not-assigned", query_string={"q": "%"}).text


@pytest.mark.parametrize("said", [{}, {"course": "x"}, {"course": str(uuid4())}])
def test_a_wrong_choice_is_refused_and_binds_nothing(
    admin: Browser, mentes: Mentes, unknown: dict[str, UUID], said: dict[str, str]
) -> None:
    answer = admin.submit(f"not-assigned/{unknown['course']}/course", **said)
    assert answer.status_code in (404, 422)
    with mentes.database.reading(EVERYWHERE) as session:
        assert every(session, Binding) == []


def test_pages_that_are_not_there(admin: Browser) -> None:
    for place in ("not-assigned", "assigned", "people/merges"):
        assert admin.get(f"{place}/{uuid4()}").status_code == 404, place
    assert (
        admin.get("not-assigned", query_string={"persons": "999", "courses": "-1"}).status_code
        == 200
    )


def test_two_who_are_one_are_merged_after_a_look_and_parted(
    campus: Campus, admin: Browser, mentes: Mentes
) -> None:
    campus.launched(ADA)
    with mentes.database.reading(EVERYWHERE) as session:
        ids = sorted(str(person.id) for person in every(session, Person))
    assert len(ids) == 2
    found = admin.get("people/merge", query_string={"q": "a"}).text
    assert all(id in found for id in ids)
    looked = admin.get("people/merge/preview", query_string={"person": ids}).text
    assert "This would change hands" in looked
    answer = admin.submit("people/merge", kept=ids[0], merged=ids[1])
    assert answer.status_code == 303
    place = answer.location.partition(f"/l/{admin.launch_id}/")[2]
    assert "They are one person now" in admin.get(place).text
    assert place.rpartition("/")[2] in admin.get("people/merge").text
    assert admin.submit(f"{place}/undo").status_code == 303
    assert "They are two people again" in admin.get(place).text
    assert the(mentes, PersonMerge).undone_at is not None


def test_a_merge_upon_which_another_stands_says_so_instead_of_offering_to_be_undone(
    campus: Campus, admin: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    for user in (ADA, BEN, MO):
        campus.launched(user)
    with mentes.database.transaction(organisation_id) as session:
        ada, ben, mo = (
            session.scalars(select(Person.id).where(Person.email == user.email)).one()
            for user in (ADA, BEN, MO)
        )
        first = merging.merge(session, ben, ada, by=None, now=mentes.clock()).id
        second = merging.merge(session, mo, ben, by=None, now=mentes.clock()).id
    shown = admin.get(f"people/merges/{first}").text
    assert "It cannot be undone yet" in shown
    assert f"people/merges/{second}" in shown
    assert f"people/merges/{first}/undo" not in shown
    assert admin.submit(f"people/merges/{second}/undo").status_code == 303
    assert f"people/merges/{first}/undo" in admin.get(f"people/merges/{first}").text


def test_sources_are_said_in_peoples_words(
    admin: Browser, mentes: Mentes, organisation_id: UUID, unknown: dict[str, UUID]
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        source = sources.add(
            session,
            mentes.cipher,
            kind=SourceKind.CALIPER,
            name="The library",
            configuration={},
            secret="s",
            now=mentes.clock(),
        )
        (waits,) = every(session, Unassigned)
        names = {"xapi": "A learning platform", f"caliper:{source.id}": "The library"}
    for named, words in names.items():
        with mentes.database.transaction(organisation_id) as session:
            session.get_one(Unassigned, waits.id).source = named
        for page in ("not-assigned", f"not-assigned/{waits.id}"):
            shown = admin.get(page).text
            assert words in shown
            assert named not in shown


def test_every_reader_has_a_name_for_people() -> None:
    read = {loaded(path)["completion"]["source"] for path in FOLDER.glob("*.json") if told(path)}
    assert read - {"academy", "docebo", "adobe-learning-manager"} <= waiting_views.SOURCES.keys()


def told(path: Path) -> bool:
    return bool(loaded(path).get("completion"))


def test_one_person_alone_is_not_merged(admin: Browser) -> None:
    assert admin.get("people/merge/preview").status_code == 422
