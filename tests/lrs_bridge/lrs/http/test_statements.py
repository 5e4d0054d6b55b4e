"""The statements resource, over HTTP."""

import json
from uuid import uuid4

import pytest

from lrs_bridge.testing import a_statement, an_agent, assert_equivalent, moodle_module_completed
from tests.lrs_bridge.conftest import SECRET

THROUGH = "X-Experience-API-Consistent-Through"


# Storing


def test_a_posted_statement_is_answered_with_its_id_and_exactly_200(lrs):
    """XAPI-00026, XAPI-00139, XAPI-00146, XAPI-00147."""
    answer = lrs.post(a_statement())
    assert answer.status_code == 200
    (id,) = answer.json
    assert lrs.get(statementId=id).json["id"] == id


def test_a_batch_is_answered_with_its_ids_in_order(lrs):
    """XAPI-00146, XAPI-00147."""
    mine = str(uuid4())
    first, second, third = lrs.post([a_statement(), a_statement(id=mine), a_statement()]).json
    assert second == mine
    assert lrs.named(ascending=True) == [first, second, third]


def test_an_empty_batch_stores_nothing(lrs):
    """XAPI-00110, XAPI-00149, XAPI-00154."""
    assert lrs.post([]).json == []
    assert lrs.get().json == {"statements": [], "more": ""}


def test_moodle_gets_its_200_twice_for_an_event_that_it_sends_twice(lrs):
    sent = [moodle_module_completed("http://127.0.0.1:8090", 4, 2, 2, lrs.clock())]
    assert [lrs.post(sent).status_code, lrs.post(sent).status_code] == [200, 200]
    assert len(lrs.found()) == 2


def test_a_statement_put_twice_is_stored_once(lrs):
    """XAPI-00143, XAPI-00144."""
    id = uuid4()
    assert lrs.put(id, a_statement()).status_code == 204
    assert lrs.put(id, a_statement(id=str(id).upper())).status_code == 204
    assert lrs.named() == [str(id)]
    assert len(lrs.stored) == 1


def test_the_same_id_with_another_statement_is_a_conflict_and_changes_nothing(lrs):
    """XAPI-00142."""
    id = str(uuid4())
    lrs.post(a_statement(id=id))
    answer = lrs.post([a_statement(), a_statement(id=id, actor=an_agent("43"))])
    assert (answer.status_code, answer.json["slug"]) == (409, "statement-conflict")
    assert lrs.named() == [id]


def test_two_equal_ids_in_one_batch_are_refused(lrs):
    answer = lrs.post([a_statement(id=(id := str(uuid4()))), a_statement(id=id)])
    assert (answer.status_code, answer.json["slug"]) == (400, "batch-invalid")
    assert lrs.found() == []


def test_ids_that_differ_only_by_case_are_one(lrs):
    id = "0a6f7c1e-55a3-4d1c-9a53-7c2f0f00000a"
    both = [a_statement(id=id), a_statement(id=id.upper())]
    assert lrs.post(both).status_code == 400
    assert lrs.put(id.upper(), both[0]).status_code == 204
    assert lrs.post([both[1]]).status_code == 200
    assert lrs.post([{**both[1], "actor": an_agent("another")}]).status_code == 409
    assert len(lrs.found()) == 1


def test_a_batch_with_one_bad_statement_stores_none(lrs):
    """XAPI-00182, XAPI-00326."""
    answer = lrs.post([a_statement(), a_statement(verb={"id": "completed"})])
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.json["errors"] == [
        {
            "pointer": "/1/verb/id",
            "detail": "must be an IRI with a scheme, such as https://lms.example/course/1",
        }
    ]
    assert lrs.found() == []


def test_put_needs_a_statement_id_that_fits(lrs):
    """XAPI-00145."""
    assert lrs.client.put(
        "/xapi/statements",
        json=a_statement(),
        auth=(lrs.key, SECRET),
        headers=lrs.headers,
    ).json["errors"] == [{"parameter": "statementId", "detail": "is required"}]
    assert lrs.put("not-a-uuid", a_statement()).status_code == 400
    assert lrs.put(uuid4(), a_statement(id=str(uuid4()))).status_code == 400
    assert lrs.put(uuid4(), [a_statement()]).status_code == 400


# What comes back


