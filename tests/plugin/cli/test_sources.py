"""mentes source, as operators give it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests
from flask import Flask

from lrs_bridge.lrs.access.credentials import add_credential
from lrs_bridge.sources.webhooks import docebo
from lrs_bridge.testing import moodle_course_completed
from lti.testing import Server
from plugin.app import Mentes
from plugin.completions.model import CompletionRow, SourceRow
from tests.conftest import MovableClock
from tests.lrs_bridge.sources.golden import FOLDER, loaded
from tests.plugin.commanding import Run, refused, said
from tests.plugin.factories import an_organisation, every

ACME = ("--organisation", "Acme")
HOME = "https://acme.docebosaas.com"
DOCEBO = ("--name", "Academy", "--preset", "docebo", "--home", HOME)
NAMED = (*ACME, "--name", "Academy")


def the_source(mentes: Mentes, organisation_id: UUID) -> SourceRow:
    with mentes.database.reading(organisation_id) as session:
        (row,) = every(session, SourceRow)
        return row


def shown(text: str, what: str) -> str:
    """Return what a command printed beside `what`."""
    found = re.search(rf"^{what} +(\S.*)$", text, re.MULTILINE)
    assert found is not None, text
    return found[1]


@pytest.fixture
def completed() -> dict[str, Any]:
    """What Docebo sends when somebody completes a course."""
    return dict(loaded(FOLDER / "webhook-docebo-course-completed.json")["given"])


def test_a_webhook_is_added_tried_posted_to_rotated_turned_off_and_removed(
    run: Run,
    mentes: Mentes,
    app: Flask,
    tool_server: Server,
    organisation_id: UUID,
    completed: dict[str, Any],
    tmp_path: Path,
) -> None:
    added = said(run("source", "add", *ACME, "webhook", *DOCEBO))
    row = the_source(mentes, organisation_id)
    assert row.configuration == {"proof": "bearer", "mapping": docebo(HOME)}
    secret, path = shown(added, "secret"), shown(added, "address").rpartition("/")[2]
    assert "nothing yet" in said(run("source", "list", *ACME))

    example = tmp_path / "example.json"
    example.write_text(json.dumps(completed))
    for given in ({}, {"given": example.read_text()}):
        what = ["-"] if given else [str(example)]
        tried = said(run("source", "test", *NAMED, *what, **given))
        assert "completed" in tried
        assert f"account {HOME}" in tried
        assert "would course-unknown" in tried
    with mentes.database.reading(organisation_id) as session:
        assert every(session, CompletionRow) == []  # an example is kept nowhere

    def posted(secret: str) -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        url = f"{tool_server.url}/completions/{path}"
        return requests.post(url, json=completed, headers=headers, timeout=10).status_code

    assert posted(secret) == 200
    listed = said(run("source", "list", *ACME))
    assert re.search(r"^Academy +webhook +works +1 ", listed, re.MULTILINE), listed
    newer = shown(said(run("source", "rotate", *NAMED)), "secret")
    assert newer != secret
    assert [posted(each) for each in (newer, secret, "another")] == [200, 200, 401]
    assert said(run("source", "disable", *NAMED)) == "Disabled.\n"
    assert posted(newer) == 403
    assert re.search(r"webhook +off ", said(run("source", "list", *ACME)))
    assert said(run("source", "enable", *NAMED)) == "Enabled.\n"
    assert posted(newer) == 200
    assert said(run("source", "remove", *NAMED)) == "Removed.\n"
    assert posted(newer) == 404
    assert "no source called Academy" in refused(run("source", "enable", *NAMED))


def test_a_record_store_is_looked_at_at_once(
    run: Run, mentes: Mentes, app: Flask, tool_server: Server, clock: MovableClock
) -> None:
    other = an_organisation(mentes.database)
    with mentes.database.transaction(other) as session:
        add_credential(session, other, "reader", "their secret", ["all"], clock())
    statement = moodle_course_completed("https://lms.example", 4, 2, clock() - timedelta(hours=1))
    answer = app.test_client().post(
        "/xapi/statements",
        json=[statement],
        auth=("reader", "their secret"),
        headers={"X-Experience-API-Version": "1.0.3"},
    )
    assert answer.status_code == 200, answer.text
    settings = {"endpoint": f"{tool_server.url}/xapi", "key": "reader"}
    options = [f"--set={name}={value}" for name, value in settings.items()]
    named = (*ACME, "--name", "University")
    added = said(
        run(
            "source",
            "add",
            *ACME,
            "remote-store",
            "--name",
            "University",
            *options,
            "--secret=-",
            given="their secret\n",
        )
    )
    assert "their secret" not in added
    for _ in range(2):
        looked = said(run("source", "test", *named))
        assert looked.endswith("1 completion(s) so far.\n")
    said(run("source", "rotate", *named, "--secret", "-", given="wrong\n"))
    assert "It could not be read: remote-refused" in refused(run("source", "test", *named))
    listed = said(run("source", "list", *ACME))
    assert re.search(r"^University +remote-store +remote-refused +1 ", listed, re.MULTILINE)
    said(run("source", "disable", *named))
    assert "It is disabled" in refused(run("source", "test", *named))


def test_what_is_wrong_is_said_by_field_and_nothing_is_kept(
    run: Run, mentes: Mentes, organisation_id: UUID
) -> None:
    for arguments, what in (
        (("webhook", "--name", "Academy", "--preset", "docebo"), "home"),
        (("canvas", "--name", "Academy", "--set", "site=nowhere"), "site: Give an address"),
        (("canvas", "--name", "Academy", "--set", "site"), "Write --set site=value"),
        (("remote-store", "--name", "Store", "--set", "endpoint=https://a.example"), "key: "),
        (("results", "--name", "Grades"), "'results' is not one of"),
    ):
        assert what in refused(run("source", "add", *ACME, *arguments)), arguments
    with mentes.database.reading(organisation_id) as session:
        assert every(session, SourceRow) == []
    said(run("source", "add", *ACME, "webhook", *DOCEBO))
    again = refused(run("source", "add", *ACME, "webhook", *DOCEBO))
    assert "There is a source of that name already" in again
    tried = run("source", "test", *NAMED, given='{"event": "course.enrollment.completed"}')
    assert "unreadable" in tried.output
    assert tried.exit_code == 1
