"""Statements are written by others: what they try with the pages of admins, and with each other."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from plugin.app import Mentes
from tests.conftest import MovableClock
from tests.plugin.factories import a_course, a_person, an_organisation
from tests.plugin.launching import Browser, Campus
from tests.plugin.statements.conftest import (
    ALEX,
    COURSE,
    Store,
    a_statement,
    a_store,
    admin,
    held,
    launched_as_admin,
)

__all__ = ["admin", "held"]

SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"
NOT_FOR_A_LINK = (
    "javascript:alert(1)",
    "JavaScript:alert(1)//https://a.example",
    "data:text/html,<script>alert(1)</script>".replace("<", "%3C").replace(">", "%3E"),
    "vbscript:x",
    "file:///etc/passwd",
    "https:alert(1)",
    "https://admin:secret@a.example/",
)


@pytest.fixture
def theirs(mentes: Mentes, held: Store, clock: MovableClock) -> Store:
    """The store of another organisation of the same installation."""
    return a_store(mentes, an_organisation(mentes.database), clock, key="theirs")


def test_statements_of_another_organisation_do_not_exist(admin: Browser, theirs: Store) -> None:
    (id,) = theirs.add(a_statement())
    for place in ("", ".json", "/void", f"/attachments/{'0' * 64}"):
        assert admin.get(f"statements/{id}{place}").status_code == 404, place
    assert admin.submit(f"statements/{id}/void", reason="Because I can.").status_code == 404
    for search in ({}, {"person": "cora@lms.example"}, {"verb": "completed"}, {"activity": COURSE}):
        assert "Cora" not in admin.get("statements", query_string=search).text


def test_one_id_in_two_organisations_is_two_statements(
    admin: Browser, held: Store, theirs: Store
) -> None:
    id = "5f1c3a52-0d5c-4a4e-9a1a-6f0f4a3c2b1d"
    theirs.add(a_statement(id=id, actor={"name": "Theirs", "mbox": "mailto:t@b.example"}))
    held.add(a_statement(id=id, actor={"name": "Ours", "mbox": "mailto:o@a.example"}))
    theirs.add(
        a_statement(
            actor={"name": "Spy", "mbox": "mailto:s@b.example"},
            object={"objectType": "StatementRef", "id": id},
        )
    )
    page = admin.get(f"statements/{id}").text
    assert "Ours" in page
    assert "Theirs" not in page
    assert "Spy" not in page


def test_people_of_another_organisation_cannot_be_chosen(
    admin: Browser, held: Store, theirs: Store
) -> None:
    with theirs.mentes.database.transaction(theirs.organisation_id) as session:
        stranger = a_person(session, a_course(session)).id
    for search in ({"who": str(stranger)}, {"person": "4711"}):
        assert admin.get("statements", query_string=search).status_code == 422


def hostile() -> dict[str, Any]:
    """Return a valid statement that has a script wherever text may be."""
    return a_statement(
        actor={"objectType": "Group", "name": SCRIPT, "member": [{"mbox": "mailto:a@b.example"}]},
        verb={"id": "http://v.example/x", "display": {"en": SCRIPT}},
        object={
            "id": "http://o.example/'onclick='alert(1)",
            "definition": {
                "name": {"en": SCRIPT},
                "description": {"en": SCRIPT},
                "extensions": {"http://e.example/x'y": {SCRIPT: SCRIPT}},
            },
        },
        result={"response": SCRIPT, "extensions": {"http://e.example/r": SCRIPT}},
        context={
            "platform": SCRIPT,
            "revision": SCRIPT,
            "instructor": {"name": SCRIPT, "openid": "http://i.example"},
        },
        attachments=[
            {
                "usageType": "http://u.example",
                "display": {"en": SCRIPT},
                "description": {"en": SCRIPT},
                "contentType": "text/html",
                "length": 1,
                "sha2": "a" * 64,
                "fileUrl": "https://f.example/'onclick='alert(1)",
            }
        ],
    )


def test_scripts_in_statements_are_text(admin: Browser, held: Store) -> None:
    (id,) = held.add(hostile())
    for place in ("statements", f"statements/{id}", f"statements/{id}/void"):
        page = admin.get(place).text
        assert SCRIPT in html.unescape(page), place
        assert "<script>alert" not in page, place
        assert "<img src=x" not in page, place
        assert not re.search(r"<[^>]*'onclick='", page), place


@pytest.mark.parametrize("address", NOT_FOR_A_LINK)
def test_only_addresses_of_the_web_become_links(admin: Browser, held: Store, address: str) -> None:
    (id,) = held.add(
        a_statement(
            object={"id": address, "definition": {"moreInfo": address}},
            attachments=[
                {
                    "usageType": address,
                    "display": {"en": "A file"},
                    "contentType": "text/plain",
                    "length": 1,
                    "sha2": "a" * 64,
                    "fileUrl": address,
                }
            ],
        )
    )
    page = admin.get(f"statements/{id}").text
    assert address in html.unescape(page)
    links = [html.unescape(each) for each in re.findall(r'(?:href|src|action)="([^"]*)"', page)]
    assert [each for each in links if not each.startswith(("/", "#", "http://127.0.0.1"))] == []


def test_a_link_out_of_the_tool_takes_nothing_with_it(admin: Browser, held: Store) -> None:
    more = "https://more.example/info"
    (id,) = held.add(a_statement(object={"id": COURSE, "definition": {"moreInfo": more}}))
    page = admin.get(f"statements/{id}").text
    assert f'<a href="{more}" target="_blank" rel="noopener noreferrer">' in page


def test_a_giant_statement_is_cut_and_leads_to_all_of_it(admin: Browser, held: Store) -> None:
    many = {f"http://e.example/{number}": "x" * 1000 for number in range(500)}
    members = [{"mbox": f"mailto:m{number}@b.example"} for number in range(500)]
    (id,) = held.add(
        a_statement(
            actor={"objectType": "Group", "name": "n" * 100_000, "member": members},
            object={"id": "http://o.example/" + "o" * 50_000},
            result={"response": "r" * 500_000},
            context={"extensions": many},
        )
    )
    page = admin.get(f"statements/{id}").text
    assert len(page) < 120_000
    assert "too long for this page and was cut" in page
    assert "Download it to see all of it" in page
    assert len(admin.get(f"statements/{id}.json").text) > 1_000_000
    assert len(admin.get("statements").text) < 60_000


def test_letters_of_another_direction_turn_nothing_around(admin: Browser, held: Store) -> None:
    name = "Eve \u202egnp.exe"
    (id,) = held.add(a_statement(actor={"name": name, "mbox": "mailto:eve@b.example"}))
    for place in ("statements", f"statements/{id}", f"statements/{id}/void"):
        page = re.sub(r"<textarea.*?</textarea>", "", admin.get(place).text, flags=re.DOTALL)
        assert page.count(name) == page.count(f"<bdi>{name}</bdi>") > 0, place


def test_an_admin_of_once_sees_nothing_once_they_are_none(campus: Campus, held: Store) -> None:
    (id,) = held.add(a_statement())
    browser = launched_as_admin(campus)
    assert browser.get(f"statements/{id}").status_code == 200
    browser.launch(ALEX)
    assert browser.get(f"statements/{id}").status_code == 403
