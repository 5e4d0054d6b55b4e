"""The commands that an administrator copies from the page of requests: they do what was asked."""

from __future__ import annotations

import hashlib
import html
import json
import re
import shlex
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lrs_bridge.lrs import store, wire
from lrs_bridge.lrs.tables import statement
from lrs_bridge.testing import a_statement
from lti import claims
from lti.testing import User
from plugin.app import Mentes
from plugin.foundation.tenancy import EVERYWHERE, Organisation
from plugin.people import identifiers
from plugin.people.identifiers import Evidence
from plugin.people.model import Person
from plugin.privacy.service import Kind
from tests.plugin.commanding import Run, command, said
from tests.plugin.factories import account_of, every
from tests.plugin.launching import ADA, TEACHER, Browser, Campus
from tests.plugin.privacy.test_desk import ADMIN


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def shown(campus: Campus) -> list[str]:
    """Return the commands on the page."""
    admin: Browser = campus.launched(TEACHER, **{claims.ROLES: [ADMIN]})
    page = admin.get("privacy-requests").get_data(as_text=True)
    return [html.unescape(each) for each in re.findall(r"<pre><code>(.*?)</code></pre>", page)]


@pytest.fixture
def stored(mentes: Mentes, campus: Campus, organisation_id: UUID) -> list[str]:
    """Statements about Ada under each of her names, and one about somebody else; hers, by ids."""
    campus.launched(ADA)
    with mentes.database.transaction(organisation_id) as session:
        session.get_one(Organisation, organisation_id).name = "Acme & Söhne's"
        (ada,) = every(session, Person, Person.email == ADA.email)
        account = account_of(session, ada.id)
        identifiers.told(
            session,
            account,
            {"username": "ada", "email": ADA.email},
            evidence=Evidence.ROSTER,
            now=mentes.clock(),
        )
        here = account.home_as_said
    actors = [
        {"account": {"homePage": here, "name": account.value}},
        {"account": {"homePage": here, "name": "ada"}},
        {"mbox": f"mailto:{ADA.email}"},
        {"mbox_sha1sum": sha1(f"mailto:{ADA.email}")},
        {"mbox_sha1sum": sha1(ADA.email)},
    ]
    told = [a_statement(id=str(uuid4()), actor=actor) for actor in actors]
    others = a_statement(id=str(uuid4()), actor={"mbox": "mailto:bob@lms.example"})
    with mentes.database.transaction(EVERYWHERE) as session:
        store.insert(
            session,
            organisation_id,
            [wire.incoming(each) for each in (*told, others)],
            authority={"mbox": "mailto:lms@lms.example"},
            clock=mentes.clock,
        )
    return [each["id"] for each in told]


def left(mentes: Mentes) -> set[str]:
    with mentes.database.reading(EVERYWHERE) as session:
        return {str(id) for id in session.execute(select(statement.c.id)).scalars()}


def give(line: str, *more: str, given: str | None = None) -> None:
    """Type a line into a shell, as far as it is `mentes …`."""
    program, *arguments = shlex.split(line)
    assert program == "mentes"
    said(command(*arguments, *more, given=given))


def test_what_is_copied_from_the_page_erases_all_of_it(
    campus: Campus, mentes: Mentes, run: Run, stored: list[str]
) -> None:
    campus.launched(ADA).submit(f"privacy/{Kind.ERASE}")
    before = left(mentes)
    lines = shown(campus)
    assert len(lines) >= len(stored)
    for line in lines:
        give(line, given="y\n")
    assert before - left(mentes) == set(stored)


def test_what_is_copied_from_the_page_writes_a_copy_of_all_of_it(
    campus: Campus,
    mentes: Mentes,
    run: Run,
    stored: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    campus.launched(ADA).submit(f"privacy/{Kind.EXPORT}")
    monkeypatch.chdir(tmp_path)
    for line in shown(campus):
        give(line)
    written = [
        json.loads(line)
        for file in tmp_path.glob("copy-*.jsonl")
        for line in file.read_text().splitlines()
    ]
    assert {each["id"] for each in written} == set(stored)


def test_a_name_of_two_people_is_marked(campus: Campus, mentes: Mentes, stored: list[str]) -> None:
    campus.launched(
        User(id="77", given_name="Twin", family_name="One", email=ADA.email, username="twin")
    )
    campus.launched(ADA).submit(f"privacy/{Kind.ERASE}")
    admin: Browser = campus.launched(TEACHER, **{claims.ROLES: [ADMIN]})
    page = admin.get("privacy-requests").get_data(as_text=True)
    assert page.count("Somebody else is called so, too") >= 1
