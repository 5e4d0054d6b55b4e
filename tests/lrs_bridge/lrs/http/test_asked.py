"""Bodies that come in chunks, without saying how long they are, or compressed."""

import gzip
import json
from io import BytesIO

import pytest

from lrs_bridge.testing import a_statement, an_agent
from tests.lrs_bridge.conftest import SECRET

MOST = 2000


@pytest.fixture
def lrs(open_lrs):
    return open_lrs(config={"MAX_CONTENT_LENGTH": MOST})


def send(lrs, method, path, body, content_type, **query):
    """Send `body` as a server hands on what came in chunks: to its end, and nobody says where."""
    return lrs.client.open(
        path,
        method=method,
        query_string=query,
        input_stream=BytesIO(body),
        content_type=content_type,
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        auth=(lrs.key, SECRET),
        headers=lrs.headers,
    )


def test_a_body_in_chunks_is_read_whole(lrs):
    sent = json.dumps(a_statement()).encode()
    answer = send(lrs, "POST", "/xapi/statements", sent, "application/json")
    assert answer.status_code == 200


@pytest.mark.parametrize("length", [MOST, MOST + 1, 50 * MOST])
def test_statements_in_chunks_that_are_too_many_are_refused(lrs, length):
    sent = json.dumps(a_statement()).encode().ljust(length)
    answer = send(lrs, "POST", "/xapi/statements", sent, "application/json")
    assert (answer.status_code, answer.json["slug"]) == (413, "too-large")
    assert lrs.found() == []


def test_a_document_is_never_stored_in_part(lrs):
    place = {
        "activityId": "https://a.example",
        "agent": json.dumps(an_agent()),
        "stateId": "place",
    }
    answer = send(
        lrs, "PUT", "/xapi/activities/state", b"x" * 3 * MOST, "application/octet-stream", **place
    )
    assert (answer.status_code, answer.json["slug"]) == (413, "too-large")
    assert lrs.get("/xapi/activities/state", **place).status_code == 404


class Broken(BytesIO):
    """The input of a server that has an error of its own for what it cannot read."""

    def readinto(self, _buffer):
        raise RuntimeError("chunk size expected")

    read = readinto


def test_chunks_that_are_none_are_malformed(lrs):
    answer = lrs.client.post(
        "/xapi/statements",
        input_stream=Broken(),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        auth=(lrs.key, SECRET),
        headers=lrs.headers,
    )
    assert (answer.status_code, answer.json["slug"]) == (400, "malformed")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP, identity"])
@pytest.mark.parametrize("path", ["/xapi/statements", "/xapi/activities/state"])
def test_a_compressed_body_is_refused_rather_than_kept_or_misread(lrs, path, encoding):
    query = {
        "activityId": "https://a.example",
        "agent": json.dumps(an_agent()),
        "stateId": "place",
    }
    answer = lrs.ask(
        "POST",
        path,
        query=None if path.endswith("statements") else query,
        data=gzip.compress(json.dumps(a_statement()).encode()),
        content_type="application/json",
        headers={"Content-Encoding": encoding},
    )
    assert (answer.status_code, answer.json["slug"]) == (415, "encoding-unsupported")
    assert answer.headers["Accept-Encoding"] == "identity"
