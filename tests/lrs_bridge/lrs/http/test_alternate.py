"""The alternate request syntax."""

import json
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from lrs_bridge.testing import a_statement, an_agent

FORM = "application/x-www-form-urlencoded"


def send(lrs, method, path="/xapi/statements", *, type=FORM, query="", **fields):
    fields = {
        name.replace("_", "-"): text if isinstance(text, str) else json.dumps(text)
        for name, text in fields.items()
    }
    return lrs.ask(
        "POST", f"{path}?method={method}{query}", data=urlencode(fields), content_type=type
    )


def test_a_form_can_put_and_get_statements(lrs):
    """XAPI-00148, XAPI-00336."""
    id = str(uuid4())
    put = send(lrs, "PUT", statementId=id, content=a_statement())
    assert (put.status_code, put.data) == (204, b"")
    got = send(lrs, "GET", statementId=id)
    assert (got.status_code, got.json["id"]) == (200, id)
    posted = send(lrs, "POST", content=[a_statement(), a_statement()])
    assert len(posted.json) == 2


def test_fields_named_like_headers_are_headers_and_count_more(lrs):
    """XAPI-00336: everything may come in the form, in any case."""
    from_nobody = lrs.client.post(
        "/xapi/statements?method=PUT",
        data={
            "statementId": str(uuid4()),
            "content": json.dumps(a_statement()),
            "x-experience-api-version": "1.0.3",
            "Authorization": lrs.ask("GET", "/xapi/about").request.headers["Authorization"],
            "content-type": "application/json",
            "Content-Length": "1",
        },
    )
    assert from_nobody.status_code == 204
    refused = send(lrs, "GET", X_Experience_API_Version="0.8")
    assert (refused.status_code, refused.json["slug"]) == (400, "version-unsupported")
    odd = send(lrs, "PUT", statementId=str(uuid4()), content=a_statement(), Content_Type="a/b")
    assert (odd.status_code, odd.json["slug"]) == (400, "malformed")


def test_a_form_can_do_everything_with_documents(lrs):
    path = "/xapi/agents/profile"
    holder = {"agent": an_agent(), "profileId": "1"}
    made = send(lrs, "PUT", path, **holder, content="abc", Content_Type="a/b", If_None_Match="*")
    assert made.status_code == 204
    again = send(lrs, "PUT", path, **holder, content="abc", If_None_Match="*")
    assert again.status_code == 412
    got = send(lrs, "GET", path, **holder)
    assert (got.text, got.content_type) == ("abc", "a/b")
    assert send(lrs, "DELETE", path, **holder, If_Match=got.headers["ETag"]).status_code == 204
    assert send(lrs, "GET", path, **holder).status_code == 404


@pytest.mark.parametrize("type", ["text/plain; charset=UTF-8", ""])
def test_browsers_that_could_not_say_it_is_a_form_are_understood(lrs, type):
    answer = send(lrs, "PUT", type=type, statementId=str(uuid4()), content=a_statement())
    assert answer.status_code == 204


@pytest.mark.parametrize(
    ("method", "query", "body", "slug"),
    [
        ("PUT", "&statementId=1", "content={}", "parameter-invalid"),
        ("PUT", "&method=PUT", "content={}", "parameter-invalid"),
        ("PATCH", "", "content={}", "parameter-invalid"),
        ("put", "", "content={}", "parameter-invalid"),
        ("", "", "content={}", "parameter-invalid"),
        ("PUT", "", "", "malformed"),
        ("PUT", "", '{"content": "{}"}', "malformed"),
        ("GET", "", "limit=1&limit=1", "parameter-invalid"),
        ("GET", "", "unknown=1", "parameter-invalid"),
        ("GET", "", "If-Match=a%0d%0aX:1", "parameter-invalid"),
        ("GET", "", "limit=%ff", "malformed"),
        ("GET", "", "&".join(f"a{it}=1" for it in range(101)), "malformed"),
    ],
)
def test_anything_else_is_refused(lrs, method, query, body, slug):
    """XAPI-00336: no other parameter in the query, no body but a form, no PUT without content."""
    answer = lrs.ask(
        "POST", f"/xapi/statements?method={method}{query}", data=body, content_type=FORM
    )
    assert (answer.status_code, answer.json["slug"]) == (400, slug)
    assert answer.headers["X-Experience-API-Version"] == "1.0.3"


def test_json_is_no_form(lrs):
    answer = lrs.ask("POST", "/xapi/statements?method=PUT", json=a_statement())
    assert (answer.status_code, answer.json["slug"]) == (400, "malformed")


def test_only_a_post_stands_for_something_else(lrs):
    answer = lrs.ask("PUT", "/xapi/statements?method=POST", data="content=[]", content_type=FORM)
    assert (answer.status_code, answer.json["slug"]) == (400, "parameter-invalid")


@pytest.mark.parametrize("in_form", [True, False])
def test_2_0_has_no_such_syntax(lrs, in_form):
    more = {"X_Experience_API_Version": "2.0.0"} if in_form else {}
    if not in_form:
        lrs.headers["X-Experience-API-Version"] = "2.0.0"
    answer = send(lrs, "GET", **more)
    assert (answer.status_code, answer.json["slug"]) == (400, "parameter-invalid")
    assert answer.headers["X-Experience-API-Version"] == "2.0.0"


@pytest.mark.parametrize("field", ["Content_Type", "Authorization", "If_Match"])
@pytest.mark.parametrize("text", ["a/b\x01", "a/b\x00", "a/b; n=\u2603", "a/b\x7f", "a\r\nb: c"])
def test_a_field_that_no_header_could_be_is_refused(lrs, field, text):
    holder = {"agent": an_agent(), "profileId": "1"}
    answer = send(lrs, "PUT", "/xapi/agents/profile", **holder, content="abc", **{field: text})
    assert (answer.status_code, answer.json["slug"]) == (400, "parameter-invalid")
