"""Statements with attachments, over HTTP."""

from __future__ import annotations

import json
import os
from hashlib import sha224, sha256, sha384, sha512
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select

from lrs_bridge.lrs import tables
from lrs_bridge.lrs.attachments import read as attached
from lrs_bridge.lrs.attachments import received as attachments
from lrs_bridge.lrs.attachments.contents import Folder
from lrs_bridge.lrs.attachments.multipart import read_parts
from lrs_bridge.testing import a_statement, an_agent, assert_equivalent
from tests.lrs_bridge.signing import SIGNATURE, signature_attachment, signed

BINARY = bytes(range(256)) + b"\r\n--edge\n\r\x00"
TEXT = b"here is a simple attachment"
LARGE = os.urandom(attachments.LARGEST_IN_DATABASE + 1)


def describing(content=TEXT, digest=sha256, **overrides):
    """Return what a statement says of `content`."""
    return {
        "usageType": "http://example.com/attachment-usage/test",
        "display": {"en": "A test attachment"},
        "contentType": "text/plain; charset=ascii",
        "length": len(content),
        "sha2": digest(content).hexdigest(),
        **overrides,
    }


def part(content, *headers, digest=None, newline=b"\r\n"):
    """Return one part of a body; `headers` replace the ones that an attachment has."""
    lines = headers or (
        "Content-Type: text/plain",
        "Content-Transfer-Encoding: binary",
        f"X-Experience-API-Hash: {digest or sha256(content).hexdigest()}",
    )
    return newline.join([*(line.encode() for line in lines), b"", content])


def first(statements):
    return part(json.dumps(statements).encode(), "Content-Type: application/json")


def body(*parts, boundary=b"--the edge"):
    opened = b"".join(b"--" + boundary + b"\r\n" + one + b"\r\n" for one in parts)
    return opened + b"--" + boundary + b"--\r\n"


TYPE = 'multipart/mixed; boundary="--the edge"'


def send(lrs, statements, *contents, **options):
    """Post statements with content in parts of their own."""
    parts = [it if isinstance(it, bytes) and b"\r\n\r\n" in it else part(it) for it in contents]
    return lrs.post(body(first(statements), *parts), content_type=TYPE, **options)


def fetched(lrs, **parameters):
    """Return the JSON and the other parts of an answer with attachments."""
    answer = lrs.get(attachments=True, **parameters)
    assert answer.status_code == 200, answer.text
    statements, *others = read_parts(answer.content_type, answer.data)
    assert statements.mimetype == "application/json"
    return json.loads(bytes(statements.content)), {
        it.header("X-Experience-API-Hash"): (it.header("Content-Type"), bytes(it.content))
        for it in others
    }


@pytest.fixture(params=["2.0.0", "1.0.3"])
def each_version(request, lrs):
    lrs.headers["X-Experience-API-Version"] = request.param
    return lrs


# There and back


@pytest.mark.parametrize("content", [TEXT, BINARY, b"", b"\r\n", LARGE], ids=len)
def test_content_comes_back_byte_for_byte(each_version, content):
    """XAPI-00127, XAPI-00167."""
    lrs = each_version
    described = describing(content, contentType="application/x-test")
    (id,) = send(lrs, a_statement(attachments=[described]), part(content)).json
    statement, contents = fetched(lrs, statementId=id)
    assert statement["attachments"] == [described]
    assert contents == {described["sha2"]: ("application/x-test", content)}


def test_every_statement_of_a_page_brings_its_content_and_each_content_comes_once(lrs):
    two = [describing(TEXT), describing(BINARY)]
    batch = [
        a_statement(attachments=two),
        a_statement(attachments=two[:1]),
        a_statement(),
    ]
    assert send(lrs, batch, TEXT, part(BINARY)).status_code == 200
    page, contents = fetched(lrs)
    assert len(page["statements"]) == 3
    assert {content for _, content in contents.values()} == {TEXT, BINARY}


