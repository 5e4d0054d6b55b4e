"""State and profiles, over HTTP."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from lrs_bridge.lrs import tables
from lrs_bridge.testing import an_agent

STATE, ACTIVITY, AGENT = (
    "/xapi/activities/state",
    "/xapi/activities/profile",
    "/xapi/agents/profile",
)
RESOURCES = (STATE, ACTIVITY, AGENT)
ABC = '"a9993e364706816aba3e25717850c26c9cd0d89d"'  # the tag of a document that is abc


def query(path, id="1", **more):
    holder = {
        STATE: {"activityId": "https://lms.example/a", "agent": an_agent(), "stateId": id},
        ACTIVITY: {"activityId": "https://lms.example/a", "profileId": id},
        AGENT: {"agent": an_agent(), "profileId": id},
    }[path]
    return {**holder, **more}


@pytest.fixture(params=RESOURCES)
def resource(request):
    return request.param


@pytest.fixture
def documents(lrs, resource):
    return Documents(lrs, resource)


class Documents:
    """One of the resources, as a client sees it."""

    def __init__(self, lrs, path):
        self.lrs, self.path = lrs, path

    def ask(self, method, content=None, id="1", type="application/json", *, with_=None, **more):
        content = json.dumps(content) if isinstance(content, dict) else content
        return self.lrs.ask(
            method,
            self.path,
            headers={"If-None-Match": "*"} if with_ is None and method == "PUT" else with_,
            query=query(self.path, id, **more),
            **({} if content is None else {"data": content, "content_type": type}),
        )

    def put(self, content="abc", id="1", type="text/plain", **more):
        return self.ask("PUT", content, id, type, **more)

    def ids(self, **more):
        answer = self.ask("GET", id=None, **more)
        assert answer.status_code == 200, answer.text
        return answer.json


def test_a_document_is_read_as_it_was_written(documents, lrs):
    """Of each resource: its address, PUT, GET of one and of all ids, DELETE.

    State: XAPI-00187, XAPI-00188, XAPI-00190, XAPI-00191, XAPI-00192, XAPI-00193, XAPI-00216,
    XAPI-00217, XAPI-00230.
    Activity profile: XAPI-00285, XAPI-00287, XAPI-00288, XAPI-00289, XAPI-00290, XAPI-00291,
    XAPI-00293, XAPI-00311.
    Agent profile: XAPI-00259, XAPI-00269, XAPI-00270, XAPI-00271, XAPI-00274, XAPI-00282.
    """
    type = "image/svg+xml; charset=utf-8; x=1"
    assert documents.put(b"\xff\x00abc", type=type).status_code == 204
    answer = documents.ask("GET")
    assert (answer.status_code, answer.data) == (200, b"\xff\x00abc")
    assert answer.headers["Content-Type"] == type
    assert answer.headers["Last-Modified"] == "Sun, 22 Nov 2026 10:00:00 GMT"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert documents.ids() == ["1"]
    assert documents.ask("DELETE").status_code == 204
    gone = documents.ask("GET")
    assert (gone.status_code, gone.json["slug"]) == (404, "document-not-found")
    assert documents.ids() == []


def test_what_comes_without_a_type_is_octets(documents):
    assert documents.ask("PUT", "abc", type="").status_code == 204
    assert documents.ask("GET").content_type == "application/octet-stream"


def test_authoring_tools_put_what_is_not_the_json_that_it_says_it_is(documents):
    assert documents.put("2g6c60708090a0b0c0d", type="application/json").status_code == 204
    assert documents.ask("GET").text == "2g6c60708090a0b0c0d"


def test_the_etag_is_the_sha1_of_the_content_in_quotes(documents):
    """XAPI-00322."""
    documents.put("abc")
    assert documents.ask("GET").headers["ETag"] == ABC


def test_head_says_what_get_says_without_saying_it(documents):
    """XAPI-00125, XAPI-00126."""
    documents.put("abc")
    for id in ("1", None, "unknown"):
        get, head = documents.ask("GET", id=id), documents.ask("HEAD", id=id)
        assert (head.status_code, head.data) == (get.status_code, b"")
        assert dict(head.headers) == dict(get.headers)
        assert head.headers["Content-Length"] == str(len(get.data))


def test_posted_members_are_merged(documents, lrs):
    """XAPI-00184.

    State: XAPI-00189, XAPI-00231, XAPI-00233, XAPI-00234.
    Activity profile: XAPI-00286, XAPI-00292, XAPI-00308, XAPI-00310, XAPI-00312.
    Agent profile: XAPI-00272, XAPI-00279, XAPI-00280, XAPI-00283.
    """
    assert documents.ask("POST", {"car": "Honda", "seats": {"front": 2}}).status_code == 204
    lrs.clock.forward(minutes=1)
    assert documents.ask("POST", {"type": "Civic", "seats": {"back": 3}}).status_code == 204
    answer = documents.ask("GET")
    assert answer.json == {"car": "Honda", "type": "Civic", "seats": {"back": 3}}
    assert answer.headers["Last-Modified"] == "Sun, 22 Nov 2026 10:01:00 GMT"


@pytest.mark.parametrize(
    ("content", "type"),
    [("abc", "not/json"), ('{"a":1}{', "application/json"), ("[1]", "application/json")],
)
def test_what_cannot_be_merged_changes_nothing(documents, content, type):
    """XAPI-00229, XAPI-00232, XAPI-00278, XAPI-00281, XAPI-00309, XAPI-00313."""
    documents.ask("POST", {"a": 1})
    answer = documents.ask("POST", content, type=type)
    assert (answer.status_code, answer.json["slug"]) == (400, "malformed")
    assert documents.ask("GET").json == {"a": 1}


@pytest.mark.parametrize(
    ("content", "type"), [("abc", "application/octet-stream"), ("[1]", "application/json")]
)
def test_nothing_is_merged_into_what_is_no_object(documents, content, type):
    """XAPI-00229, XAPI-00232, XAPI-00278, XAPI-00281, XAPI-00309, XAPI-00313."""
    documents.put(content, type=type)
    answer = documents.ask("POST", {"a": 1})
    assert (answer.status_code, answer.json["slug"]) == (400, "malformed")
    assert documents.ask("GET").text == content


def test_what_calls_itself_json_and_is_not_is_not_posted(documents):
    """XAPI-00314."""
    answer = documents.ask("POST", '{"a":1}[')
    assert (answer.status_code, answer.json["slug"]) == (400, "malformed")
    assert documents.ids() == []


def test_ids_are_those_written_since(documents, lrs):
    """XAPI-00195, XAPI-00221, XAPI-00268, XAPI-00275, XAPI-00294, XAPI-00303."""
    documents.put(id="before")
    since = lrs.clock.now.isoformat()
    assert documents.ids(since=since) == []
    lrs.clock.forward(seconds=1)
    documents.put(id="after ä")
    assert documents.ids(since=since) == ["after ä"]
    assert documents.ids() == ["before", "after ä"]
    assert documents.ask("GET", id=None).headers["Last-Modified"].endswith("10:00:01 GMT")


def test_patch_is_not_allowed(documents):
    answer = documents.ask("PATCH")
    assert (answer.status_code, answer.json["slug"]) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, PUT, POST, DELETE, HEAD, OPTIONS"


# State and registrations


def test_state_without_a_registration_is_not_the_state_of_any(lrs):
    """XAPI-00218, XAPI-00219, XAPI-00220, XAPI-00227."""
    state, registration = Documents(lrs, STATE), str(uuid4())
    state.put('{"a":0}', type="application/json")
    state.put('{"a":1}', type="application/json", registration=registration)
    assert state.ask("POST", {"b": 1}, registration=registration).status_code == 204
    assert state.ask("GET").json == {"a": 0}
    assert state.ask("GET", registration=registration.upper()).json == {"a": 1, "b": 1}
    assert state.ask("GET", registration=str(uuid4())).status_code == 404
    assert state.ask("DELETE", registration=registration).status_code == 204
    assert state.ask("GET", registration=registration).status_code == 404
    assert state.ask("GET").json == {"a": 0}


def test_clearing_deletes_what_belongs_together_and_nothing_else(lrs):
    """XAPI-00194."""
    state, registration = Documents(lrs, STATE), str(uuid4())
    for more in ({}, {"registration": registration}, {"agent": an_agent("43")}):
        for id in "ab":
            state.put(id=id, **more)
    assert state.ask("DELETE", id=None).status_code == 204
    assert state.ids() == []
    assert state.ids(registration=registration) == state.ids(agent=an_agent("43")) == ["a", "b"]


def test_a_clearing_with_a_condition_cannot_be_meant(lrs):
    state = Documents(lrs, STATE)
    state.put()
    answer = state.ask("DELETE", id=None, with_={"If-Match": ABC})
    assert (answer.status_code, answer.json["slug"]) == (412, "condition-failed")
    assert state.ids() == ["1"]


# Conditions


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_an_etag_that_is_still_right_lets_a_write_through(documents, lrs, version):
    """XAPI-00322; in 2.0 of POST and DELETE too."""
    lrs.headers["X-Experience-API-Version"] = version
    documents.put("abc", type="application/json")
    old = {"If-Match": ABC}
    assert documents.put('{"a":1}', type="application/json", with_=old).status_code == 204
    for method, content in (("PUT", "{}"), ("POST", "{}"), ("DELETE", None)):
        answer = documents.ask(method, content, with_=old)
        assert (answer.status_code, answer.json["slug"]) == (412, "condition-failed")
        assert documents.ask("GET").json == {"a": 1}
    new = {"If-Match": documents.ask("GET").headers["ETag"]}
    assert documents.ask("POST", {"b": 2}, with_=new).status_code == 204
    new = {"If-Match": documents.ask("GET").headers["ETag"]}
    assert documents.ask("DELETE", with_=new).status_code == 204


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_one_that_must_not_exist_is_made_once(documents, lrs, version):
    lrs.headers["X-Experience-API-Version"] = version
    assert documents.put("abc", with_={"If-None-Match": "*"}).status_code == 204
    assert documents.put("xyz", with_={"If-None-Match": "*"}).status_code == 412
    assert documents.ask("GET").text == "abc"


@pytest.mark.parametrize(
    ("version", "path", "answers"),
    [
        ("1.0.3", STATE, [204, 204]),
        ("1.0.3", ACTIVITY, [400, 409]),
        ("1.0.3", AGENT, [400, 409]),
        ("2.0.0", STATE, [204, 409]),
        ("2.0.0", ACTIVITY, [204, 409]),
        ("2.0.0", AGENT, [204, 409]),
    ],
)
def test_a_put_that_says_nothing_of_what_it_replaces(lrs, version, path, answers):
    """XAPI-00273, XAPI-00322."""
    lrs.headers["X-Experience-API-Version"] = version
    documents = Documents(lrs, path)
    new = documents.put("abc", with_={})
    documents.put("abc")
    over = documents.put("xyz", with_={})
    assert [new.status_code, over.status_code] == answers
    if over.status_code == 409:
        assert "If-Match" in over.json["detail"]
    assert documents.ask("GET").text == ("xyz" if over.status_code == 204 else "abc")


def test_a_reader_who_knows_it_already_is_told_so(documents):
    documents.put("abc")
    answer = documents.ask("GET", with_={"If-None-Match": ABC})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", ABC)
    assert documents.ask("GET", with_={"If-None-Match": '"x"'}).status_code == 200


# Who may


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        ("all", [200, 200], [204, 204]),
        ("all/read", [200, 200], [403, 403]),
        ("state", [200, 403], [204, 403]),
        ("profile", [403, 200], [403, 204]),
        ("statements/write statements/read", [403, 403], [403, 403]),
    ],
)
def test_a_credential_reaches_as_far_as_its_scopes(open_lrs, scopes, reads, writes):
    lrs = open_lrs(scopes)
    resources = [Documents(lrs, STATE), Documents(lrs, AGENT)]
    assert [it.ask("GET", id=None).status_code for it in resources] == reads
    assert [it.put().status_code for it in resources] == writes
    expected = [403 if status == 403 else 204 for status in writes]
    assert [it.ask("DELETE").status_code for it in resources] == expected


def test_nothing_is_shown_without_a_credential(lrs, resource):
    answer = lrs.client.get(resource, query_string={"x": "1"}, headers=lrs.headers)
    assert answer.status_code == 401


# Many at once


def test_many_clients_at_once_lose_nothing_and_break_nothing(lrs):
    def send(number):
        client = lrs.client.application.test_client()
        answer = client.post(
            STATE,
            query_string={**query(STATE, str(number % 5)), "agent": json.dumps(an_agent())},
            json={str(number): number},
            headers=lrs.headers,
            auth=lrs.auth,
        )
        return answer.status_code

    numbers = range(100)
    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(send, numbers))
    assert statuses == {204}
    state = Documents(lrs, STATE)
    kept = {key for id in state.ids() for key in state.ask("GET", id=id).json}
    assert kept == {str(number) for number in numbers}


def test_who_had_to_wait_has_written_later(lrs, documents, database):
    assert documents.put("abc").status_code == 204
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            session.execute(select(tables.document).with_for_update()).all()
            writing = pool.submit(documents.put, "later", with_={"If-Match": ABC})
            if database.engine.dialect.name == "postgresql":
                until_somebody_waits(database.engine)
            lrs.clock.forward(hours=1)
        assert writing.result().status_code == 204
    assert documents.ask("GET").last_modified == lrs.clock()


def until_somebody_waits(engine):
    """Return once a writer waits for a lock that another has."""
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with engine.connect() as connection:
            if connection.scalar(waits):
                return
    raise AssertionError("nobody waits")
