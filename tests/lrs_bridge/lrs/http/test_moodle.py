"""What Moodle's plugin (logstore_xapi 5.0.1) was recorded to send, posted as it posts it.

Basic authentication, arrays of as many as its batch size says, no ids; and when nothing happened,
an empty array.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from lrs_bridge.statement import equivalent

RECORDED = [
    json.loads(line)
    for line in (Path(__file__).parents[3] / "data" / "moodle-4.3" / "xapi_statements.jsonl")
    .read_text()
    .splitlines()
]
STATEMENTS = [one["statement"] for one in RECORDED]


def post(lrs, statements, headers=RECORDED[0]["headers"]):
    lrs.headers = {name: value for name, value in headers.items() if name != "Content-Type"}
    return lrs.post(statements, content_type=headers["Content-Type"])


def what_happened(statement):
    """Return who did what, and when."""
    who = statement["actor"]["account"]["name"]
    return who, statement["verb"]["id"], statement["object"]["id"], statement["timestamp"]


@pytest.mark.parametrize("size", [1, 7, 30])
def test_everything_that_was_recorded_is_stored_and_comes_back(lrs, size):
    ids = []
    for start in range(0, len(STATEMENTS), size):
        answer = post(lrs, STATEMENTS[start : start + size])
        assert answer.status_code == 200, answer.text
        ids += answer.json
    assert lrs.named(limit=0, ascending=True) == ids
    for id, sent in zip(ids, STATEMENTS, strict=True):
        assert "id" not in sent
        assert equivalent(lrs.get(statementId=id).json, sent)


def test_an_idle_moodle_gets_its_200(lrs):
    answer = post(lrs, [])
    assert (answer.status_code, answer.json) == (200, [])
    assert lrs.found() == []


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda it: it["statement"]["verb"]["id"][-20:])
def test_each_recorded_request_is_good_with_its_own_headers(lrs, recorded):
    assert post(lrs, [recorded["statement"]], recorded["headers"]).status_code == 200
    for format in ("ids", "exact", "canonical"):
        (shown,) = lrs.found(format=format)
        assert shown["verb"]["id"] == recorded["statement"]["verb"]["id"]


def test_all_of_it_is_found_by_who_did_it(lrs):
    post(lrs, STATEMENTS)
    who = STATEMENTS[0]["actor"]
    expected = sum(one["actor"]["account"] == who["account"] for one in STATEMENTS)
    assert len(lrs.found(agent={"account": who["account"]}, limit=0)) == expected > 1


def test_what_is_sent_again_without_ids_is_stored_again(lrs):
    """After a timeout, say. The standard knows a statement by its id alone, and these have none.

    Whoever counts must count what happened: who, what, when, as completions do.
    """
    once, again = (post(lrs, STATEMENTS[:30]) for _ in range(2))
    assert not set(once.json) & set(again.json)
    happened = Counter(map(what_happened, lrs.found(limit=0)))
    assert happened == Counter(map(what_happened, STATEMENTS[:30] * 2))


@pytest.mark.parametrize("version", ["1.0.0", "1.0.3"])
def test_older_plugins_name_the_first_version(lrs, version):
    """And what sends for them, PHP's curl, names no user agent."""
    headers = {"X-Experience-API-Version": version, "Content-Type": "application/json"}
    answer = post(lrs, STATEMENTS[:30], {**headers, "User-Agent": ""})
    assert answer.status_code == 200  # any other, 204 too, and it sends everything again


def test_one_statement_that_is_refused_is_named_by_its_place(lrs):
    """The plugin keeps the answer of a failed batch in its log of failures."""
    broken = {**STATEMENTS[3], "actor": {"name": "Ada One"}}
    answer = post(lrs, [*STATEMENTS[:3], broken, *STATEMENTS[4:30]])
    assert answer.status_code == 400
    assert answer.json["errors"][0]["pointer"].startswith("/3/actor")
    assert lrs.found() == []