def test_put_takes_attachments_too(lrs):
    id = str(uuid4())
    answer = lrs.client.put(
        "/xapi/statements",
        query_string={"statementId": id},
        data=body(first(a_statement(attachments=[describing()])), part(TEXT)),
        content_type=TYPE,
        auth=(lrs.key, "a secret of the tests"),
        headers=lrs.headers,
    )
    assert answer.status_code == 204
    assert fetched(lrs, statementId=id)[1]


@pytest.mark.parametrize("contents", [(BINARY, TEXT), (TEXT, b""), (b"a", b"b", b"c")])
def test_parts_that_begin_within_a_line_are_told_apart_by_their_hashes(each_version, contents):
    """As tincanjs and @xapi/xapi send several."""
    lrs = each_version
    described = [describing(content) for content in contents]
    statement = a_statement(attachments=described)
    runs_on = b"----the edge\r\n".join(part(content) for content in contents)
    (id,) = send(lrs, statement, runs_on).json
    assert {content for _, content in fetched(lrs, statementId=id)[1].values()} == set(contents)


def test_content_may_hold_what_would_be_a_boundary_at_the_beginning_of_a_line(lrs):
    content = b"a----the edge\r\n\r\nb"
    (id,) = send(lrs, a_statement(attachments=[describing(content)]), part(content)).json
    ((_, found),) = fetched(lrs, statementId=id)[1].values()
    assert found == content


@pytest.mark.parametrize("digest", [sha224, sha256, sha384, sha512])
def test_every_sha_2_is_a_digest(lrs, digest):
    described = describing(TEXT, digest)
    sent = part(TEXT, digest=described["sha2"])
    assert send(lrs, a_statement(attachments=[described]), sent).status_code == 200


def test_a_digest_may_be_spelt_in_capitals_and_is_answered_as_it_was_spelt(lrs):
    described = describing(sha2=sha256(TEXT).hexdigest().upper())
    send(lrs, a_statement(attachments=[described]), part(TEXT))
    assert list(fetched(lrs)[1]) == [described["sha2"]]


def test_attachments_of_a_substatement_come_too(lrs):
    inner = a_statement(attachments=[describing()])
    sub = {"objectType": "SubStatement", **inner}
    assert send(lrs, a_statement(object=sub), TEXT).status_code == 200
    assert fetched(lrs)[1]


@pytest.mark.parametrize("content_type", ["application/json", TYPE])
def test_what_lies_elsewhere_needs_no_content(each_version, content_type):
    """XAPI-00127."""
    statement = a_statement(attachments=[describing(fileUrl="https://files.example/7.pdf")])
    sent = body(first(statement)) if content_type == TYPE else json.dumps(statement)
    assert each_version.post(sent, content_type=content_type).status_code == 200
    assert fetched(each_version)[1] == {}


def test_content_is_kept_though_it_also_lies_elsewhere(lrs):
    """XAPI-00161."""
    statement = a_statement(attachments=[describing(fileUrl="https://files.example/7.pdf")])
    send(lrs, statement, TEXT)
    assert len(fetched(lrs)[1]) == 1


def test_statements_without_attachments_may_come_as_parts(each_version):
    assert send(each_version, [a_statement(), a_statement()]).status_code == 200


@pytest.mark.parametrize("parameters", [{}, {"attachments": False}])
def test_without_being_asked_for_no_content_is_sent(lrs, parameters):
    """XAPI-00161."""
    send(lrs, a_statement(attachments=[describing()]), TEXT)
    answer = lrs.get(**parameters)
    assert answer.content_type == "application/json"
    assert TEXT not in answer.data


def test_being_asked_for_attachments_every_answer_has_parts(lrs):
    """XAPI-00167."""
    assert fetched(lrs) == ({"statements": [], "more": ""}, {})
    (id,) = lrs.post(a_statement()).json
    assert fetched(lrs, statementId=id)[0]["id"] == id


