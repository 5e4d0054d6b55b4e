"""The store checked against itself: sound whatever came, and every damage is named."""

from __future__ import annotations

import os
from uuid import uuid4

import pytest
from sqlalchemy import text

from lrs_bridge.lrs.attachments import received as attachments
from lrs_bridge.lrs.attachments.contents import Folder
from lrs_bridge.lrs.upkeep.checking import faults
from lrs_bridge.testing import a_statement, an_agent
from lrs_bridge.vocabulary import Verb
from tests.lrs_bridge.lrs.attachments.test_received import TYPE, body, describing

LARGE = os.urandom(attachments.LARGEST_IN_DATABASE + 1)
STATE = {
    "activityId": "https://lms.example/course",
    "agent": an_agent(),
    "stateId": "bookmark",
}


def referring(target, **overrides):
    return a_statement(object={"objectType": "StatementRef", "id": target}, **overrides)


@pytest.fixture
def contents(tmp_path):
    return Folder(tmp_path / "attachments")


@pytest.fixture
def full(open_lrs, contents):
    """A store with something of everything in it."""
    lrs = open_lrs(contents=contents)
    first, second, third = (str(uuid4()) for _ in range(3))
    voiding = referring(first, id=third, verb={"id": Verb.VOIDED.value})
    sub = {"objectType": "SubStatement", **referring(first)}
    timed = a_statement(id=first, timestamp="2026-11-22T12:00:00+05:30")
    for one in (referring(first, id=second), timed, a_statement(object=sub), voiding):
        assert lrs.post([one, referring(third)]).status_code == 200
    for content in (b"small", LARGE):
        described = a_statement(attachments=[describing(content)])
        sent = lrs.post(body(described, content), content_type=TYPE)
        assert sent.status_code == 200, sent.text
    stored = lrs.ask("PUT", "/xapi/activities/state", query=STATE, data=b"page 7")
    assert stored.status_code == 204
    return lrs


def found(lrs, contents):
    with lrs.database.reading() as session:
        return list(faults(session, contents))


def test_a_sound_store_has_no_faults(full, contents):
    assert found(full, contents) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM xapi_statement_key WHERE seq = (SELECT max(seq) FROM xapi_statement)", "by"),
        ("UPDATE xapi_statement_key SET verb = verb + 1", "statements are found by, there should"),
        ("DELETE FROM xapi_reach", "what the ones say that they refer to"),
        (
            "INSERT INTO xapi_reach SELECT organisation_id, seq, seq FROM xapi_statement",
            "which statements reach which",
        ),
        ("UPDATE xapi_reached_key SET via = via + 1", "found by through others"),
        ("UPDATE xapi_statement SET voided = (voided = false)", "are voided and do not say so"),
        ("UPDATE xapi_statement SET authority = 7", "in its column authority"),
        ("UPDATE xapi_statement SET served = null", "in its column served"),
        ("DELETE FROM xapi_statement_attachment", "came with an attachment that is not kept"),
        ("DELETE FROM xapi_attachment", "is named by statements and not kept"),
        ("UPDATE xapi_attachment SET length = 1", "is not what came"),
        ("UPDATE xapi_document SET etag = 'x'", "ETag"),
        ("UPDATE xapi_statement_attachment SET seq = 1", "a statement that there is not"),
    ],
)
def test_damage_is_named(full, contents, damage, said):
    with full.database.transaction() as session:
        session.execute(text(damage))
    assert any(said in fault for fault in found(full, contents))


def test_content_that_is_lost_is_named(full, contents, tmp_path):
    (path,) = (it for it in (tmp_path / "attachments").rglob("*") if it.is_file())
    path.unlink()
    (fault,) = found(full, contents)
    assert "is lost" in fault
