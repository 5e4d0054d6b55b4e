"""The list of statements, and one of them, as admins see them."""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import select

from config.log import configure_logging
from lrs_bridge.lrs.attachments.multipart import write_parts
from lti import claims
from lti.roles import ADMINISTRATOR, INSTRUCTOR, LEARNER, MENTOR
from plugin.app import Mentes
from plugin.people.model import Person
from plugin.statements.search import PAGE
from tests.plugin.launching import ADA, Browser, Campus
from tests.plugin.statements.conftest import (
    COURSE,
    KEY,
    SECRET,
    Store,
    a_statement,
    launched_as_admin,
)

PLACES = ("statements", "statements/{id}", "statements/{id}.json", "statements/{id}/void")
ATTACHMENT = f"statements/{{id}}/attachments/{'0' * 64}"
REGISTRATION = "5f1c3a52-0d5c-4a4e-9a1a-6f0f4a3c2b1d"


def a_person(name: str, **more: Any) -> dict[str, Any]:
    """Return the actor of somebody with a mailbox."""
    return {"name": name, "mbox": f"mailto:{name.lower()}@lms.example", **more}


def shown(admin: Browser, **search: Any) -> list[str]:
    """Return who the listed statements are of, in their order."""
    answer = admin.get("statements", query_string=search)
    assert answer.status_code == 200, answer.text
    cells = re.findall(r'data-label="(?:Who|Wer)"><div><bdi>(.*?)</bdi>', answer.text)
    return [html.unescape(cell) for cell in cells]


# Who may look.


@pytest.mark.parametrize(
    "role",
    [
        INSTRUCTOR,
        LEARNER,
        MENTOR,
        ADMINISTRATOR,
        "Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#AccountAdmin",
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Staff",
    ],
    ids=lambda role: role.rpartition("/")[2],
)
def test_nobody_else_sees_statements(campus: Campus, held: Store, role: str) -> None:
    (id,) = held.add(a_statement())
    browser = campus.launched(ADA, **{claims.ROLES: [role]})
    for place in (
        *PLACES,
        "refused",
        f"refused/{uuid4()}",
        f"statements/{{id}}/attachments/{'0' * 64}",
    ):
        assert browser.get(place.format(id=id)).status_code == 403, place
    assert browser.submit(f"statements/{id}/void", reason="Because.").status_code == 403
    for name in ("Administration", "Statements"):
        assert f"{name}</a>" not in browser.get("mine").text
    assert held.looks() == []


@pytest.mark.parametrize(
    "role",
    ["institution/person#Administrator", "system/person#Administrator", "system/person#SysAdmin"],
)
def test_those_who_administer_the_institution_or_its_system_do(
    campus: Campus, held: Store, role: str
) -> None:
    (id,) = held.add(a_statement())
    admin = launched_as_admin(
        campus, **{claims.ROLES: [f"http://purl.imsglobal.org/vocab/lis/v2/{role}"]}
    )
    for place in PLACES:
        assert admin.get(place.format(id=id)).status_code == 200, place
    assert "Administration</a>" in admin.get("mine").text
    assert "Statements</a>" in admin.get("administration").text


def test_each_page_says_who_may_see_it(admin: Browser, held: Store) -> None:
    (id,) = held.add(a_statement())
    for place in ("statements", f"statements/{id}", "refused"):
        assert "Statements name people. Only those who administer" in admin.get(place).text


def test_every_look_is_noted_by_kind_and_never_by_what_is_looked_for(
    admin: Browser, held: Store
) -> None:
    said = io.StringIO()
    configure_logging("info", stream=said)
    (id,) = held.add(a_statement())
    shown(admin, person="cora@lms.example", verb="completed", since="2026-11-01T00:00")
    admin.get(f"statements/{id}")
    admin.get(f"statements/{id}.json")
    assert held.looks() == [
        ("statements.looked", {"by": "person verb since"}),
        ("statement.looked", {"at_what": "page"}),
        ("statement.looked", {"at_what": "raw"}),
    ]
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    looks = [line for line in lines if line["event"].startswith("statement")]
    assert [line["event"] for line in looks] == [kind for kind, _ in held.looks()]
    assert all(line["launch_id"] == admin.launch_id for line in looks)
    assert "cora" not in said.getvalue().lower()


