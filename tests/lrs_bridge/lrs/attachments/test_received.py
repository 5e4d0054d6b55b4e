"""Keeping content: with several writers at once, and whatever bytes come."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lrs_bridge.lrs import tables
from lrs_bridge.lrs.attachments import received as attachments
from lrs_bridge.lrs.attachments.contents import Folder
from lrs_bridge.testing import a_statement

LARGE = os.urandom(attachments.LARGEST_IN_DATABASE + 1)
TYPE = "multipart/mixed; boundary=edge"


def describing(content):
    return {
        "usageType": "https://u.example/x",
        "display": {},
        "contentType": "text/plain",
        "length": len(content),
        "sha2": sha256(content).hexdigest(),
    }


def body(statement, content):
    return b"\r\n".join(
        [
            b"--edge",
            b"Content-Type: application/json",
            b"",
            json.dumps(statement).encode(),
            b"--edge",
            b"Content-Transfer-Encoding: binary",
            b"X-Experience-API-Hash: " + sha256(content).hexdigest().encode(),
            b"",
            content,
            b"--edge--",
        ]
    )


def count(database, table):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_of_many_writers_with_one_content_each_is_served_and_it_is_kept_once(
    open_lrs, database, tmp_path
):
    lrs = open_lrs(contents=Folder(tmp_path))
    barrier = Barrier(4)

    def post(_number):
        barrier.wait()
        client = lrs.client.application.test_client()
        return client.post(
            "/xapi/statements",
            data=body(a_statement(attachments=[describing(LARGE)]), LARGE),
            content_type=TYPE,
            auth=(lrs.key, "a secret of the tests"),
            headers=lrs.headers,
        ).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(post, range(4))) == [200] * 4
    assert count(database, tables.attachment) == 1
    assert count(database, tables.statement_attachment) == 4


def test_content_that_was_forgotten_meanwhile_is_kept_all_the_same(
    database, organisation_id, tmp_path
):
    """The request saw that the store has it; by the time of its turn somebody had it erased."""
    digest = sha256(LARGE).hexdigest()
    (kept,) = attachments.keep(
        Folder(tmp_path), organisation_id, {digest: memoryview(LARGE)}, {digest}
    )
    assert kept.name is None
    statement = a_statement(attachments=[describing(LARGE)])
    with database.transaction() as session:
        attachments.link(session, organisation_id, [(1, statement)], [kept])
    with database.reading() as session:
        assert session.scalar(select(tables.attachment.c.content)) == LARGE


def test_forgetting_nothing_forgets_nothing(database, organisation_id):
    with database.transaction() as session:
        assert attachments.forget(session, organisation_id, []) == []
        assert attachments.forget(session, uuid4(), [1, 2, 3]) == []


GOOD = body(a_statement(attachments=[describing(b"text")]), b"text")
hostile = st.lists(
    st.sampled_from(
        [b"--edge", b"--edge--", b"\r\n", b"\n", b"a: b", b"\x00", b"\xff", b"{", b'"']
    ),
    max_size=8,
).map(b"".join)


@given(st.integers(0, len(GOOD)), st.integers(0, 30), hostile | st.binary(max_size=30))
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_comes_in_parts_is_stored_whole_or_not_at_all(lrs, database, at, gone, instead):
    before = count(database, tables.statement), count(database, tables.statement_attachment)
    answer = lrs.post(GOOD[:at] + instead + GOOD[at + gone :], content_type=TYPE)
    after = count(database, tables.statement), count(database, tables.statement_attachment)
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        assert answer.json["detail"]
        assert after == before
    else:
        assert after[0] == before[0] + 1
