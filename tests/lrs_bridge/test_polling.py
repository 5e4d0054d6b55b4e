"""Reading over real sockets: from our own store, and from servers that misbehave."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.serving import make_server

from lrs_bridge.asking import LARGEST_ANSWER, Asking
from lrs_bridge.polling import LARGEST_PAGE, Cursor, RemoteReader
from lrs_bridge.sources.errors import RemoteRefused, RemoteUnavailable
from lrs_bridge.testing import a_statement
from lrs_bridge.version import Version
from lrs_bridge.vocabulary import Verb
from tests.lrs_bridge.conftest import SECRET
from tests.lrs_bridge.test_client import answering, dripping, serving

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
START = Cursor(verb=Verb.COMPLETED.value)


@pytest.fixture
def reader(lrs):
    """Our own store, as somebody else's; two statements a page."""
    server = make_server("127.0.0.1", 0, lrs.client.application, threaded=True)
    with serving(server) as url:
        reader = RemoteReader(f"{url}/xapi", lrs.key, SECRET, limit=2)
        yield reader
        reader.close()


def stored(lrs, count=1, **overrides):
    ids = []
    for _ in range(count):
        lrs.clock.forward(seconds=1)
        (id,) = lrs.post(a_statement(id=str(uuid4()), **overrides)).json
        ids.append(id)
    return ids


def a_pass(reader, cursor, now=NOW):
    """Read until the pass is at its end, with nothing but what was written of the cursor."""
    ids, pages = [], 0
    while True:
        page = reader.page(Cursor.read(json.loads(json.dumps(cursor.written))), now=now)
        ids += [it["id"] for it in page.statements]
        cursor, pages = page.cursor, pages + 1
        if page.is_last:
            return ids, cursor, pages


def test_everything_of_a_verb_is_read_in_order_page_by_page(reader, lrs):
    ids = stored(lrs, 5)
    stored(lrs, 1, verb={"id": Verb.PASSED.value})
    found, cursor, pages = a_pass(reader, START)
    assert found == ids
    assert pages == 3
    assert cursor.more is None
    assert cursor.since == lrs.clock() - timedelta(seconds=1)


def test_the_next_pass_brings_what_is_new_and_nothing_twice(reader, lrs):
    stored(lrs, 3)
    _, cursor, _ = a_pass(reader, START)
    assert a_pass(reader, cursor)[0] == []
    new = stored(lrs, 3)
    found, cursor, _ = a_pass(reader, cursor)
    assert found == new
    assert a_pass(reader, cursor)[0] == []


def test_what_comes_while_a_pass_is_under_way_is_read_in_it_or_in_the_next(reader, lrs):
    ids = stored(lrs, 3)
    page = reader.page(START, now=NOW)
    ids += stored(lrs, 2)
    found, cursor, _ = a_pass(reader, page.cursor)
    found = [it["id"] for it in page.statements] + found
    found += a_pass(reader, cursor)[0]
    assert found == ids


def test_whoever_stops_after_a_page_goes_on_after_it(reader, lrs):
    ids = stored(lrs, 5)
    first = reader.page(START, now=NOW)
    again = reader.page(START, now=NOW)  # the first page was read, but not kept
    assert again.statements == first.statements
    found, _, _ = a_pass(reader, again.cursor)
    assert [it["id"] for it in again.statements] + found == ids


def test_a_page_that_does_not_last_costs_a_page_and_loses_nothing(reader, lrs):
    ids = stored(lrs, 5)
    first = reader.page(START, now=NOW)
    gone = Cursor.read({**first.cursor.written, "more": "/xapi/statements?more=gone"})
    found, _, _ = a_pass(reader, gone)
    assert [it["id"] for it in first.statements] + found == ids


def test_the_lag_is_the_age_of_what_is_read_until_all_is(reader, lrs):
    stored(lrs, 3)
    now = lrs.clock() + timedelta(hours=1)
    page = reader.page(START, now=now)
    assert page.lag == timedelta(hours=1, seconds=1)
    page = reader.page(page.cursor, now=now)
    assert (page.is_last, page.lag) == (True, timedelta(0))


def test_a_wrong_credential_is_refused_at_once(reader, lrs):
    refused = RemoteReader(reader._statements.removesuffix("/statements"), lrs.key, "wrong")
    with pytest.raises(RemoteRefused, match="401"):
        refused.page(START, now=NOW)
    refused.close()