# The list.


def test_an_empty_store_says_so(admin: Browser) -> None:
    assert "No statements yet" in admin.get("statements").text


def test_a_line_says_when_who_what_and_what_came_of_it(admin: Browser, held: Store) -> None:
    held.add(
        a_statement(
            result={
                "success": True,
                "completion": False,
                "score": {"scaled": 0.805},
                "duration": "PT1H5M",
            }
        )
    )
    page = admin.get("statements").text
    for words in (
        "20 Nov 2026, 09:30:00",
        "Cora Completes",
        "cora@lms.example",
        "completed",
        "Course on Feedback",
        "successful, not complete, 80 %, 1 h 5 min",
    ):
        assert words in page, words


def test_words_are_in_the_readers_language_and_times_on_their_clock(
    campus: Campus, held: Store
) -> None:
    held.add(a_statement())
    admin = launched_as_admin(
        campus,
        **{
            claims.LAUNCH_PRESENTATION: {"locale": "de", "document_target": "iframe"},
            claims.CUSTOM: {"zone": "Europe/Berlin"},
        },
    )
    page = admin.get("statements").text
    assert "hat abgeschlossen" in page
    assert "Kurs zu Feedback" in page
    assert "20.11.2026, 10:30:00" in page
    assert "Berlin" in page
    found = shown(admin, since="2026-11-22T12:00", until="2026-11-22T12:01")
    assert found == ["Cora Completes"]
    assert shown(admin, since="2026-11-22T12:01") == []


def test_the_store_knows_names_that_a_statement_does_not_give(admin: Browser, held: Store) -> None:
    held.add(a_statement())
    held.add(a_statement(object={"id": COURSE}, verb={"id": "http://verbs.example/did-it"}))
    page = admin.get("statements").text
    assert page.count('data-label="What"><div><bdi>Course on Feedback</bdi>') == 2
    assert "<bdi>did-it</bdi>" in page


def test_whatever_a_statement_is_about_has_a_name(admin: Browser, held: Store) -> None:
    (id,) = held.add(a_statement())
    inner = {"objectType": "SubStatement", **a_statement(actor=a_person("Ben"))}
    held.add(
        a_statement(object={"objectType": "StatementRef", "id": str(id)}),
        a_statement(object={"objectType": "Agent", **a_person("Dora")}),
        a_statement(object=inner),
        a_statement(actor={"objectType": "Group", "member": [a_person("Eve"), a_person("Finn")]}),
        a_statement(actor={"account": {"homePage": "https://lms.example", "name": "42"}}),
        a_statement(actor={"openid": "https://id.example/ada"}),
        a_statement(actor={"mbox_sha1sum": "a" * 40}),
    )
    page = html.unescape(admin.get("statements").text)
    for words in (
        "Another statement",
        "Dora",
        "Ben completed Course on Feedback",
        "A group of 2",
        "42 · lms.example",
        "https://id.example/ada",
        "a" * 40,
    ):
        assert words in page, words


@pytest.fixture
def several(held: Store) -> Store:
    """Statements that differ in what can be searched by."""
    held.add(a_statement(actor=a_person("Ada")))
    held.add(a_statement(actor=a_person("Ben"), verb={"id": "http://verbs.example/tried"}))
    held.add(a_statement(actor=a_person("Cora"), object={"id": "http://other.example/1"}))
    held.add(a_statement(actor=a_person("Dora"), context={"registration": REGISTRATION}))
    held.add(
        a_statement(
            actor=a_person("Eve"),
            object={"id": "http://other.example/2"},
            context={
                "instructor": a_person("Ada"),
                "contextActivities": {"parent": [{"id": COURSE}]},
            },
        )
    )
    return held


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({}, ["Eve", "Dora", "Cora", "Ben", "Ada"]),
        ({"person": "ada@lms.example"}, ["Ada"]),
        ({"person": "mailto:ada@LMS.example"}, ["Ada"]),
        ({"person": "ada@lms.example", "related_agents": "yes"}, ["Eve", "Ada"]),
        ({"verb": "http://verbs.example/tried"}, ["Ben"]),
        ({"verb": "Completed"}, ["Eve", "Dora", "Cora", "Ada"]),
        ({"activity": COURSE}, ["Dora", "Ben", "Ada"]),
        ({"activity": COURSE, "related_activities": "yes"}, ["Eve", "Dora", "Ben", "Ada"]),
        ({"registration": REGISTRATION.upper()}, ["Dora"]),
        ({"activity": COURSE, "verb": "completed", "registration": REGISTRATION}, ["Dora"]),
        ({"since": "2026-11-22T11:00", "until": "2026-11-22T11:05"}, None),
        ({"until": "2026-11-22T10:59"}, []),
    ],
)
def test_statements_are_found(
    admin: Browser, several: Store, search: dict[str, str], found: list[str] | None
) -> None:
    everybody = ["Eve", "Dora", "Cora", "Ben", "Ada"]
    assert shown(admin, **search) == (everybody if found is None else found)


