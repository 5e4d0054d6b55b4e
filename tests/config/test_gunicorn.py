"""The server's configuration, as gunicorn itself reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import config

FILE = Path(config.__file__).parent / "gunicorn.conf.py"

pytest.importorskip("gunicorn", reason="the server is an extra")


def checked(**environment: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("MENTES_")}
    return subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", str(FILE), "--check-config"],
        env={**known, **environment},
        cwd=FILE.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_gunicorn_takes_it_and_loads_the_tool(tmp_path: Path) -> None:
    done = checked(
        MENTES_SECRET_KEY="x" * 32, MENTES_DATABASE_URL=f"sqlite:///{tmp_path}/mentes.db"
    )
    assert done.returncode == 0, done.stderr


def test_faults_of_the_settings_are_shown_as_sentences() -> None:
    done = checked(MENTES_PUBLIC_URL="nowhere")
    assert done.returncode != 0
    assert "MENTES_SECRET_KEY" in done.stderr
    assert "MENTES_PUBLIC_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_process_has_fewer_threads_than_database_connections() -> None:
    settings: dict[str, object] = {}
    exec(FILE.read_text("utf-8"), settings)  # noqa: S102 # so does gunicorn
    assert settings["worker_class"] == "plugin.foundation.web.staying.StayingThreads"
    assert isinstance(settings["threads"], int)
    assert settings["threads"] < 15
    assert settings["accesslog"] is None