def said(*statements, more=None, **headers):
    body = {"statements": list(statements), **({"more": more} if more is not None else {})}
    return 200, json.dumps(body), headers


def kept(seconds, **overrides):
    at = (NOW - timedelta(hours=1) + timedelta(seconds=seconds)).isoformat()
    return a_statement(id=str(uuid4()), stored=at, **overrides)


def page_of(*answers, cursor=START, **options):
    with answering(*answers) as (url, asked):
        reader = RemoteReader(f"{url}/xapi/", "Schlüssel", "geheim", **options)
        try:
            return reader.page(cursor, now=NOW), asked
        finally:
            reader.close()


def test_the_request_says_what_is_wanted_and_by_which_version():
    cursor = Cursor(verb=Verb.PASSED.value, since=datetime(2026, 11, 22, 10, tzinfo=UTC))
    _, asked = page_of(said(), cursor=cursor, version=Version.V2_0, limit=7)
    ((method, path, headers, _),) = asked
    assert method == "GET"
    assert path == (
        "/xapi/statements?verb=http%3A%2F%2Fadlnet.gov%2Fexpapi%2Fverbs%2Fpassed"
        "&ascending=true&limit=7&since=2026-11-22T09%3A58%3A00.000000Z"
    )
    assert headers["X-Experience-API-Version"] == "2.0.0"
    assert headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"Retry-After": "7"}, 7.0),
        (503, {"Retry-After": "Sun, 22 Nov 2026 12:01:00 GMT"}, 60.0),
        (503, {"Retry-After": "soon"}, None),
        (429, {"Retry-After": "99999999"}, 86400.0),
        (500, {}, None),
        (302, {"Location": "https://elsewhere.example"}, None),
        (404, {}, None),
    ],
)
def test_a_store_that_is_busy_says_how_long_to_wait(status, headers, wait):
    with pytest.raises(RemoteUnavailable) as unavailable:
        page_of((status, "busy", headers))
    assert unavailable.value.retry_after == wait


@pytest.mark.parametrize("status", [400, 401, 403])
def test_what_asking_again_will_not_help_is_refused(status):
    with pytest.raises(RemoteRefused, match=str(status)):
        page_of((status, "no", {}))


@pytest.mark.parametrize("body", ["<html>", "", "[]", '{"statements": {}}', "{", '{"more": "/x"}'])
def test_an_answer_that_is_no_page_is_said_to_be_none(body):
    with pytest.raises(RemoteUnavailable, match="is this a record store"):
        page_of((200, body, {}))


def test_where_nobody_listens_is_unavailable():
    with pytest.raises(RemoteUnavailable, match="No answer: ConnectionError"):
        RemoteReader("http://127.0.0.1:1/xapi", "k", "s").page(START, now=NOW)


@pytest.mark.parametrize(
    "more",
    [
        "https://elsewhere.example/xapi/statements?more=1",
        "//elsewhere.example/xapi",
        "http://127.0.0.1:1/xapi",
        "http://user@127.0.0.1/xapi",
        "file:///etc/passwd",
        "javascript:1",
        "http://[",
    ],
)
def test_more_is_followed_nowhere_else(more):
    page, _ = page_of(said(kept(1), more=more))
    with pytest.raises(RemoteUnavailable, match="we do not follow"):
        page_of(said(), cursor=page.cursor)


def test_an_address_that_cannot_be_kept_ends_no_pass():
    with pytest.raises(RemoteUnavailable, match="too long"):
        page_of(said(kept(1), more="x" * 9000))


@pytest.mark.parametrize("more", ["/xapi/statements?more=1", "xapi/statements?more=1"])
def test_more_is_asked_for_as_it_was_given(more):
    page = page_of(said(kept(1), more=more))[0]
    assert not page.is_last
    _, asked = page_of(said(), cursor=page.cursor)
    assert asked[0][1] == "/xapi/statements?more=1"


def test_a_store_that_calls_itself_by_its_whole_address_is_followed():
    with answering(said()) as (url, asked):
        reader = RemoteReader(f"{url}/xapi", "k", "s")
        reader.page(Cursor(verb="v", more=f"{url.upper()}/xapi/statements?more=1"), now=NOW)
        reader.close()
    assert asked[0][1] == "/xapi/statements?more=1"


