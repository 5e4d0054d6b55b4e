"""What Moodle's plugin (logstore_xapi 5.0.1) was recorded to send, posted as it posts it.

Basic authentication, arrays of as many as its batch size says, no ids; and when nothing happened,
an empty array.
"""

from __future__ import annotations

import json
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
