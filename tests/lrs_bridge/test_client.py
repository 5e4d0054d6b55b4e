"""Delivery over real sockets: to our own store, and to servers that misbehave."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import UUID, uuid4

import pytest
from werkzeug.serving import make_server

from lrs_bridge.asking import Asking
from lrs_bridge.client import RemoteStore, State
from lrs_bridge.testing import a_statement, an_agent
from tests.lrs_bridge.conftest import SECRET

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@contextmanager
def serving(server) -> Iterator[str]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def answering(*answers):
    """Serve `answers`, each (status, body, headers), the last one for ever; yield URL and log."""
    waiting, asked = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append((self.command, self.path, dict(self.headers), body))
            status, text, headers = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_arguments):
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield url, asked


@pytest.fixture
def remote(lrs):
    """Our own store, as somebody else's."""
    server = make_server("127.0.0.1", 0, lrs.client.application, threaded=True)
    with serving(server) as url:
        store = RemoteStore(f"{url}/xapi", lrs.key, SECRET)
        yield store
        store.close()


def statements(count=1, **overrides):
    return [a_statement(id=str(uuid4()), **overrides) for _ in range(count)]


def states(outcomes):
    return [outcome.state for outcome in outcomes]


def test_a_batch_is_delivered_and_told_of_in_order(remote, lrs):
    batch = statements(3)
    outcomes = remote.deliver(batch, now=NOW)
    assert [str(it.statement_id) for it in outcomes] == [it["id"] for it in batch]
    assert states(outcomes) == [State.DELIVERED] * 3
    assert all(outcome.is_settled for outcome in outcomes)
    assert lrs.named(ascending=True) == [it["id"] for it in batch]


def test_delivering_again_changes_nothing(remote, lrs):
    batch = statements(3)
    remote.deliver(batch, now=NOW)
    assert states(remote.deliver(batch, now=NOW)) == [State.DELIVERED] * 3
    assert len(lrs.stored) == 3


def test_one_bad_statement_does_not_hold_up_the_others(remote, lrs):
    batch = statements(7)
    batch[4]["verb"] = {"id": "no-iri"}
    outcomes = remote.deliver(batch, now=NOW)
    expected = [State.DELIVERED] * 7
    expected[4] = State.REFUSED
    assert states(outcomes) == expected
    assert "/0/verb/id" in outcomes[4].detail
    assert len(lrs.stored) == 6


def test_another_statement_of_the_same_id_is_refused(remote, lrs):
    batch = statements(4)
    lrs.post({**batch[2], "actor": an_agent("somebody else")})
    outcomes = remote.deliver(batch, now=NOW)
    assert states(outcomes) == [
        State.DELIVERED,
        State.DELIVERED,
        State.REFUSED,
        State.DELIVERED,
    ]
    assert "another statement" in outcomes[2].detail


def test_a_conflict_with_an_equivalent_statement_is_settled():
    """Some stores compare bytes, and call a statement that they hold already a conflict."""
    (ours,) = batch = statements()
    theirs = {**ours, "stored": "2026-11-22T10:00:00Z", "verb": {"id": ours["verb"]["id"]}}
    with answering((409, "", {}), (200, json.dumps(theirs), {})) as (url, asked):
        outcomes = RemoteStore(url, "k", "s").deliver(batch, now=NOW)
    assert states(outcomes) == [State.ALREADY_THERE]
    assert asked[1][:2] == ("GET", f"/statements?statementId={ours['id']}")


def test_a_request_carries_version_type_and_credential():
    batch = statements()
    with answering((200, json.dumps([batch[0]["id"]]), {})) as (url, asked):
        assert RemoteStore(f"{url}/", "kéy", "s").deliver(batch, now=NOW)[0].is_settled
    method, path, headers, body = asked[0]
    assert (method, path) == ("POST", "/statements")
    assert headers["X-Experience-API-Version"] == "1.0.3"
    assert headers["Content-Type"] == "application/json"
    assert headers["Authorization"].startswith("Basic ")
    assert json.loads(body) == batch


@pytest.mark.parametrize("status", [401, 403])
def test_a_bad_credential_stops_everything(status):
    with answering((status, "no", {})) as (url, asked):
        outcomes = RemoteStore(url, "k", "s").deliver(statements(4), now=NOW)
    assert states(outcomes) == [State.UNAUTHORISED] * 4
    assert len(asked) == 1


@pytest.mark.parametrize("status", [404, 405])
def test_an_address_without_a_store_refuses_no_statement(status):
    with answering((status, "<h1>Nothing here</h1>", {})) as (url, asked):
        outcomes = RemoteStore(url, "k", "s").deliver(statements(4), now=NOW)
    assert states(outcomes) == [State.UNAVAILABLE] * 4
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": "Sun, 22 Nov 2026 10:02:00 GMT"}, 120),
        ({"Retry-After": "9" * 400}, 86400),
        ({"Retry-After": "Sun, 22 Nov 3026 10:02:00 GMT"}, 86400),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_store_is_to_be_asked_again(status, header, seconds):
    with answering((status, "", header)) as (url, _):
        outcomes = RemoteStore(url, "k", "s").deliver(statements(2), now=NOW)
    assert states(outcomes) == [State.UNAVAILABLE] * 2
    assert outcomes[0].retry_after == seconds