def test_a_store_that_goes_round_in_circles_comes_to_an_end():
    one = kept(1)
    page, _ = page_of(said(one, more="/xapi/statements?more=1"))
    page, _ = page_of(said(one, more="/xapi/statements?more=1"), cursor=page.cursor)
    assert page.is_last
    assert page.statements == []


def test_a_store_that_keeps_no_order_is_known_up_to_the_end_of_a_pass_only():
    page, _ = page_of(said(kept(9), kept(1), more="/xapi/statements?more=1"))
    assert page.cursor.since is None
    page, _ = page_of(said(kept(5)), cursor=page.cursor)
    assert page.cursor.since == NOW - timedelta(hours=1) + timedelta(seconds=9)


def test_nothing_counts_as_known_beyond_what_the_store_says_is_complete():
    through = NOW - timedelta(hours=1) + timedelta(seconds=4)
    headers = {"X-Experience-API-Consistent-Through": through.isoformat()}
    page, _ = page_of(said(kept(1), kept(9), **headers))
    assert page.cursor.since == through


@pytest.mark.parametrize(
    ("began", "back"),
    [
        (timedelta(minutes=1), timedelta(hours=1)),
        (timedelta(hours=1), timedelta(days=1)),
        (timedelta(days=1), timedelta(days=30)),
    ],
)
def test_a_store_that_does_not_say_what_is_complete_is_read_again_from_further_back(began, back):
    cursor = page_of(said(kept(1)))[0].cursor
    assert not cursor.exact
    earlier = replace(cursor, began=NOW + timedelta(minutes=30) - began)
    with answering(said()) as (url, asked):
        reader = RemoteReader(f"{url}/xapi", "k", "s")
        reader.page(earlier, now=NOW + timedelta(minutes=30))
        reader.close()
    assert f"since={written(cursor.since - back)}" in asked[0][1]


def written(moment):
    return quote(moment.strftime("%Y-%m-%dT%H:%M:%S.%f"))


def test_a_store_that_takes_no_zone_is_told_times_without_one_from_then_on():
    since = replace(START, since=NOW)
    page, asked = page_of((500, "{}", {}), said(kept(1)), cursor=since)
    again = page_of(said(), cursor=page.cursor)[1]
    assert [it[1].endswith("Z") for it in (*asked, *again)] == [True, False, False]
    known = replace(since, began=NOW)
    with pytest.raises(RemoteUnavailable):
        page_of((500, "{}", {}), said(), cursor=known)  # it took them before: it is ill


def test_what_is_no_statement_is_passed_over():
    good = kept(1)
    page, _ = page_of(said(None, 7, {}, {"id": 7}, {"id": "x"}, good, {**good, "stored": "?"}))
    assert page.statements == [good]


def test_the_ids_that_are_remembered_are_not_more_and_more():
    cursor = Cursor(verb="v", seen=tuple(str(uuid4()) for _ in range(1000)))
    new = kept(1)
    page, _ = page_of(said(new), cursor=cursor)
    assert page.cursor.seen == (*cursor.seen[1:], new["id"])


times = st.integers(0, 4_000_000_000).map(lambda it: datetime.fromtimestamp(it, UTC))


@given(
    st.builds(
        Cursor,
        verb=st.text(),
        since=st.none() | times,
        more=st.none() | st.text(),
        newest=st.none() | times,
        seen=st.lists(st.text()).map(tuple),
        began=st.none() | times,
        exact=st.booleans(),
        bare=st.booleans(),
    )
)
def test_a_cursor_is_read_as_it_was_written(cursor):
    assert Cursor.read(json.loads(json.dumps(cursor.written))) == cursor


@pytest.mark.parametrize("until", ["headers", "chunks", "the end"])
def test_a_page_that_drips_is_given_up(until):
    """Each byte comes soon enough; the page never does."""
    with dripping(until) as url:
        began = time.monotonic()
        reader = RemoteReader(url, "k", "s", asking=Asking(longest=0.3))
        with pytest.raises(RemoteUnavailable, match="too slowly"):
            reader.page(START, now=NOW)
        assert time.monotonic() - began < 10


def test_a_page_that_is_too_large_is_given_up():
    with pytest.raises(RemoteUnavailable, match="too large"):
        page_of((200, " " * (LARGEST_PAGE + 2), {}))


def test_a_page_may_be_larger_than_an_answer_to_what_is_sent():
    status, body, headers = said(kept(1))
    page, _ = page_of((status, body + " " * 2 * LARGEST_ANSWER, headers))
    assert len(page.statements) == 1