def test_the_head_of_an_answer_with_parts_is_the_same(lrs):
    send(lrs, a_statement(attachments=[describing()]), TEXT)
    whole = lrs.get(attachments=True)
    head = lrs.client.head(
        "/xapi/statements?attachments=true",
        auth=(lrs.key, "a secret of the tests"),
        headers=lrs.headers,
    )
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(whole.data))


def test_a_content_type_cannot_smuggle_headers_into_an_answer(lrs):
    for hostile in ("text/plain\r\nX-Evil: 1", "text/plain;\r\n\r\nx", "text/plain\n;x"):
        answer = send(lrs, a_statement(attachments=[describing(contentType=hostile)]), TEXT)
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (
            400,
            "/attachments/0/contentType",
        )


# What is refused


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([part(TEXT, "Content-Transfer-Encoding: binary")], "Part 2 needs the header X-Experience"),
        ([part(TEXT, f"X-Experience-API-Hash: {sha256(TEXT).hexdigest()}")], "Part 2 needs the"),
        ([part(TEXT).replace(b"binary", b"base64")], "Part 2 needs the header Content-Transfer"),
        ([part(TEXT, digest="ab" * 32)], "Part 2 needs the header X-Experience"),
        ([part(TEXT, digest="zz")], "Part 2 needs the header X-Experience"),
        ([part(TEXT + b"!", digest=sha256(TEXT).hexdigest())], "The SHA-2 of part 2"),
        ([part(TEXT + b"\n", digest=sha256(TEXT).hexdigest())], "The SHA-2 of part 2"),
        ([part(TEXT), part(TEXT)], "Part 3 is the same attachment"),
        ([part(TEXT), part(BINARY)], "Part 3 needs the header X-Experience"),
        ([part(TEXT), first(a_statement())], "Part 3 needs the header Content-Transfer"),
    ],
)
def test_a_part_that_is_not_the_content_of_an_attachment_is_refused(each_version, parts, says):
    """XAPI-00128, XAPI-00132, XAPI-00133, XAPI-00135."""
    lrs = each_version
    answer = send(lrs, [a_statement(attachments=[describing()]), a_statement()], *parts)
    assert (answer.status_code, answer.json["slug"]) == (400, "malformed")
    assert says in answer.json["detail"]
    assert lrs.found() == []


@pytest.mark.parametrize("content_type", ["application/json", TYPE])
def test_content_that_is_missing_is_named(each_version, content_type):
    """XAPI-00129."""
    batch = [a_statement(), a_statement(attachments=[describing(fileUrl="x:y"), describing(b"?")])]
    sent = body(first(batch)) if content_type == TYPE else json.dumps(batch)
    answer = each_version.post(sent, content_type=content_type)
    assert answer.status_code == 400
    assert answer.json["errors"][0]["pointer"] == "/1/attachments/1"


def test_content_that_the_store_has_from_another_statement_must_come_again(lrs):
    send(lrs, a_statement(attachments=[describing()]), TEXT)
    assert lrs.post(a_statement(attachments=[describing()])).status_code == 400
    linked = a_statement(attachments=[describing(fileUrl="https://x.example/")])
    (id,) = lrs.post(linked).json
    assert fetched(lrs, statementId=id)[1] == {}


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data; boundary=x", "text/plain", "multipart/mixed", "multipart/related", ""],
)
def test_another_type_of_body_is_refused(each_version, content_type):
    """XAPI-00127, XAPI-00130."""
    answer = each_version.post(body(first(a_statement())), content_type=content_type)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Type: text/plain",),
        (),
        ("Content-Type: application/json", "Content-Transfer-Encoding: base64"),
    ],
)
def test_the_first_part_must_be_the_statements(each_version, headers):
    """XAPI-00134."""
    statement = part(json.dumps(a_statement()).encode(), *(headers or ("X: y",)))
    answer = each_version.post(body(statement), content_type=TYPE)
    assert (answer.status_code, answer.json["slug"]) == (400, "malformed")
    assert "Part 1 must" in answer.json["detail"]