def test_a_statement_comes_back_as_it_came_with_what_the_store_adds(lrs):
    """XAPI-00023, XAPI-00026, XAPI-00099, XAPI-00159, XAPI-00165, XAPI-00170, XAPI-00330."""
    text = """{ "actor":{"mbox":"mailto:ada@lms.example"},
      "verb": {"id":"https://verbs.example/scored"}, "object":{"id":"https://lms.example/q"},
      "result":{"score":{"raw":1.10,"max":1e1}, "extensions":{"https://x.example/é":[null,"\\u00e9"]}}
    }"""
    (id,) = lrs.post(text).json
    assert lrs.get(statementId=id).content_type == "application/json"
    answer = lrs.get(statementId=id).text
    assert answer.startswith(text.rstrip()[:-1])
    added = json.loads("{" + answer[len(text.rstrip()) :])
    assert added.pop("authority")["account"]["homePage"] == "https://mentes.example/xapi/lrs"
    assert added == {
        "id": id,
        "timestamp": "2026-11-22T10:00:00.000000Z",
        "version": "1.0.0",
        "stored": "2026-11-22T10:00:00.000000Z",
    }


def test_what_the_sender_says_of_stored_and_authority_does_not_count(lrs):
    """XAPI-00097, XAPI-00099."""
    forged = a_statement(
        stored="2001-01-01T00:00:00Z", authority=an_agent("admin"), version="1.0.3"
    )
    (id,) = lrs.post(forged).json
    answer = lrs.get(statementId=id)
    assert answer.text.count('"stored"') == answer.text.count('"authority"') == 1
    assert answer.json["stored"] == "2026-11-22T10:00:00.000000Z"
    assert answer.json["authority"]["account"]["name"] != "admin"
    assert answer.json["version"] == "1.0.3"
    assert_equivalent(answer.json, forged)


def test_a_lone_context_activity_comes_back_in_an_array_and_numbers_unharmed(lrs):
    """XAPI-00002, XAPI-00096."""
    text = (
        '{"actor":{"mbox":"mailto:a@b.example"},"verb":{"id":"https://v.example"},'
        '"object":{"id":"https://o.example"},"result":{"score":{"raw":1.10}},'
        '"context":{"contextActivities":{"parent":{"id":"https://p.example"}}}}'
    )
    (id,) = lrs.post(text).json
    answer = lrs.get(statementId=id)
    parents = answer.json["context"]["contextActivities"]["parent"]
    assert parents == [{"id": "https://p.example"}]
    assert '"raw":1.10}' in answer.text


def test_head_says_what_get_says_without_saying_it(lrs):
    lrs.post(a_statement())
    get = lrs.get()
    head = lrs._ask("HEAD", "/xapi/statements")
    assert head.data == b""
    assert dict(head.headers) == dict(get.headers)


# Methods, sizes


@pytest.mark.parametrize("method", ["DELETE", "PATCH"])
def test_other_methods_are_not_allowed(lrs, method):
    answer = lrs._ask(method, "/xapi/statements")
    assert (answer.status_code, answer.json["slug"]) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, POST, PUT, HEAD, OPTIONS"


def test_a_body_above_the_limit_is_too_large(open_lrs):
    lrs = open_lrs(config={"MAX_CONTENT_LENGTH": 1000})
    answer = lrs.post(a_statement(context={"platform": "x" * 1000}))
    assert (answer.status_code, answer.json["slug"]) == (413, "too-large")
    assert "X-Experience-API-Version" in answer.headers


def test_a_batch_above_the_limit_is_too_large(open_lrs):
    lrs = open_lrs(largest_batch=2)
    assert lrs.post([a_statement()] * 2).status_code == 200
    answer = lrs.post([a_statement()] * 3)
    assert (answer.status_code, answer.json["slug"]) == (413, "too-large")
    assert len(lrs.found()) == 2


