"""What docs/lrs.md shows is what happens: its commands, its Python, its limits, its table."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from lrs_bridge.lrs.attachments.multipart import MOST_PARTS
from lrs_bridge.lrs.http.setup import LARGEST_BATCH
from lrs_bridge.lrs.query import LARGEST_LIMIT, LIMIT_IF_NONE
from lrs_bridge.lrs.record_store import RecordStore
from lrs_bridge.testing import a_statement
from lti.testing import serving

PAGE = (Path(__file__).parent.parent / "docs" / "lrs.md").read_text()
DOCUMENTED = "http://127.0.0.1:5000"
KEY, SECRET = "course", "a secret of the tests"

COMMAND = re.compile(r"^\$ (.*(?:\n(?=    ).*)*)", re.MULTILINE)
WHAT_DIFFERS = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z", re.ASCII
)
THEN = "\x1e"


def blocks(language: str) -> list[str]:
    """Return what stands between the fences of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[str]:
    """A record store on a socket."""
    store = RecordStore(f"sqlite:///{tmp_path}/lrs.db")
    store.create_tables()
    store.add_credential(KEY, SECRET, ["all"])
    app = Flask(__name__)
    with serving(app) as server:
        blueprint = store.blueprint(home_page=f"{server.url}/xapi")
        app.register_blueprint(blueprint, url_prefix="/xapi")
        yield server.url
    store.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page's commands are for curl")
def test_the_commands_answer_as_shown(origin: str) -> None:
    text = "".join(blocks("console"))
    first, *commands = COMMAND.findall(text)
    shown = [answer.strip() for answer in COMMAND.split(text)[2::2]]
    assert first.startswith(f"LRS={DOCUMENTED}/xapi KEY={KEY} SECRET=")
    steps = [f"LRS={origin}/xapi KEY={KEY} SECRET='{SECRET}'", *commands]
    script = "".join(f"{step}\nprintf '{THEN}'\n" for step in steps)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = [answer.strip() for answer in done.stdout.split(THEN)][:-1]
    assert [comparable(it, origin) for it in answers] == [
        comparable(it, DOCUMENTED) for it in shown
    ]
    assert sum(map(bool, answers)) >= 5


def comparable(answer: str, origin: str) -> str:
    """Return an answer without what is another each time."""
    return WHAT_DIFFERS.sub("…", answer.replace(origin, "…"))


def test_the_python_for_clients_reads_every_page(origin: str) -> None:
    (reading,) = (block for block in blocks("python") if "import requests" in block)
    names: dict[str, Any] = {"KEY": KEY, "SECRET": SECRET, "LRS": f"{origin}/xapi"}
    several = [a_statement() for _ in range(LIMIT_IF_NONE + 1)]
    sent = requests.post(
        f"{origin}/xapi/statements",
        json=several,
        auth=(KEY, SECRET),
        headers={"X-Experience-API-Version": "1.0.3"},
        timeout=30,
    )
    exec(reading, names)  # noqa: S102
    assert [one["id"] for one in names["completed"]] == sent.json()[::-1]


def test_the_store_alone_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (alone,) = (block for block in blocks("python") if "RecordStore" in block)
    monkeypatch.chdir(tmp_path)
    Path("alone.py").write_text(alone)
    for _ in range(2):  # it can be started again
        names = runpy.run_path("alone.py")
        app, store = names["app"], names["store"]
        assert isinstance(app, Flask)
        assert isinstance(store, RecordStore)
        asked = {
            "auth": ("course", "a secret"),
            "headers": {"X-Experience-API-Version": "1.0.3"},
        }
        client = app.test_client()
        assert client.post("/xapi/statements", json=a_statement(), **asked).status_code == 200
        found = client.get("/xapi/statements", **asked).get_json()
        store.close()
    assert len(found["statements"]) == 2


def test_the_limits_are_those_that_hold() -> None:
    for number in (f"{LIMIT_IF_NONE},", f"limit={LARGEST_LIMIT}", f"{LARGEST_BATCH:,}"):
        assert number in PAGE
    assert f"{MOST_PARTS:,}" in PAGE


def test_every_reference_of_the_table_is_given() -> None:
    used = set(re.findall(r"\]\[([a-z-]+)\]", PAGE))
    given = set(re.findall(r"^\[([a-z-]+)\]: ", PAGE, re.MULTILINE))
    assert used == given != set()
