"""Documents: what is kept where, and writers at the same time."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from lrs_bridge.errors import ConditionFailed, Malformed
from lrs_bridge.lrs import documents
from lrs_bridge.lrs.documents import Context, Document, Kind
from lrs_bridge.testing import an_agent

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def a_context(**overrides):
    return Context(
        **{
            "kind": Kind.STATE,
            "activity": "https://lms.example/course",
            "agent": an_agent(),
            **overrides,
        }
    )


def a_document(content=b"{}", content_type="application/json", updated=NOW):
    return Document(content=content, content_type=content_type, updated=updated)


def put(database, organisation_id, context, id, new):
    with database.transaction() as session:
        documents.write(session, organisation_id, context, id, lambda _: new)


def get(database, organisation_id, context, id):
    with database.reading() as session:
        return documents.one(session, organisation_id, context, id)


def ids(database, organisation_id, context, since=None):
    with database.reading() as session:
        return [id for id, _ in documents.ids(session, organisation_id, context, since)]


# What is kept where


def test_a_document_comes_back_byte_by_byte_with_its_type_and_the_sha1_of_it(
    database, organisation_id
):
    content = bytes(range(256))
    new = a_document(content, "text/plain; charset=x")
    put(database, organisation_id, a_context(), "a", new)
    kept = get(database, organisation_id, a_context(), "a")
    assert kept == new
    assert a_document(b"abc").etag == "a9993e364706816aba3e25717850c26c9cd0d89d"


@pytest.mark.parametrize(
    "other",
    [
        a_context(kind=Kind.AGENT_PROFILE),
        a_context(activity="https://lms.example/Course"),
        a_context(agent=an_agent("43")),
        a_context(registration=uuid4()),
    ],
)
def test_a_document_is_of_one_kind_activity_agent_and_registration(
    database, organisation_id, other
):
    """Without a registration is not with any: each is a place of its own."""
    put(database, organisation_id, a_context(), "a", a_document())
    put(database, organisation_id, other, "b", a_document(b"other"))
    assert get(database, organisation_id, other, "a") is None
    assert ids(database, organisation_id, a_context()) == ["a"]
    with database.transaction() as session:
        documents.clear(session, organisation_id, a_context())
    assert ids(database, organisation_id, other) == ["b"]


def test_an_agent_is_the_same_in_every_spelling(database, organisation_id):
    ada = a_context(agent={"mbox": "mailto:ada@LMS.example", "name": "Ada"})
    put(database, organisation_id, ada, "a", a_document())
    same = a_context(agent={"mbox": "mailto:ada@lms.example", "objectType": "Agent"})
    assert get(database, organisation_id, same, "a") is not None


def test_organisations_do_not_see_each_others_documents(database, organisation_id):
    put(database, organisation_id, a_context(), "a", a_document())
    assert get(database, uuid4(), a_context(), "a") is None
    assert ids(database, uuid4(), a_context()) == []


def test_ids_differ_by_case_and_may_hold_anything(database, organisation_id):
    names = ["a", "A", "ä", "bookmark/1?x=2", "😀" * 900]
    for name in names:
        put(database, organisation_id, a_context(), name, a_document(name.encode()))
    assert sorted(ids(database, organisation_id, a_context())) == sorted(names)
    assert get(database, organisation_id, a_context(), "A").content == b"A"


def test_since_leaves_out_what_was_written_then_or_before(database, organisation_id):
    """XAPI-00195, XAPI-00294."""
    for minute, name in enumerate("abc"):
        at = NOW + timedelta(minutes=minute)
        put(database, organisation_id, a_context(), name, a_document(updated=at))
    assert ids(database, organisation_id, a_context()) == ["a", "b", "c"]
    assert ids(database, organisation_id, a_context(), NOW + timedelta(minutes=1)) == ["c"]


def test_what_is_removed_is_gone_unless_it_may_not_be(database, organisation_id):
    def never(_kept):
        raise ConditionFailed("No.")

    put(database, organisation_id, a_context(), "a", a_document())
    with pytest.raises(ConditionFailed), database.transaction() as session:
        documents.remove(session, organisation_id, a_context(), "a", never)
    assert ids(database, organisation_id, a_context()) == ["a"]
    with database.transaction() as session:
        documents.remove(session, organisation_id, a_context(), "a", lambda _: None)
    assert ids(database, organisation_id, a_context()) == []


# Merging


def merge(kept, posted):
    return documents.merged(a_document(kept), a_document(posted)).content


def test_members_are_replaced_one_level_deep_and_keep_their_spelling():
    """XAPI-00183, XAPI-00184."""
    kept = '{"a": {"x": 1.10}, "b": 1e3, "é": "\\u0000"}'.encode()
    posted = b'{"a": {"y": 2}, "c": 123456789012345678901234567890.10}'
    assert merge(kept, posted) == (
        b'{"a":{"y":2},"b":1e3,"\\u00e9":"\\u0000","c":123456789012345678901234567890.10}'
    )


@pytest.mark.parametrize("bad", [b"[1]", b"1", b"{", b"", b'{"a":1,"a":2}', b'{"a":NaN}', b"\xff"])
def test_only_two_objects_are_merged(bad):
    """XAPI-00229, XAPI-00281, XAPI-00313."""
    for kept, posted in ((bad, b"{}"), (b"{}", bad)):
        with pytest.raises(Malformed):
            merge(kept, posted)


@pytest.mark.parametrize("type", ["text/plain", "application/json-patch", "", "not/json"])
def test_only_documents_that_say_they_are_json_are_merged(type):
    """XAPI-00309."""
    json_one, other = a_document(), a_document(content_type=type)
    for kept, posted in ((json_one, other), (other, json_one)):
        with pytest.raises(Malformed):
            documents.merged(kept, posted)


def test_with_nothing_to_merge_into_a_posted_document_is_kept_as_it_is():
    """XAPI-00233, XAPI-00310, XAPI-00314: of JSON it must be some."""
    for posted in (a_document(b"[1.10]"), a_document(b"{", "text/plain")):
        assert documents.merged(None, posted) is posted
    with pytest.raises(Malformed):
        documents.merged(None, a_document(b"{"))


# At the same time


def at_once(work, several):
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(work, several))


def test_many_who_merge_into_one_document_lose_nothing(database, organisation_id):
    def merge(number):
        posted = a_document(json.dumps({str(number): number}).encode())
        with database.transaction() as session:
            documents.write(
                session,
                organisation_id,
                a_context(),
                "shared",
                lambda kept: documents.merged(kept, posted),
            )

    at_once(merge, range(120))
    kept = get(database, organisation_id, a_context(), "shared")
    assert json.loads(kept.content) == {str(number): number for number in range(120)}


def test_of_many_who_make_one_document_one_does(database, organisation_id):
    def make(number):
        def unless_there(kept):
            if kept is not None:
                raise ConditionFailed("There is one.")
            return a_document(str(number).encode())

        try:
            with database.transaction() as session:
                documents.write(session, organisation_id, a_context(), "one", unless_there)
        except ConditionFailed:
            return None
        return str(number).encode()

    made = [content for content in at_once(make, range(24)) if content is not None]
    assert made == [get(database, organisation_id, a_context(), "one").content]


def test_writers_and_those_who_delete_do_not_get_in_each_others_way(database, organisation_id):
    def work(number):
        with database.transaction() as session:
            if number % 3:
                documents.write(
                    session,
                    organisation_id,
                    a_context(),
                    str(number % 4),
                    lambda _: a_document(str(number).encode()),
                )
            else:
                documents.clear(session, organisation_id, a_context())

    at_once(work, range(60))
    assert set(ids(database, organisation_id, a_context())) <= set("0123")


def test_what_is_made_after_a_look_that_found_nothing_is_not_deleted(database, organisation_id):
    """DELETE with If-None-Match: * looks first. On SQLite nobody writes between."""

    def meanwhile(kept):
        assert kept is None
        if database.engine.dialect.name == "postgresql":
            put(database, organisation_id, a_context(), "a", a_document())

    with database.transaction() as session:
        documents.remove(session, organisation_id, a_context(), "a", meanwhile)
    if database.engine.dialect.name == "postgresql":
        assert get(database, organisation_id, a_context(), "a") == a_document()
