"""mentes lrs import and export: what an operator types, reads and finds on the disk."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lrs_bridge.lrs.tables import statement
from lrs_bridge.testing import a_statement, an_agent, moodle_course_completed
from plugin.app import Mentes
from plugin.completions.model import CompletionRow
from plugin.foundation.tenancy import EVERYWHERE
from tests.plugin.commanding import Run, refused, said


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that commands are given in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def some(count: int) -> list[dict[str, Any]]:
    return [a_statement(id=str(uuid4()), actor=an_agent(str(n))) for n in range(count)]


def written(path: Path, statements: list[Any]) -> Path:
    text = "\n".join(it if isinstance(it, str) else json.dumps(it) for it in statements)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def stored(mentes: Mentes) -> int:
    with mentes.database.reading(EVERYWHERE) as session:
        return session.scalar(select(func.count()).select_from(statement)) or 0


@pytest.mark.parametrize("name", ["statements.jsonl", "statements.jsonl.gz"])
def test_a_file_goes_in_and_comes_out_and_in_again(run: Run, folder: Path, name: str) -> None:
    lines = some(3)
    file = written(folder / name, lines)
    assert "Stored 3, known already 0, refused 0." in said(run("lrs", "import", file))
    assert "Stored 0, known already 3, refused 0." in said(run("lrs", "import", file))
    out = folder / f"out-{name}"
    output = said(run("lrs", "export", "-o", out))
    assert "Statements: 3. The last was stored at " in output
    assert out.stat().st_mode & 0o777 == 0o600
    whole = ("--keep-authority", "--keep-stored", "--organisation", "Other")
    assert "Stored 3," in said(run("lrs", "import", out, *whole))
    again = folder / f"again-{name}"
    said(run("lrs", "export", "--organisation", "Other", "-o", again))
    assert again.read_bytes() == out.read_bytes()
    since = output.split()[-1].rstrip(".")
    assert "Statements: 0." in said(run("lrs", "export", "--since", since))


def test_standard_input_and_output_do_as_well(run: Run, folder: Path) -> None:
    text = "\n".join(map(json.dumps, some(2)))
    said(run("lrs", "import", "-", given=text))
    ids = [json.loads(line)["id"] for line in run("lrs", "export").stdout.splitlines()]
    assert ids == [json.loads(line)["id"] for line in text.splitlines()]


def test_filters_choose_what_comes_out(run: Run, folder: Path) -> None:
    mail = {"mbox": "mailto:ada@lms.example"}
    inside = a_statement(object={"objectType": "SubStatement", **a_statement(actor=mail)})
    said(run("lrs", "import", written(folder / "f", [inside, a_statement()])))
    assert len(run("lrs", "export", "--agent", "ada@LMS.example").stdout.splitlines()) == 1
    assert len(run("lrs", "export", "--agent", json.dumps(mail)).stdout.splitlines()) == 1
    assert run("lrs", "export", "--agent", "eve@lms.example").stdout == ""
    assert "Write an e-mail address" in refused(run("lrs", "export", "--agent", '{"name": 1}'))
    assert "There is no organisation" in refused(run("lrs", "export", "--organisation", "No"))


def test_refused_lines_are_shown_and_kept_beside(run: Run, folder: Path) -> None:
    bad = a_statement(actor={"mbox": "mailto:nobody"})
    file = written(folder / "f.jsonl", [a_statement(), bad, *["{"] * 20])
    result = run("lrs", "import", file)
    output = refused(result)
    assert result.exit_code == 1
    assert "Stored 1, known already 0, refused 21." in output
    assert "Line 2: /actor/mbox" in output
    assert "Line 12:" not in output
    assert "nobody" not in output
    rejects = folder / "f.jsonl.rejects"
    entries = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [it["line"] for it in entries] == list(range(2, 23))
    assert json.loads(entries[0]["text"]) == bad
    assert rejects.stat().st_mode & 0o777 == 0o600
    said(run("lrs", "import", written(file, [a_statement()])))
    assert not rejects.exists(), "it would tell of an earlier time"


def test_all_or_nothing(run: Run, folder: Path, mentes: Mentes) -> None:
    file = written(folder / "f.jsonl", [*some(3), "{"])
    assert "Stored 0" in refused(run("lrs", "import", file, "--all-or-nothing"))
    assert stored(mentes) == 0


def test_the_file_is_not_written_over(run: Run, folder: Path) -> None:
    file = written(folder / "f.jsonl", some(1))
    assert "cannot go into the file" in refused(run("lrs", "import", file, "--rejects", file))
    assert file.exists()


def test_an_export_that_fails_leaves_no_half_a_file(run: Run, folder: Path) -> None:
    assert "cannot be written" in refused(run("lrs", "export", "-o", folder / "no" / "out"))
    said(run("lrs", "import", written(folder / "f", some(1))))
    refused(run("lrs", "export", "--organisation", "No", "-o", folder / "out"))
    assert [it.name for it in folder.iterdir() if it.name.startswith("out")] == []


def test_a_bar_is_for_terminals(run: Run, folder: Path) -> None:
    assert "%" not in said(run("lrs", "import", written(folder / "f", some(1))))


def test_killed_in_the_middle_and_begun_again_all_is_stored_once(
    run: Run, folder: Path, mentes: Mentes
) -> None:
    lines = some(8_000)
    lines[7].pop("id")
    file = written(folder / "f.jsonl", lines)
    command = [sys.executable, "-m", "plugin", "lrs", "import", str(file)]
    root = Path(__file__).parents[4]
    process = subprocess.Popen(command, cwd=root, env=os.environ, stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None and stored(mentes) == 0:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    finally:
        process.wait()
    assert process.returncode == -signal.SIGKILL
    before = stored(mentes)
    assert 0 < before < 8_000
    assert f"known already {before}, refused 0." in said(run("lrs", "import", file))
    assert stored(mentes) == 8_000
    assert "sound" in said(run("lrs", "check"))


def test_what_is_imported_is_told_to_the_tool_unless_it_is_history(
    run: Run, folder: Path, mentes: Mentes
) -> None:
    first, second = (
        moodle_course_completed("https://moodle.example", user, 2, mentes.clock())
        for user in (3, 4)
    )
    said(run("lrs", "import", written(folder / "f", [first])))
    said(run("lrs", "import", written(folder / "f", [second]), "--no-completions"))
    with mentes.database.reading(EVERYWHERE) as session:
        assert session.scalar(select(func.count()).select_from(CompletionRow)) == 1
