"""mentes lrs erase, retention, vacuum, statement, void, status."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text

from lrs_bridge.lrs import store
from lrs_bridge.lrs.tables import erasure, metadata, statement
from lrs_bridge.lrs.wire import incoming
from lrs_bridge.testing import a_statement, an_agent, moodle_course_completed
from plugin.app import Mentes, on_stored
from plugin.completions.model import CompletionRow
from plugin.foundation.db import Base
from plugin.foundation.tenancy import EVERYWHERE
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.commanding import Run, refused, said
from tests.plugin.factories import every

MAILBOX = "unforgettable.ada@lms.example"
ADA, BOB = {"mbox": f"mailto:{MAILBOX}"}, an_agent("bob")
COURSE = "https://lms.example/course/view.php?id=2"
WHOSE = ("--organisation", "Acme")
WHY = ("--reason", "asked to", "--yes")
Put = Callable[..., Sequence[UUID]]


@pytest.fixture
def put(mentes: Mentes, organisation_id: UUID) -> Put:
    """Store statements, as the front door does."""

    def put(*statements: Any) -> Sequence[UUID]:
        with mentes.database.transaction(EVERYWHERE) as session:
            return store.insert(
                session,
                organisation_id,
                [incoming(one) for one in statements],
                authority=an_agent("authority"),
                clock=mentes.clock,
                on_stored=on_stored(mentes),
            )

    return put


def count(mentes: Mentes, table: Any = statement) -> int:
    with mentes.database.reading(EVERYWHERE) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


# Erasing


def test_a_dry_run_counts_and_leaves_everything(run: Run, put: Put, mentes: Mentes) -> None:
    put(a_statement(actor=ADA), a_statement(actor=BOB, context={"instructor": ADA}))
    output = said(run("lrs", "erase", *WHOSE, "--agent", MAILBOX, "--dry-run"))
    assert output.splitlines() == [
        "Statements: 2. Documents: 0.",
        "  named as actor: 1",
        "  named as context: 1",
    ]
    assert count(mentes) == 2


def test_erasing_asks_first_and_wants_a_reason(run: Run, put: Put, mentes: Mentes) -> None:
    put(a_statement(actor=ADA))
    erase = ("lrs", "erase", *WHOSE, "--agent", MAILBOX)
    assert "Say why" in refused(run(*erase))
    assert "Aborted" in refused(run(*erase, "--reason", "asked to", given="n\n"))
    assert count(mentes) == 1
    assert "Erased 1 statements" in said(run(*erase, "--reason", "asked to", given="y\n"))
    assert count(mentes) == 0
    again = said(run(*erase))
    assert "Statements: 0." in again
    assert "The same was erased at" in again
    other = said(run("lrs", "erase", *WHOSE, "--agent", "eve@lms.example"))
    assert "The same" not in other


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "Say what is to be erased"),
        (("--verb", "https://v.example/1"), "Say what is to be erased"),
        (("--place", "actor", "--activity", COURSE), "give --agent"),
        (("--before", "2026-01-01"), "with its zone"),
        (("--activity", "course 1"), "IRI"),
    ],
)
def test_what_says_too_little_erases_nothing(
    run: Run, organisation_id: UUID, arguments: tuple[str, ...], word: str
) -> None:
    assert word in refused(run("lrs", "erase", *WHOSE, *arguments, *WHY))


def test_a_person_leaves_no_byte_in_the_database(
    run: Run, put: Put, mentes: Mentes, tmp_path: Path
) -> None:
    """Neither in the store nor in the inbox of completions, nor in pages that were let go."""
    completed = moodle_course_completed("https://moodle.example", 3, 2, mentes.clock())
    put(*({**completed, "actor": ADA, "id": str(uuid4())} for _ in range(1)))
    put(*(a_statement(actor=ADA) for _ in range(300)), *(a_statement() for _ in range(10)))
    assert count(mentes, CompletionRow) == 1
    assert "Erased 301" in said(run("lrs", "erase", *WHOSE, "--agent", MAILBOX, *WHY))
    mentes.database.dispose()  # its connections would keep the log
    assert "given back" in said(run("lrs", "vacuum"))
    if mentes.database.engine.dialect.name == "sqlite":
        for file in tmp_path.glob("mentes.db*"):
            assert MAILBOX.encode() not in file.read_bytes(), file.name
    with mentes.database.reading(EVERYWHERE) as session:
        for table in (*metadata.sorted_tables, *Base.metadata.sorted_tables):
            rows = session.execute(text(f"SELECT * FROM {table.name}")).all()  # noqa: S608
            assert MAILBOX not in repr(rows), table.name
    assert "sound" in said(run("lrs", "check"))


def test_a_completion_that_was_applied_stays_without_the_person(
    run: Run, put: Put, mentes: Mentes, organisation_id: UUID, worker: Worker
) -> None:
    put(moodle_course_completed("https://moodle.example", 3, 2, mentes.clock()))
    with mentes.database.transaction(organisation_id) as session:
        (row,) = every(session, CompletionRow)
        row.status = "applied"
    person = json.dumps({"account": {"homePage": "https://moodle.example", "name": "3"}})
    said(run("lrs", "erase", *WHOSE, "--agent", person, *WHY))
    with mentes.database.reading(organisation_id) as session:
        (row,) = every(session, CompletionRow)
        assert (row.person_keys, row.person_digest) == ([], "")


# Keeping


def test_rules_are_kept_by_the_worker_once_a_day(
    run: Run, put: Put, mentes: Mentes, worker: Worker, clock: MovableClock
) -> None:
    put(a_statement(), a_statement(object={"id": "https://lms.example/other"}))
    rule = ("--activity", COURSE, "--days", "30", "--reason", "the policy")
    said(run("lrs", "retention", "add", *WHOSE, *rule))
    listed = said(run("lrs", "retention", "list", *WHOSE))
    assert f"30 days  {COURSE}  (the policy)" in listed
    clock.forward(days=29)
    worker.run_until_idle()
    assert count(mentes) == 2
    clock.forward(days=2)
    worker.run_until_idle()
    assert count(mentes) == 1
    with mentes.database.reading(EVERYWHERE) as session:
        log = session.execute(select(erasure)).one()
    assert (log.by, log.reason, log.statements) == ("retention", "the policy", 1)
    assert "Removed" in said(run("lrs", "retention", "remove", *WHOSE, listed.split()[0]))
    assert "no such rule" in refused(run("lrs", "retention", "remove", *WHOSE, uuid4()))
    assert said(run("lrs", "retention", "list", *WHOSE)) == ""


# Looking


def test_a_statement_is_shown_pretty_raw_voided_and_erased(run: Run, put: Put) -> None:
    (id,) = put(a_statement(result={"response": "☂"}))
    show = ("lrs", "statement", "show", *WHOSE, str(id))
    pretty = run(*show).stdout
    assert json.loads(pretty)["id"] == str(id)
    assert len(pretty.splitlines()) > 10
    assert json.loads(said(run(*show, "--raw"))) == json.loads(pretty)
    assert "Voided by statement" in said(run("lrs", "void", *WHOSE, str(id), "--reason", "wrong"))
    assert "It is voided." in run(*show).output
    again = said(run("lrs", "void", *WHOSE, str(id), "--reason", "again"))
    assert "Voided by statement" in again
    voiding = again.split()[-1].rstrip(".")
    assert "cannot be voided" in refused(run("lrs", "void", *WHOSE, voiding, "--reason", "no"))
    said(run("lrs", "erase", *WHOSE, "--id", id, *WHY))
    assert "It was erased at" in refused(run(*show))
    assert "There is none" in refused(run("lrs", "statement", "show", *WHOSE, uuid4()))


def test_the_newest_statements_are_listed_and_nobody_named(run: Run, put: Put) -> None:
    ids = put(*(a_statement(actor=ADA) for _ in range(5)), a_statement(actor=BOB))
    lines = said(run("lrs", "statement", "list", *WHOSE, "--last", "2", "--agent", MAILBOX))
    assert [line.split()[2] for line in lines.splitlines()] == [str(id) for id in ids[3:5]]
    assert MAILBOX not in lines


def test_the_status_says_how_much_there_is_of_whom(
    run: Run, put: Put, organisation_id: UUID
) -> None:
    put(a_statement(), a_statement(actor=ADA))
    said(run("lrs", "erase", *WHOSE, "--agent", MAILBOX, *WHY))
    output = said(run("lrs", "status", *WHOSE))
    assert output.startswith("Acme\n")
    assert "statements    1\n" in output
    assert "erased        1\n" in output
    whose, complete, _ = output.partition("complete to   ")  # which goes on with the clock
    assert complete
    assert said(run("lrs", "status")).startswith(whose + complete)
    assert "no organisation Nobody" in refused(run("lrs", "status", "--organisation", "Nobody"))
