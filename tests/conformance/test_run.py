"""What is read out of the public suite's output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conformance.run import Outcome, missing, outcome, row


def output(folder: Path, record: dict[str, object], **counted: int) -> str:
    """Return what the runner prints, and write the record that it names."""
    log = folder / "run.log"
    log.write_text(json.dumps(record))
    summary = json.dumps({**counted, "version": "1.0.3"}, separators=(",", ":"))
    return f'runTests starting\n{{"total":3,"passed":0,"failed":0}}\n{summary}\n' + (
        f"Tests completed in 1.2 seconds\nFull run log written to {log}\nClosed\n"
    )


def test_a_run_in_which_everything_passed_is_conformant(tmp_path: Path) -> None:
    found = outcome(output(tmp_path, {}, total=3, passed=3, failed=0))
    assert (found, found.not_run) == (Outcome(total=3, passed=3, failed=0), 0)
    assert found.is_conformant
    assert row("sqlite", "1.0.3", found, 61.6) == (
        "sqlite      1.0.3   3 of 3 pass, 0 fail, 0 not run  (62 s)"
    )


def test_tests_that_did_not_run_count(tmp_path: Path) -> None:
    found = outcome(output(tmp_path, {}, total=3, passed=2, failed=0))
    assert (found.not_run, found.is_conformant) == (1, False)


def test_nothing_is_not_conformant(tmp_path: Path) -> None:
    assert not outcome(output(tmp_path, {}, total=0, passed=0, failed=0)).is_conformant


def test_failures_are_named_with_their_reasons(tmp_path: Path) -> None:
    inner = {"title": "will reject", "status": "failed", "error": "expected 400, got 200"}
    good = {"title": "will accept", "status": "passed"}
    section = {"title": "Verbs", "status": "failed", "tests": [good, inner]}
    record = {"log": {"title": "", "status": "failed", "tests": [section]}}
    found = outcome(output(tmp_path, record, total=3, passed=1, failed=1))
    assert found.failures == ("will reject: expected 400, got 200",)
    assert row("sqlite", "1.0.3", found, 1).splitlines()[1:] == [
        "    will reject: expected 400, got 200"
    ]


def test_a_run_that_broke_off_is_no_run() -> None:
    with pytest.raises(RuntimeError, match="did not run to its end"):
        outcome('{"total":3,"passed":3,"failed":0}\n')


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    assert "is no checkout of https://github.com/adlnet/" in str(missing(tmp_path))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/console_runner.js").touch()
    assert "npm install" in str(missing(tmp_path))
