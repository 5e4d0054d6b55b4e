"""`mentes people` and `mentes courses`: who and what is not assigned, on the shell."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from lrs_bridge.completion import Completion, PersonKey
from plugin.app import Mentes
from plugin.completions import inbox
from plugin.completions.model import CompletionRow, SourceKind
from plugin.foundation.tenancy import EVERYWHERE, Organisation
from plugin.people.model import Person
from plugin.worker import Worker
from tests.plugin.commanding import Run, refused, said
from tests.plugin.factories import ISSUER, a_course, a_person, every, mentoring

EDX = "https://edx.example"
PUBLISHER = "https://publisher.example/feedback"


@pytest.fixture
def school(mentes: Mentes, worker: Worker, organisation_id: UUID) -> str:
    """An organisation in which somebody and a course are not known; its name."""
    pair = mentoring(mentes.database, organisation_id)
    with mentes.database.transaction(organisation_id) as session:
        a_person(session, a_course(session), "4", name="Ada One")
        told = (
            (PersonKey.account(EDX, "5b0c"), f"{ISSUER}/course/view.php?id=2"),
            (PersonKey.mbox("bo@lms.example"), PUBLISHER),
        )
        completions = [
            Completion(
                organisation_id=organisation_id,
                source="table",
                source_event_id=course,
                person_keys=(key,),
                course_key=course,
                module_key=None,
                kind="course",
                state="completed",
                at=mentes.clock(),
            )
            for key, course in told
        ]
        inbox.receive(session, completions, came_by=SourceKind.FILE, now=mentes.clock())
    worker.run_until_idle()
    assert pair.organisation_id == organisation_id
    with mentes.database.reading(EVERYWHERE) as session:
        return session.scalars(
            select(Organisation.name).where(Organisation.id == organisation_id)
        ).one()


def first_id(text: str) -> str:
    """Return the id at the beginning of what a command lists."""
    found = re.match(r"[0-9a-f-]{36}", text)
    assert found is not None, text
    return found[0]


def test_who_waits_is_listed_bound_and_unbound(run: Run, school: str) -> None:
    mine = ("--organisation", school)
    listed = said(run("people", "waiting", *mine))
    assert "5b0c at edx.example" in listed
    person = first_id(said(run("people", "find", "Ada", *mine)))
    bound = said(run("people", "bind", first_id(listed), person, *mine))
    undoing = bound.rpartition(" ")[2].strip()
    said(run("people", "unbind", undoing, *mine))
    assert "Line" not in refused(run("people", "bind", *mine))


def test_a_file_says_it_of_everybody(run: Run, school: str, mentes: Mentes, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"{EDX},5b0c,{ISSUER},4\n", "utf-8")
    mine = ("--organisation", school)
    assert "1 accounts are new" in said(run("people", "bind", "--file", file, *mine))
    assert "0 accounts are new" in said(run("people", "bind", "--file", file, *mine))
    with mentes.database.reading(EVERYWHERE) as session:
        statuses = {row.status for row in every(session, CompletionRow)}
    assert "new" in statuses
    file.write_text("too,few\n", "utf-8")
    assert "Line 1 has 2 columns" in refused(run("people", "bind", "--file", file, *mine))
    file.write_text(f"{EDX},5b0c,{ISSUER},nobody\n", "utf-8")
    assert "nobody called nobody" in refused(run("people", "bind", "--file", file, *mine))


def test_a_course_is_listed_and_bound(run: Run, school: str) -> None:
    mine = ("--organisation", school)
    assert PUBLISHER in said(run("courses", "waiting", *mine))
    course = first_id(said(run("courses", "list", *mine)))
    assert "Assigned" in said(run("courses", "bind", PUBLISHER, course, *mine))
    assert "Nothing waits" in said(run("courses", "waiting", *mine))
    assert "See: mentes courses waiting" in refused(
        run("courses", "bind", PUBLISHER, course, *mine)
    )


def test_two_are_merged_after_a_look_and_parted(run: Run, school: str, mentes: Mentes) -> None:
    with mentes.database.reading(EVERYWHERE) as session:
        ids = [str(each.id) for each in every(session, Person, Person.name == "Ada One")]
    mine = ("--organisation", school)
    assert "Nothing was changed" in said(run("people", "merge", *ids, *mine))
    merged = said(run("people", "merge", *ids, "--yes", *mine))
    undoing = merged.rpartition(" ")[2].strip()
    assert "two people again" in said(run("people", "part", undoing, *mine))