def test_a_store_that_fails_half_way_is_not_asked_for_the_rest():
    batch = statements(4)
    good = json.dumps([it["id"] for it in batch[:2]])
    with answering((400, "", {}), (200, good, {}), (502, "", {})) as (url, asked):
        outcomes = RemoteStore(url, "k", "s").deliver(batch, now=NOW)
    assert states(outcomes) == [State.DELIVERED] * 2 + [State.UNAVAILABLE] * 2
    assert len(asked) == 3


def test_a_redirect_is_not_followed_with_the_credential():
    with answering((302, "", {"Location": "http://127.0.0.1:9/"})) as (url, asked):
        outcomes = RemoteStore(url, "k", "s").deliver(statements(), now=NOW)
    assert states(outcomes) == [State.UNAVAILABLE]
    assert len(asked) == 1


@pytest.mark.parametrize("body", ["<html>Please log in</html>", "[]", '"ok"', "7", "null"])
def test_a_page_that_says_200_is_not_taken_for_a_store(body):
    with answering((200, body, {})) as (url, _):
        outcomes = RemoteStore(url, "k", "s").deliver(statements(2), now=NOW)
    assert states(outcomes) == [State.UNAVAILABLE] * 2


def test_an_empty_204_is_a_delivery():
    with answering((204, "", {})) as (url, _):
        outcomes = RemoteStore(url, "k", "s").deliver(statements(2), now=NOW)
    assert states(outcomes) == [State.DELIVERED] * 2


def test_a_store_that_is_not_there_or_silent_is_unavailable():
    silent = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    url = f"http://127.0.0.1:{silent.server_port}"
    store = RemoteStore(url, "k", "s", asking=Asking(timeout=(0.2, 0.2)))
    assert states(store.deliver(statements(), now=NOW)) == [State.UNAVAILABLE]
    silent.server_close()
    (outcome,) = store.deliver(statements(), now=NOW)
    assert (outcome.state, outcome.detail) == (State.UNAVAILABLE, "0 ConnectionError")
    store.close()


def test_nothing_to_deliver_asks_nobody():
    assert RemoteStore("http://127.0.0.1:9", "k", "s").deliver([], now=NOW) == []


def test_outcomes_name_their_statement():
    (statement,) = batch = statements()
    with answering((204, "", {})) as (url, _):
        (outcome,) = RemoteStore(url, "k", "s").deliver(batch, now=NOW)
    assert outcome.statement_id == UUID(statement["id"])


def test_ids_are_the_same_however_they_are_spelt():
    batch = statements(2)
    batch[0]["id"] = batch[0]["id"].upper()
    answer = json.dumps([batch[0]["id"].lower(), batch[1]["id"].upper()])
    with answering((200, answer, {})) as (url, _):
        outcomes = RemoteStore(url, "k", "s").deliver(batch, now=NOW)
    assert states(outcomes) == [State.DELIVERED] * 2


def test_a_store_may_name_only_what_was_new_to_it():
    batch = statements(3)
    with answering((200, json.dumps([batch[1]["id"]]), {})) as (url, _):
        outcomes = RemoteStore(url, "k", "s").deliver(batch, now=NOW)
    assert states(outcomes) == [State.DELIVERED] * 3


@pytest.mark.parametrize("status", [401, 403])
def test_a_conflict_that_we_may_not_look_at_is_about_that_statement_alone(status):
    with answering((409, "", {}), (status, "no", {})) as (url, _):
        (outcome,) = RemoteStore(url, "k", "s").deliver(statements(), now=NOW)
    assert (outcome.state, outcome.status) == (State.REFUSED, 409)
    assert "could not be compared" in outcome.detail


def test_an_answer_nested_without_end_is_nonsense():
    with answering((200, "[" * 200_000, {})) as (url, _):
        outcomes = RemoteStore(url, "k", "s").deliver(statements(), now=NOW)
    assert states(outcomes) == [State.UNAVAILABLE]
    with answering((409, "", {}), (200, "[" * 200_000, {})) as (url, _):
        outcomes = RemoteStore(url, "k", "s").deliver(statements(), now=NOW)
    assert states(outcomes) == [State.REFUSED]


@contextmanager
def dripping(until):
    """Serve an answer of which each byte comes soon enough, and the whole never."""
    begun = {
        "headers": b"HTTP/1.1 200 OK\r\nX-Slow: ",
        "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "the end": b"HTTP/1.0 200 OK\r\n\r\n",
    }

    class Dripping(BaseHTTPRequestHandler):
        def do_GET(self):
            self.wfile.write(begun[until])
            for _ in range(100):
                try:
                    self.wfile.write(b"0")
                except OSError:
                    return
                time.sleep(0.05)

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_arguments):
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Dripping)) as url:
        yield url


@pytest.mark.parametrize("until", ["headers", "chunks", "the end"])
def test_who_drips_their_answer_is_cut_off(until):
    with dripping(until) as url:
        began = time.monotonic()
        store = RemoteStore(url, "k", "s", asking=Asking(longest=0.3))
        assert states(store.deliver(statements(), now=NOW)) == [State.UNAVAILABLE]
        assert time.monotonic() - began < 10