@pytest.mark.parametrize("type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_statements_are_json_and_say_so(lrs, type):
    """XAPI-00127."""
    answer = lrs.post(a_statement(), content_type=type)
    assert (answer.status_code, answer.json["slug"]) == (400, "malformed")


def test_a_charset_beside_the_type_is_fine(lrs):
    answer = lrs.post(a_statement(), content_type="application/json; charset=UTF-8")
    assert answer.status_code == 200


# How fresh an answer is


def test_every_answer_says_how_fresh_it_is(lrs):
    """XAPI-00153, XAPI-00160."""
    answers = [
        lrs.post(a_statement()),
        lrs.put(uuid4(), a_statement()),
        lrs.get(),
        lrs.get(statementId=str(uuid4())),
        lrs.get(unknown="x"),
        lrs.post("{"),
        lrs._ask("DELETE", "/xapi/statements"),
        lrs.client.get("/xapi/statements", headers=lrs.headers),
    ]
    assert [answer.status_code for answer in answers] == [200, 204, 200, 404, 400, 400, 405, 401]
    assert all(answer.headers[THROUGH].endswith("Z") for answer in answers)


def test_an_answer_is_at_least_as_fresh_as_what_it_holds(lrs):
    lrs.post([a_statement() for _ in range(3)])
    answer = lrs.get()
    assert answer.headers[THROUGH] >= max(it["stored"] for it in answer.json["statements"])


def test_time_without_statements_counts_as_seen(lrs):
    lrs.post(a_statement())
    lrs.clock.forward(minutes=5)
    assert lrs.get().headers[THROUGH] >= "2026-11-22T10:04:58"


# Who may do what


@pytest.mark.parametrize(
    ("scopes", "writes", "reads"),
    [
        ("all", 200, 200),
        ("all/read", 403, 200),
        ("statements/read", 403, 200),
        ("statements/write", 200, 403),
        ("statements/read/mine", 403, 200),
        ("statements/read/mine statements/write", 200, 200),
    ],
)
def test_a_credential_reaches_as_far_as_its_scopes(open_lrs, scopes, writes, reads):
    lrs = open_lrs(scopes)
    assert (lrs.post(a_statement()).status_code, lrs.get().status_code) == (writes, reads)


def test_mine_shows_only_what_the_credential_itself_stored(open_lrs):
    others, mine = open_lrs(), open_lrs("statements/write statements/read/mine")
    (foreign,) = others.post(a_statement()).json
    (own,) = mine.post(a_statement()).json
    assert mine.named() == [own]
    assert mine.named(verb=a_statement()["verb"]["id"]) == [own]
    assert mine.get(statementId=foreign).status_code == 404
    assert others.named() == [own, foreign]


def test_organisations_do_not_see_each_other(open_lrs):
    one, other = open_lrs(), open_lrs(organisation_id=uuid4())
    id = str(uuid4())
    one.post(a_statement(id=id))
    assert other.found() == []
    assert other.get(statementId=id).status_code == 404
    assert other.found(agent=an_agent()) == []
    other.post(a_statement(id=id, actor=an_agent("43")))
    (seen,) = one.found()
    assert seen["actor"] == an_agent()


# Transactions


def test_who_is_told_of_statements_is_told_only_of_new_ones(lrs):
    id = uuid4()
    lrs.put(id, a_statement())
    lrs.post([a_statement(id=str(id)), a_statement()])
    told = [str(it.id) for it in lrs.stored]
    assert told == lrs.named(ascending=True)
    assert lrs.stored[0].document == lrs.found(ascending=True)[0]


def test_a_statement_whose_consequence_fails_is_not_stored(open_lrs):
    def fail(*_arguments):
        raise RuntimeError("The inbox is broken.")

    lrs = open_lrs(on_stored=fail)
    lrs.client.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert lrs.post(a_statement()).status_code == 500
    assert lrs.found() == []


@pytest.mark.parametrize(
    "number", ["1e-9999999999999999999", "0e99999999999999999999", "-0", "1.10"]
)
def test_a_number_that_is_spelt_as_nobody_would_is_shown_in_every_format(lrs, number):
    sent = a_statement(timestamp="2026-11-22T10:00:00+01:00", result={"extensions": {"a:b": 7}})
    (id,) = lrs.post(json.dumps(sent).replace("7}", f"{number}}}")).json
    for format in ("exact", "ids", "canonical"):
        assert lrs.get(statementId=id, format=format).status_code == 200
        answer = lrs.get(format=format)
        assert answer.status_code == 200
        assert f'"a:b":{number}}}' in answer.text.replace(" ", "")


@pytest.mark.parametrize("name", ["raw", "scaled", "min", "max"])
def test_a_whole_number_that_nobody_could_calculate_with_is_refused(lrs, name):
    answer = lrs.post(a_statement(result={"score": {name: 10**400}}))
    assert answer.status_code == 400
    assert answer.json["errors"][0]["pointer"] == f"/result/score/{name}"
