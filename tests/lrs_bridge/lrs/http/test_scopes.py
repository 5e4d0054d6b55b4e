"""How far each scope reaches: every scope, resource and method (part 3, section 4.2)."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from lrs_bridge.lrs.access.credentials import Scope
from lrs_bridge.testing import a_statement as statement
from lrs_bridge.vocabulary import Verb
from tests.lrs_bridge.conftest import SECRET

AGENT = json.dumps({"mbox": "mailto:jo@example.org"})
ACTIVITY = "https://example.org/a"
STATE = {"activityId": ACTIVITY, "agent": AGENT, "stateId": "s"}
ACTIVITY_PROFILE = {"activityId": ACTIVITY, "profileId": "p"}
AGENT_PROFILE = {"agent": AGENT, "profileId": "p"}

EVERY_METHOD = ("GET", "HEAD", "PUT", "POST", "DELETE")
REACH = {
    ("/about", "GET"): set(Scope),
    ("/statements", "POST"): {"all", "statements/write"},
    ("/statements", "PUT"): {"all", "statements/write"},
    **{
        ("/statements", method): {"all", "all/read", "statements/read", "statements/read/mine"}
        for method in ("GET", "HEAD")
    },
    **{
        (path, method): set(Scope) - {"statements/write", "define"}
        for path in ("/activities", "/agents")
        for method in ("GET", "HEAD")
    },
    **{
        (path, method): {"all", scope} | ({"all/read"} if method in ("GET", "HEAD") else set())
        for path, scope in (
            ("/activities/state", "state"),
            ("/activities/profile", "profile"),
            ("/agents/profile", "profile"),
        )
        for method in EVERY_METHOD
    },
}
ASKED = {
    "/activities": {"activityId": ACTIVITY},
    "/agents": {"agent": AGENT},
    "/activities/state": STATE,
    "/activities/profile": ACTIVITY_PROFILE,
    "/agents/profile": AGENT_PROFILE,
}


def by_secret(lrs):
    return {"auth": lrs.auth}


def by_token(lrs, scope=None):
    form = {"grant_type": "client_credentials", "client_id": lrs.key, "client_secret": SECRET}
    answer = lrs.client.post(
        "/xapi/oauth/token", data={**form, **({"scope": scope} if scope else {})}
    )
    assert answer.status_code == 200, answer.text
    return {"headers": {**lrs.headers, "Authorization": f"Bearer {answer.json['access_token']}"}}


def is_let_in(lrs, path, method, proof):
    """Ask for what would be possible with the right scope; return whether this one was it."""
    query = ASKED.get(path)
    if path == "/statements" and method == "PUT":
        query = {"statementId": str(uuid4())}
    sent = {}
    if method in ("PUT", "POST"):
        body = statement() if path == "/statements" else {"a": 1}
        sent = {"data": json.dumps(body), "content_type": "application/json"}
    headers = dict(proof.get("headers", lrs.headers))
    if path.endswith("/profile") and method == "PUT":
        headers["If-None-Match"] = '"none such"'
    answer = lrs.client.open(
        f"/xapi{path}",
        method=method,
        query_string=query,
        headers=headers,
        auth=proof.get("auth"),
        **sent,
    )
    assert answer.status_code in (200, 204, 404, 403), answer.text
    return answer.status_code != 403


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("way", ["secret", "token of the credential", "token that is narrower"])
def test_a_scope_reaches_so_far_and_no_further(open_lrs, scope, way):
    lrs = open_lrs(scopes="all" if way == "token that is narrower" else scope)
    proof = by_secret(lrs) if way == "secret" else by_token(lrs, scope)
    reached = {(path, method) for path, method in REACH if is_let_in(lrs, path, method, proof)}
    assert reached == {asked for asked, scopes in REACH.items() if scope in scopes}


def test_only_its_own_statements_are_shown_to_who_reads_no_others(open_lrs):
    mine = open_lrs(scopes="statements/write statements/read/mine")
    other = open_lrs()
    (own,) = mine.post(statement()).json
    (theirs,) = other.post(statement()).json
    assert mine.named() == [own]
    assert mine.get(statementId=own).status_code == 200
    assert mine.get(statementId=theirs).status_code == 404
    assert set(other.named()) == {own, theirs}


def test_a_page_of_somebody_else_leads_nobody_further(open_lrs):
    other = open_lrs()
    for _ in range(3):
        other.post(statement())
    more = other.get(limit=1).json["more"]
    mine = open_lrs(scopes="statements/write statements/read/mine")
    abroad = open_lrs(organisation_id=uuid4())
    for reader in (mine, abroad):
        assert reader.ask("GET", more).json["statements"] == []


def test_statements_of_a_token_are_those_of_its_credential(open_lrs):
    lrs = open_lrs(scopes="statements/write statements/read/mine")
    lrs.client.post(
        "/xapi/statements",
        data=json.dumps(statement()),
        content_type="application/json",
        **by_token(lrs),
    )
    (found,) = lrs.found()
    assert found["authority"]["account"]["name"]


def test_what_is_said_of_activities_counts_only_with_the_scope_for_it(open_lrs):
    said = statement()
    said["object"] = {"id": ACTIVITY, "definition": {"name": {"en": "A new name"}}}
    for scopes, counts in (("statements/write", False), ("statements/write define", True)):
        open_lrs(scopes=scopes).post(said)
        answer = open_lrs().get("/xapi/activities", activityId=ACTIVITY)
        assert ("definition" in answer.json) is counts


def test_a_reference_tells_nobody_what_somebody_elses_statement_says(open_lrs):
    everybody, mine = open_lrs(), open_lrs(scopes="statements/write statements/read/mine")
    (theirs,) = everybody.post(statement(actor=json.loads(AGENT))).json
    refers = {"objectType": "StatementRef", "id": theirs}
    (own,) = mine.post(statement(object=refers)).json
    assert mine.named() == [own]
    assert mine.named(agent=json.loads(AGENT)) == []
    assert set(everybody.named(agent=json.loads(AGENT))) == {own, theirs}
    (said,) = mine.post(statement(actor=json.loads(AGENT))).json
    (again,) = mine.post(statement(object={**refers, "id": said})).json
    assert set(mine.named(agent=json.loads(AGENT))) == {said, again}


# Voiding

ITS_OWN = "statements/write statements/read/mine"


def voids(id):
    what = {"objectType": "StatementRef", "id": str(id)}
    return statement(verb={"id": Verb.VOIDED.value}, object=what)


def test_who_reads_its_own_alone_voids_its_own_alone(open_lrs):
    mine, other = open_lrs(scopes=ITS_OWN), open_lrs()
    (own,) = mine.post(statement()).json
    (theirs,) = other.post(statement()).json
    for void in (voids(theirs), [statement(), voids(own), voids(theirs)]):
        answer = mine.post(void)
        assert answer.status_code == 403
        assert answer.json["slug"] == "forbidden"
        assert f"no statement with the id {theirs}" in answer.json["detail"]
    assert mine.put(uuid4(), voids(theirs)).status_code == 403
    assert set(other.named()) == {own, theirs}
    assert mine.post(voids(own)).status_code == 200
    assert own not in other.named()


def test_whether_somebody_else_has_a_statement_is_not_told_by_voiding_it(open_lrs):
    mine, other = open_lrs(scopes=ITS_OWN), open_lrs()
    (theirs,) = other.post(statement()).json
    told = [mine.post(voids(id)).json["detail"].replace(id, "") for id in (theirs, str(uuid4()))]
    assert told[0] == told[1]


def test_what_is_not_there_yet_is_voided_by_its_sender_only_if_it_comes_along(open_lrs):
    mine, other, id = open_lrs(scopes=ITS_OWN), open_lrs(), str(uuid4())
    assert mine.post(voids(id)).status_code == 403
    other.post(statement(id=id))
    assert other.get(statementId=id).status_code == 200
    along = str(uuid4())
    assert mine.post([voids(along), statement(id=along)]).status_code == 200
    assert other.get(voidedStatementId=along).status_code == 200


@pytest.mark.parametrize("scopes", ["all", "statements/write", f"{ITS_OWN} statements/read"])
def test_others_void_what_anybody_stored_and_before_it_comes(open_lrs, scopes):
    lrs, other = open_lrs(scopes=scopes), open_lrs()
    (theirs,) = other.post(statement()).json
    assert lrs.post([voids(theirs), voids(uuid4())]).status_code == 200
    assert other.get(voidedStatementId=theirs).status_code == 200


@pytest.mark.parametrize(
    ("scopes", "asked"), [(ITS_OWN, "statements/write"), ("all", ITS_OWN), (ITS_OWN, None)]
)
def test_a_token_voids_no_more_than_its_credential_nor_than_it_may_read(open_lrs, scopes, asked):
    lrs, other = open_lrs(scopes=scopes), open_lrs()
    (theirs,) = other.post(statement()).json
    sent = {"data": json.dumps(voids(theirs)), "content_type": "application/json"}
    answer = lrs.client.post("/xapi/statements", **sent, **by_token(lrs, asked))
    assert answer.status_code == 403
    assert other.get(statementId=theirs).status_code == 200


def test_the_same_void_may_be_sent_again(open_lrs):
    mine = open_lrs(scopes=ITS_OWN)
    (own,) = mine.post(statement()).json
    void = {**voids(own), "id": str(uuid4())}
    assert [mine.post(void).status_code for _ in range(2)] == [200, 200]
