"""Ralph's client, by its command and from Python; statements only, 1.0.3 unless told otherwise.

https://openfun.github.io/ralph/latest/
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.clients.installed import RALPH, has_ralph
from tests.conformance.server import Store

pytestmark = pytest.mark.skipif(not has_ralph(), reason="run: make clients")

SCRIPT = Path(__file__).parent / "ralph_client.py"
VERB = "http://adlnet.gov/expapi/verbs/experienced"


def environment(store: Store, **more: str) -> dict[str, str]:
    """Return what Ralph's settings are read from: where the store is, and who we are."""
    endpoint = urlsplit(store.endpoint)
    settings = {
        "BASE_URL": f"{endpoint.scheme}://{endpoint.netloc}",
        "STATEMENTS_ENDPOINT": f"{endpoint.path}/statements",
        "STATUS_ENDPOINT": f"{endpoint.path}/about",
        "USERNAME": store.key,
        "PASSWORD": store.secret,
        **more,
    }
    named = {f"RALPH_BACKENDS__DATA__LRS__{name}": value for name, value in settings.items()}
    return {**os.environ, **named}


def ralph(
    store: Store, *arguments: str, statements: Sequence[Any] = (), **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run Ralph's command, with statements as lines on its standard input."""
    return subprocess.run(
        [RALPH / "ralph", "-v", "ERROR", *arguments],
        env=environment(store, **settings),
        input="".join(f"{json.dumps(one)}\n" for one in statements),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def statements(count: int, course: str) -> list[dict[str, Any]]:
    return [
        {
            "id": str(uuid4()),
            "actor": {"account": {"homePage": "https://ralph.example", "name": uuid4().hex}},
            "verb": {"id": VERB},
            "object": {"id": course},
        }
        for _ in range(count)
    ]


@pytest.fixture
def course() -> str:
    """An activity that no other test knows."""
    return f"https://ralph.example/{uuid4()}"


def written(store: Store, several: Sequence[Any], *arguments: str, **settings: str) -> None:
    done = ralph(store, "write", "-b", "lrs", *arguments, statements=several, **settings)
    assert done.returncode == 0, done.stderr


def read(store: Store, *arguments: str, **query: Any) -> list[dict[str, Any]]:
    done = ralph(store, "read", "-b", "lrs", *arguments, json.dumps(query))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_its_command_writes_and_reads(store: Store, course: str, version: str) -> None:
    several = statements(3, course)
    header = f'{{"X-Experience-API-Version": "{version}", "content-type": "application/json"}}'
    written(store, several[:1], HEADERS=header)
    written(store, several[1:], HEADERS=header)
    found = read(store, activity=course)
    assert [one["id"] for one in found] == [one["id"] for one in reversed(several)]
    assert found[0]["version"] == ("2.0.0" if version == "2.0.0" else "1.0.0")


def test_its_command_follows_more(store: Store, course: str) -> None:
    """It says again what it asked for, beside what `more` says."""
    several = statements(7, course)
    written(store, several, "-s", "3")
    found = read(store, "-s", "3", activity=course, verb=VERB, ascending=True)
    assert [one["id"] for one in found] == [one["id"] for one in several]


def test_what_it_cannot_ask_for_is_refused_and_not_taken_for_something_else(
    store: Store, course: str
) -> None:
    """It writes an agent as Python does, and statementId as statement_id (5.1.0)."""
    (one,) = statements(1, course)
    written(store, [one])
    for query in ({"agent": one["actor"]}, {"statementId": one["id"]}):
        done = ralph(store, "read", "-b", "lrs", json.dumps(query))
        assert (done.returncode, "400 BAD REQUEST" in done.stderr) == (1, True)


def test_one_bad_statement_fails_its_batch_and_ralph_says_so(store: Store, course: str) -> None:
    several = [*statements(2, course), {"actor": {}}]
    done = ralph(store, "write", "-b", "lrs", statements=several)
    assert done.returncode == 1
    assert "400 BAD REQUEST" in done.stderr
    assert read(store, activity=course) == []


def test_its_python_clients_write_query_and_page(store: Store, course: str) -> None:
    several = statements(5, course)
    done = subprocess.run(
        [RALPH / "python", SCRIPT, course],
        env=environment(store),
        input=json.dumps(several),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ids = [one["id"] for one in several]
    assert json.loads(done.stdout) == {"status": "ok", "written": 5, "sync": ids, "async": ids}