def test_what_is_asked_for_stays_in_the_form_and_can_be_cleared(
    admin: Browser, several: Store
) -> None:
    search = {"person": "ada@lms.example", "verb": "completed", "activity": COURSE}
    page = admin.get("statements", query_string=search).text
    for name, text in search.items():
        assert re.search(rf'name="{name}"[^>]*value="{re.escape(text)}"', page), name
    assert "<details open>" in page
    assert f'href="/l/{admin.launch_id}/statements">Clear all' in page


def test_nothing_found_says_so_and_leads_on(admin: Browser, several: Store) -> None:
    page = admin.get("statements", query_string={"verb": "failed"}).text
    assert "No statement is like that" in page
    assert "Show all statements" in page


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ({"verb": "no such word"}, "Choose a word from the list"),
        ({"activity": "course 2"}, "Give an address (IRI)"),
        ({"registration": "7"}, "Give a UUID"),
        ({"since": "yesterday"}, "Choose a day and a time"),
        ({"until": "9999-12-31T23:59"}, "Choose a day and a time"),
        ({"who": "7"}, "Choose somebody from the list"),
        ({"who": str(uuid4())}, "Choose somebody from the list"),
        ({"person": "Nobody Known"}, "Nobody is known by that name"),
        ({"older": "now"}, "Go back to the first page"),
        ({"newer": "-1"}, "Go back to the first page"),
        ({"older": "9" * 40}, "Go back to the first page"),
        ({"person": "a\x00b"}, "That is no text"),
        ({"verb": "x" * 3000}, "That is too long"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_searched_for_is_said_by_its_field(
    admin: Browser, several: Store, search: dict[str, str], message: str
) -> None:
    answer = admin.get("statements", query_string=search)
    assert answer.status_code == 422
    assert message in html.unescape(answer.text)
    assert "data-label" not in answer.text
    assert several.looks() == []


def test_pages_lead_back_and_forth_and_miss_nothing(admin: Browser, held: Store) -> None:
    names = [f"P{number:03}" for number in range(2 * PAGE + 7)]
    for name in names:
        held.add(a_statement(actor=a_person(name)))
    newest_first = names[::-1]
    pages = [newest_first[:PAGE], newest_first[PAGE : 2 * PAGE], newest_first[2 * PAGE :]]
    first = admin.get("statements", query_string={"verb": "completed"}).text
    assert "Newer" not in first
    searches = [{"verb": "completed"}]
    for expected in pages[:2]:
        assert shown(admin, **searches[-1]) == expected
        searches.append(link(admin, "Older", searches[-1]))
    assert shown(admin, **searches[-1]) == pages[2]
    last = admin.get("statements", query_string=searches[-1]).text
    assert ">Older<" not in last
    back = link(admin, "Newer", searches[-1])
    assert shown(admin, **back) == pages[1]
    back = link(admin, "Newer", back)
    assert shown(admin, **back) == pages[0]
    assert ">Newer<" not in admin.get("statements", query_string=back).text.replace("\n", "")


def link(admin: Browser, words: str, search: dict[str, Any]) -> dict[str, Any]:
    """Return what the link of these words asks for, on the page of a search."""
    page = admin.get("statements", query_string=search).text
    found = re.search(rf'href="([^"]+)">\s*{words}</a>', page)
    assert found, words
    query = parse_qs(urlsplit(html.unescape(found[1])).query)
    assert query.pop("verb") == ["completed"]
    return {"verb": "completed", **{name: values[0] for name, values in query.items()}}


# Somebody whom the platforms know.


def test_a_part_of_a_name_finds_all_that_a_person_is_called(
    admin: Browser, campus: Campus, held: Store
) -> None:
    campus.launched(ADA)
    issuer = campus.platform.issuer
    digest = hashlib.sha1(f"mailto:{ADA.email}".encode(), usedforsecurity=False).hexdigest()
    held.add(a_statement(actor={"name": "1", "account": {"homePage": issuer, "name": ADA.id}}))
    held.add(a_statement(actor={"name": "2", "mbox": f"mailto:{ADA.email}"}))
    held.add(a_statement(actor={"name": "3", "mbox_sha1sum": digest}))
    held.add(a_statement(actor={"name": "4", "account": {"homePage": issuer, "name": "999"}}))
    assert shown(admin, person="ada o") == ["3", "2", "1"]
    assert shown(admin, person=f"{issuer} | 999") == ["4"]
    assert shown(admin, person=f"{issuer} 999", verb="failed") == []


def test_when_several_may_be_meant_one_is_chosen_without_their_name_in_the_address(
    admin: Browser, campus: Campus, held: Store, mentes: Mentes
) -> None:
    campus.launched(ADA)
    held.add(a_statement(actor={"mbox": f"mailto:{ADA.email}", "name": "Ada"}))
    page = admin.get("statements", query_string={"person": "a", "verb": "completed"}).text
    assert "Who is meant?" in page
    assert held.looks() == [("statements.looked", {"by": "person verb"})]
    with mentes.database.reading(held.organisation_id) as session:
        id = session.scalars(select(Person.id).where(Person.email == ADA.email)).one()
    assert f'href="/l/{admin.launch_id}/statements?verb=completed&amp;who={id}"' in page
    assert shown(admin, who=str(id), verb="completed") == ["Ada"]
    chosen = admin.get("statements", query_string={"who": str(id)}).text
    assert "Ada One" in chosen
    assert "Anybody" in chosen


@pytest.mark.parametrize("text", ["%", "_", "\\", "a%a", "'; DROP TABLE person;--"])
def test_signs_of_sql_are_letters_like_others(admin: Browser, held: Store, text: str) -> None:
    assert admin.get("statements", query_string={"person": text}).status_code == 422
    held.add(a_statement())
    assert shown(admin) == ["Cora Completes"]


# One statement.

WHOLE: dict[str, Any] = a_statement(
    result={
        "score": {"raw": 8.50, "max": 10},
        "response": "I would ask first.",
        "extensions": {"http://ext.example/a": {"b": [1, 2.50]}},
    },
    context={
        "registration": REGISTRATION,
        "instructor": a_person("Ines"),
        "team": {"objectType": "Group", "name": "Blue", "member": [a_person("Finn")]},
        "contextActivities": {"grouping": {"id": "http://programme.example"}},
        "platform": "Rise",
        "language": "en",
        "extensions": {"http://ext.example/device": "phone"},
    },
)


def test_a_statement_is_shown_as_a_card(admin: Browser, held: Store) -> None:
    (id,) = held.add(WHOLE)
    page = html.unescape(admin.get(f"statements/{id}").text)
    for words in (
        "Cora Completes",
        "8.5 of 10 points",
        "I would ask first.",
        '{"b": [1, 2.5]}',
        REGISTRATION,
        "Ines",
        "Blue",
        "Finn",
        "http://programme.example",
        "Rise",
        "http://ext.example/device",
        "phone",
        "Friday, 20 November 2026, 09:30",
        "Sunday, 22 November 2026, 11:00",
        KEY,
        str(id),
    ):
        assert words in page, words
    for name, value in (
        ("verb", "http://adlnet.gov/expapi/verbs/completed"),
        ("activity", COURSE),
        ("registration", REGISTRATION),
    ):
        address = re.search(rf'statements\?{name}=([^"]+)"', page)
        assert address, name
        assert parse_qs(f"{name}={address[1]}")[name] == [value]


def test_raw_is_what_the_store_serves_character_by_character(
    admin: Browser, held: Store, campus: Campus
) -> None:
    text = '{"actor":{"mbox":"mailto:a@b.example"},  "verb":{"id":"http://v.example/é"},'
    text += '"object":{"id":"http://o.example"},"result":{"score":{"raw":1.50}}}'
    sent = xapi(campus, data=text.encode(), content_type="application/json")
    id = sent.json[0]
    raw = admin.get(f"statements/{id}.json")
    served = xapi(campus, "GET", query_string={"statementId": id})
    assert raw.text == served.text
    assert raw.text.startswith(text[:-1])
    assert raw.headers["Content-Type"] == "application/json"
    assert raw.headers["Content-Disposition"] == f'attachment; filename="statement-{id}.json"'
    assert raw.text in html.unescape(admin.get(f"statements/{id}").text)


def xapi(campus: Campus, method: str = "POST", **options: Any) -> Any:
    """Speak to the record store as a learning system does."""
    headers = {"X-Experience-API-Version": "1.0.3", **options.pop("headers", {})}
    options.setdefault("auth", (KEY, SECRET))
    return campus.app.test_client().open(
        "/xapi/statements", method=method, headers=headers, buffered=True, **options
    )


def test_what_refers_to_it_and_what_it_refers_to_are_links(admin: Browser, held: Store) -> None:
    (first,) = held.add(a_statement())
    (second,) = held.add(
        a_statement(
            actor=a_person("Ben"),
            object={"objectType": "StatementRef", "id": str(first)},
            context={"statement": {"objectType": "StatementRef", "id": str(uuid4())}},
        )
    )
    below, above = (admin.get(f"statements/{id}").text for id in (first, second))
    assert "What refers to it" in below
    assert f"/statements/{second}" in below
    assert f"/statements/{first}" in above
    assert "Belongs to" in above
    assert "What refers to it" not in above


def test_what_mentes_stored_itself_is_said_to_be_so(admin: Browser, held: Store) -> None:
    (id,) = held.add(a_statement())
    admin.submit(f"statements/{id}/void", reason="It was a test.")
    voiding = re.search(
        r'statements/([0-9a-f-]{36})">See the voiding', admin.get(f"statements/{id}").text
    )
    assert voiding
    assert "Mentes itself" in admin.get(f"statements/{voiding[1]}").text


def test_attachments_are_downloaded_and_never_shown(
    admin: Browser, held: Store, campus: Campus
) -> None:
    content = b"<script>alert(1)</script>"
    digest = hashlib.sha256(content).hexdigest()
    attached = {
        "usageType": "http://usage.example/page",
        "display": {"en": "A page"},
        "contentType": "text/html; charset=utf-8",
        "length": len(content),
        "sha2": digest.upper(),
    }
    elsewhere = {**attached, "sha2": "b" * 64, "fileUrl": "https://files.example/a.pdf"}
    statement = a_statement(attachments=[attached, elsewhere])
    part = {
        "Content-Type": "text/html",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": digest,
    }
    first = ({"Content-Type": "application/json"}, json.dumps(statement).encode())
    content_type, pieces = write_parts([first, (part, content)])
    id = xapi(campus, data=b"".join(pieces), content_type=content_type).json[0]
    page = admin.get(f"statements/{id}").text
    address = f"statements/{id}/attachments/{digest}"
    assert f'href="/l/{admin.launch_id}/{address}"' in page
    assert 'href="https://files.example/a.pdf"' in page
    answer = admin.get(address)
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ("statement.looked", {"at_what": "attachment"}) in held.looks()
    for other in ("b" * 64, "0" * 64, "zz", "a" * 200):
        assert admin.get(f"statements/{id}/attachments/{other}").status_code == 404


def test_what_is_not_there_is_not_found(admin: Browser) -> None:
    for place in PLACES[1:]:
        assert admin.get(place.format(id=uuid4())).status_code == 404
    assert admin.get(f"refused/{uuid4()}").status_code == 404