def test_a_body_that_is_too_large_is_refused_cleanly(open_lrs):
    lrs = open_lrs(config={"MAX_CONTENT_LENGTH": 100_000})
    content = os.urandom(200_000)
    answer = send(lrs, a_statement(attachments=[describing(content)]), content)
    assert (answer.status_code, answer.json["slug"]) == (413, "too-large")


# Signatures


def test_a_signed_statement_is_stored_with_its_signature(each_version):
    """XAPI-00115, XAPI-00117."""
    lrs, statement = each_version, a_statement(id=str(uuid4()))
    signature = signed(statement)
    whole = {**statement, "attachments": [signature_attachment(signature)]}
    assert send(lrs, whole, part(signature)).status_code == 200
    stored, contents = fetched(lrs, statementId=statement["id"])
    assert_equivalent(stored, statement)
    assert [content for _, content in contents.values()] == [signature]


@pytest.mark.parametrize(
    ("payload", "overrides", "pointer"),
    [
        (a_statement(actor=an_agent("another")), {}, "/0/attachments/0"),
        (a_statement(), {"contentType": "text/plain"}, "/0/attachments/0/contentType"),
        ("no statement", {}, "/0/attachments/0"),
    ],
)
def test_a_bad_signature_is_named(each_version, payload, overrides, pointer):
    """XAPI-00115, XAPI-00116."""
    signature = signed(payload)
    statement = a_statement(attachments=[signature_attachment(signature, **overrides)])
    answer = send(each_version, [statement], part(signature))
    assert answer.status_code == 400
    assert answer.json["errors"][0]["pointer"] == pointer
    assert each_version.found() == []


def test_a_signature_cannot_lie_elsewhere(each_version):
    """XAPI-00115."""
    described = signature_attachment(b"x.y.z", fileUrl="https://files.example/signature")
    for sent in (each_version.post, lambda it: send(each_version, it)):
        answer = sent(a_statement(attachments=[described]))
        assert answer.status_code == 400
        assert answer.json["errors"][0]["pointer"] == "/attachments/0"


def test_an_attachment_that_says_it_is_a_signature_must_be_one(lrs):
    described = describing(usageType=SIGNATURE, contentType="application/octet-stream")
    assert send(lrs, a_statement(attachments=[described]), TEXT).status_code == 400


# Where it is kept


def count(database, table):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def files(folder):
    return [it for it in folder.rglob("*") if it.is_file()]


def test_the_same_content_is_kept_once(lrs, database):
    for _ in range(3):
        send(lrs, [a_statement(attachments=[describing()])] * 2, TEXT)
    assert count(database, tables.attachment) == 1
    assert count(database, tables.statement_attachment) == 6


def test_nobody_gets_at_what_another_organisation_has(lrs, open_lrs):
    other = open_lrs(organisation_id=uuid4())
    send(lrs, a_statement(attachments=[describing()]), TEXT)
    assert fetched(other) == ({"statements": [], "more": ""}, {})
    send(other, a_statement(attachments=[describing()]), TEXT)
    assert len(fetched(other)[1]) == len(fetched(lrs)[1]) == 1


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "attachments"


@pytest.fixture
def beside(open_lrs, folder):
    """A store with a folder for large content beside it."""
    return open_lrs(contents=Folder(folder))


def test_large_content_goes_into_the_folder_and_small_content_stays(beside, folder, database):
    both = [describing(LARGE), describing(TEXT)]
    assert send(beside, a_statement(attachments=both), part(LARGE), TEXT).status_code == 200
    (path,) = files(folder)
    assert path.read_bytes() == LARGE
    assert path.name.startswith(sha256(LARGE).hexdigest())
    assert {content for _, content in fetched(beside)[1].values()} == {LARGE, TEXT}
    with database.reading() as session:
        kept = session.execute(select(tables.attachment).order_by("length")).all()
    assert [(row.content, bool(row.name)) for row in kept] == [(TEXT, False), (None, True)]


