"""Uploading completions, on the administrators' pages and from a shell."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from plugin.app import Mentes
from plugin.completions.model import CompletionRow
from plugin.completions.uploads import service
from plugin.completions.uploads.model import Upload, UploadLine, UploadPart
from plugin.foundation.clock import utc_now
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.commanding import Run, refused, said
from tests.plugin.completions.test_rules import Class
from tests.plugin.completions.test_uploads import ROWS
from tests.plugin.factories import ISSUER, an_organisation, every, later
from tests.plugin.launching import ADA, Browser, Campus

HEAD = "account,module,completed_at,state"
FILE = "\n".join((HEAD, *ROWS)).encode()


@pytest.fixture
def course(mentes: Mentes, organisation_id: UUID, clock: MovableClock) -> Class:
    """A course with five learners, an hour after it began."""
    clock.now = later(hours=1)
    return Class(mentes, organisation_id, learners=5)


def sent(admin: Browser, content: bytes, **form: str) -> TestResponse:
    """Upload a file."""
    file = (io.BytesIO(content), "finished.csv")
    return admin.submit("uploads", file=file, home=ISSUER, zone="UTC", **form)


def page_of(answer: TestResponse) -> str:
    """Return the path of the upload that an answer leads to."""
    assert answer.status_code == 303, answer.text
    return "uploads/" + answer.headers["Location"].rpartition("/")[2]


def test_from_the_file_to_the_report_and_back(
    course: Class, admin: Browser, worker: Worker, clock: MovableClock
) -> None:
    clock.now = later(hours=1)  # the browser came when the course began
    assert "Upload completions" in admin.get("administration").text
    page = page_of(sent(admin, FILE))
    assert 'id="progress"' in admin.get(page).text
    assert admin.get(f"{page}/progress").json == {
        "state": "checking",
        "progress": 0,
        "stage": "Is looked through",
    }
    worker.run_until_idle()
    preview = admin.get(page).text
    for words in (
        "What the rows would do",
        "Opens a check-in",
        "Nobody is known by that name yet.",
        "It was completed before the rule was made.",
        "Rows that cannot be read",
        "This is no time: write it as 2026-11-20",
    ):
        assert words in preview
    assert course.rows() == []
    assert admin.submit(f"{page}/confirm").status_code == 303
    assert admin.submit(f"{page}/confirm").status_code == 303  # the other tab
    worker.run_until_idle()
    done = admin.get(page).text
    assert "Opened a check-in" in done
    report = admin.get(f"{page}/lines.csv")
    assert report.mimetype == "text/csv"
    assert report.text.count("\n") == len(ROWS) + 1
    assert admin.submit(f"{page}/undo").status_code == 303
    again = admin.submit(f"{page}/undo")
    assert again.status_code == 409
    assert "taken back already" in again.text
    worker.run_until_idle()
    assert "This upload is taken back." in admin.get(page).text
    assert course.rows() == []
    assert "finished.csv" in admin.get("uploads").text
    assert "Uploaded files" in admin.get("sources").text


def test_nothing_is_left_of_what_is_cancelled(
    admin: Browser, mentes: Mentes, organisation_id: UUID, worker: Worker
) -> None:
    page = page_of(sent(admin, FILE))
    worker.run_until_idle()
    assert admin.submit(f"{page}/cancel").status_code == 303
    assert admin.submit(f"{page}/confirm").status_code == 404
    assert admin.get(page).status_code == 404
    with mentes.database.reading(organisation_id) as session:
        for table in (Upload, UploadLine, UploadPart, CompletionRow):
            assert every(session, table) == []


@pytest.mark.parametrize(
    ("content", "form", "field"),
    [
        (b"", {}, "file"),
        (b"PK\x03\x04 a sheet", {}, "file"),
        (b"person,course\nJ\xfcrgen,1", {}, "file"),
        (FILE, {"threshold": "many"}, "threshold"),
        (FILE, {"threshold": "nan"}, "threshold"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    admin: Browser, content: bytes, form: dict[str, str], field: str
) -> None:
    answer = sent(admin, content, **form)
    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error"', answer.text)


def test_a_file_must_be_chosen_and_may_not_be_endless(
    admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert admin.submit("uploads", zone="UTC").status_code == 422
    monkeypatch.setattr(service, "LARGEST", 1000)
    monkeypatch.setattr("plugin.completions.uploads.forms.LARGEST", 1000)
    assert sent(admin, HEAD.encode() + b"\n" * 2000).status_code == 413
    assert sent(admin, b"\n" * 200_000).status_code == 413


def test_a_refused_file_says_what_to_do(admin: Browser, worker: Worker) -> None:
    page = page_of(sent(admin, b"who,what\nada,all\n"))
    worker.run_until_idle()
    assert "The first row must name the columns" in admin.get(page).text


def test_nobody_else_sees_them(campus: Campus, admin: Browser, mentes: Mentes) -> None:
    page = page_of(sent(admin, FILE))
    learner = campus.launched(ADA)
    for path in ("uploads", page, f"{page}/lines.csv"):
        assert learner.get(path).status_code == 403
    other = an_organisation(mentes.database)
    with mentes.database.reading(other) as session:
        assert every(session, Upload) == []


def test_from_a_shell(
    course: Class, run: Run, worker: Worker, tmp_path: Path, clock: MovableClock
) -> None:
    clock.now = utc_now() + timedelta(hours=1)  # what commands owe now is due for the worker
    file = tmp_path / "finished.csv"
    file.write_bytes(FILE)
    ours = ("--organisation", "Acme")
    bring = ("completions", "import", file, *ours, "--home", ISSUER)
    preview = said(run(*bring, "--preview"))
    assert "Opens a check-in" in preview
    assert "line 7, completed_at: This is no time" in preview
    assert "Nothing of it is kept." in preview
    assert course.rows() == []
    assert said(run("completions", "list", *ours)) == ""
    (upload_id,) = re.findall(r"^upload (\S+):", said(run(*bring)), re.MULTILINE)
    worker.run_until_idle()
    assert len(course.checkins()) == 1
    assert "applied" in said(run("completions", "list", *ours))
    assert "Opened a check-in" in said(run("completions", "report", upload_id, *ours))
    said(run("completions", "undo", upload_id, *ours))
    worker.run_until_idle()
    assert course.rows() == []
    assert "taken back already" in refused(run("completions", "undo", upload_id, *ours))
    file.write_bytes(b"")
    assert "empty" in refused(run(*bring))