def test_large_content_that_is_there_is_not_written_again(beside, folder):
    for _ in range(2):
        send(beside, a_statement(attachments=[describing(LARGE)]), part(LARGE))
    assert len(files(folder)) == 1


def test_what_a_failed_request_put_aside_is_swept_after_a_day(beside, folder, database, clock):
    id = str(uuid4())
    send(beside, a_statement(id=id, attachments=[describing(LARGE)]), part(LARGE))
    other = os.urandom(100_000)
    taken = a_statement(id=id, actor=an_agent("43"), attachments=[describing(other)])
    assert send(beside, taken, part(other)).status_code == 409
    kept, orphan = sorted(files(folder), key=lambda it: it.stat().st_size)
    for path in (kept, orphan):
        os.utime(path, (clock().timestamp(),) * 2)
    assert attachments.sweep(database.reading, Folder(folder), clock()) == 0
    clock.forward(days=1, seconds=1)
    assert attachments.sweep(database.reading, Folder(folder), clock()) == 1
    assert files(folder) == [kept]
    assert len(fetched(beside)[1]) == 1


def test_a_folder_that_cannot_be_written_stores_nothing_and_says_try_again(open_lrs, tmp_path):
    (tmp_path / "file").write_bytes(b"in the way")
    lrs = open_lrs(contents=Folder(tmp_path / "file"))
    answer = send(lrs, a_statement(attachments=[describing(LARGE)]), part(LARGE))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert lrs.found() == []


def test_content_that_was_lost_is_left_out_and_keeps_nobody_from_the_rest(beside, folder):
    send(beside, a_statement(attachments=[describing(LARGE), describing()]), part(LARGE), TEXT)
    files(folder)[0].unlink()
    page, contents = fetched(beside)
    assert len(page["statements"]) == 1
    assert [content for _, content in contents.values()] == [TEXT]


def test_a_page_ends_before_its_content_is_too_large(lrs, monkeypatch):
    monkeypatch.setattr(attached, "LARGEST_PAGE", 250)
    contents = [bytes([n]) * 100 for n in range(5)]
    batch = [a_statement(attachments=[describing(it)]) for it in contents]
    ids = send(lrs, batch, *map(part, contents)).json
    found, path = [], "/xapi/statements?attachments=true&ascending=true"
    while path:
        statements, *parts = read_parts((answer := lrs.get(path)).content_type, answer.data)
        page = json.loads(bytes(statements.content))
        assert len(page["statements"]) == len(parts) <= 2
        found += [it["id"] for it in page["statements"]]
        path = page["more"]
    assert found == ids


def test_content_of_statements_that_are_forgotten_goes_unless_others_have_it(
    beside, folder, database, organisation_id
):
    send(beside, a_statement(attachments=[describing(LARGE), describing()]), part(LARGE), TEXT)
    send(beside, a_statement(attachments=[describing()]), TEXT)
    with database.transaction() as session:
        seq = session.scalar(select(func.min(tables.statement.c.seq)))
        names = attachments.forget(session, organisation_id, [seq])
    assert names == [files(folder)[0].relative_to(folder).as_posix()]
    assert count(database, tables.attachment) == count(database, tables.statement_attachment) == 1


def test_attachments_cost_few_round_trips_however_many_there_are(lrs, database):
    contents = [str(n).encode() for n in range(60)]
    batch = [a_statement(attachments=[describing(it)]) for it in contents]
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *it: asked.append(it[2]))
    assert send(lrs, batch, *map(part, contents)).status_code == 200
    assert len([it for it in asked if "attachment" in it]) <= 3
    del asked[:]
    assert len(fetched(lrs)[1]) == 60
    assert len([it for it in asked if "attachment" in it]) == 2
