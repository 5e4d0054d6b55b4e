"""tincan (Python), 1.0.3 only: https://pypi.org/project/tincan/

It needs nothing that the tests do not have anyway, so these always run. What is particular about
it is in docs/lrs.md; a test says each.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from uuid import uuid4

import pytest
import tincan
from tincan import ActivityProfileDocument, AgentProfileDocument, RemoteLRS, StateDocument
from tincan.http_request import HTTPRequest

from tests.conformance.server import Store

SITE = "https://tincan.example"
VERB = "http://adlnet.gov/expapi/verbs/experienced"


@pytest.fixture
def lrs(store: Store) -> RemoteLRS:
    """The client, pointed at the store as its documentation says."""
    return RemoteLRS(
        version="1.0.3", endpoint=store.endpoint, username=store.key, password=store.secret
    )


@pytest.fixture
def ada() -> tincan.Agent:
    """Somebody whom no other test knows."""
    return tincan.Agent(account=tincan.AgentAccount(home_page=SITE, name=uuid4().hex))


@pytest.fixture
def course() -> tincan.Activity:
    """An activity that no other test knows."""
    return tincan.Activity(
        id=f"{SITE}/{uuid4()}",
        definition=tincan.ActivityDefinition(name=tincan.LanguageMap({"en": "A course"})),
    )


def a_statement(ada: tincan.Agent, course: tincan.Activity, **more: Any) -> tincan.Statement:
    return tincan.Statement(actor=ada, verb=tincan.Verb(id=VERB), object=course, **more)


def content(answer: tincan.LRSResponse) -> Any:
    """Return what an answer brought, having made sure that it was a good one."""
    assert answer.success, answer.data
    return answer.content


def test_a_statement_is_stored_and_comes_back(
    lrs: RemoteLRS, ada: tincan.Agent, course: tincan.Activity
) -> None:
    sent = content(lrs.save_statement(a_statement(ada, course)))
    found = content(lrs.retrieve_statement(sent.id))
    assert (found.actor.account.name, found.object.id) == (ada.account.name, course.id)
    assert found.stored is not None
    assert found.authority is not None


def test_a_statement_with_an_id_is_put_as_often_as_one_likes(
    lrs: RemoteLRS, ada: tincan.Agent, course: tincan.Activity
) -> None:
    one = a_statement(ada, course, id=str(uuid4()))
    for _ in range(2):
        content(lrs.save_statement(one))
    other = a_statement(ada, course, id=str(one.id), result=tincan.Result(success=True))
    assert lrs.save_statement(other).response.status == 409
    assert len(content(lrs.query_statements({"agent": ada})).statements) == 1


def test_several_are_found_by_what_they_are_about_page_by_page(
    lrs: RemoteLRS, ada: tincan.Agent, course: tincan.Activity
) -> None:
    sent = content(lrs.save_statements([a_statement(ada, course) for _ in range(5)]))
    page = content(
        lrs.query_statements(
            {"agent": ada, "verb": tincan.Verb(id=VERB), "activity": course, "limit": 2}
        )
    )
    seen = [one.id for one in page.statements]
    while page.more:
        page = content(lrs.more_statements(page))
        seen += [one.id for one in page.statements]
    assert seen == [one.id for one in reversed(sent)]


def test_flags_must_be_written_as_json_writes_them(
    lrs: RemoteLRS, ada: tincan.Agent, course: tincan.Activity
) -> None:
    """tincan writes Python's True, which is no boolean of JSON."""
    first, last = content(lrs.save_statements([a_statement(ada, course) for _ in range(2)]))
    refused = lrs.query_statements({"agent": ada, "ascending": True})
    assert refused.response.status == 400
    assert json.loads(refused.data)["errors"][0]["parameter"] == "ascending"
    asked = {"agent": ada, "ascending": "true", "since": first.stored, "format": "ids"}
    assert [it.id for it in content(lrs.query_statements(asked)).statements] == [first.id, last.id]


def test_times_must_be_written_with_a_t(
    lrs: RemoteLRS, ada: tincan.Agent, course: tincan.Activity
) -> None:
    """It writes a datetime as Python does, with a space."""
    several = content(lrs.save_statements([a_statement(ada, course) for _ in range(2)]))
    first, last = (content(lrs.retrieve_statement(one.id)) for one in several)
    refused = lrs.query_statements({"agent": ada, "since": first.stored})
    assert json.loads(refused.data)["errors"][0]["parameter"] == "since"
    found = content(lrs.query_statements({"agent": ada, "since": first.stored.isoformat()}))
    assert [one.id for one in found.statements] == [last.id]


def test_a_voided_statement_is_found_as_such(
    lrs: RemoteLRS, ada: tincan.Agent, course: tincan.Activity
) -> None:
    sent = content(lrs.save_statement(a_statement(ada, course)))
    voided = tincan.Verb(id="http://adlnet.gov/expapi/verbs/voided")
    reference = tincan.StatementRef(id=sent.id)
    content(lrs.save_statement(tincan.Statement(actor=ada, verb=voided, object=reference)))
    assert lrs.retrieve_statement(sent.id).response.status == 404
    assert content(lrs.retrieve_voided_statement(sent.id)).id == sent.id


def test_an_attachment_is_described_with_its_address(
    lrs: RemoteLRS, ada: tincan.Agent, course: tincan.Activity
) -> None:
    """It can send no content, as it knows no multipart."""
    digest = hashlib.sha256(b"a certificate").hexdigest()
    attachment = tincan.Attachment(
        usage_type=f"{SITE}/certificate",
        display={"en": "Certificate"},
        content_type="text/plain",
        length=13,
        sha2=digest,
        fileurl=f"{SITE}/certificate.txt",
    )
    sent = content(lrs.save_statement(a_statement(ada, course, attachments=[attachment])))
    (found,) = content(lrs.retrieve_statement(sent.id)).attachments
    assert (found.sha2, found.fileurl, found.length) == (digest, attachment.fileurl, 13)
    attachment.fileurl = None
    refused = lrs.save_statement(a_statement(ada, course, attachments=[attachment]))
    assert refused.response.status == 400


def test_a_state_is_written_read_listed_and_cleared(
    lrs: RemoteLRS, ada: tincan.Agent, course: tincan.Activity
) -> None:
    bookmark = StateDocument(
        id="bookmark",
        activity=course,
        agent=ada,
        content=bytearray(b'{"page": 3}'),
        content_type="application/json",
    )
    assert lrs.save_state(bookmark).success
    assert content(lrs.retrieve_state(course, ada, "bookmark")).content == b'{"page": 3}'
    assert content(lrs.retrieve_state_ids(course, ada)) == ["bookmark"]
    assert lrs.delete_state(bookmark).success
    assert lrs.retrieve_state(course, ada, "bookmark").response.status == 404
    assert lrs.save_state(bookmark).success
    assert lrs.clear_state(course, ada).success
    assert content(lrs.retrieve_state_ids(course, ada)) == []


@pytest.mark.parametrize("of", ["agents", "activities"])
def test_a_profile_is_written_read_merged_and_deleted(
    lrs: RemoteLRS, ada: tincan.Agent, course: tincan.Activity, of: str
) -> None:
    """It cannot say that a profile is new, which 1.0.3 asks for; nor merge."""
    said = {"content": bytearray(b'{"a": 1}'), "content_type": "application/json", "id": "it"}
    if of == "agents":
        document, owner = AgentProfileDocument(agent=ada, **said), {"agent": ada.to_json("1.0.3")}
        save, delete = lrs.save_agent_profile, lrs.delete_agent_profile
    else:
        document, owner = (
            ActivityProfileDocument(activity=course, **said),
            {"activityId": course.id},
        )
        save, delete = lrs.save_activity_profile, lrs.delete_activity_profile
    refused = save(document)
    assert (refused.response.status, json.loads(refused.data)["slug"]) == (400, "condition-missing")

    merging = HTTPRequest(method="POST", resource=f"{of}/profile", content=document.content)
    merging.headers["Content-Type"] = "application/json"
    merging.query_params = {**owner, "profileId": "it"}
    assert lrs._send_request(merging).success
    merging.content = b'{"b": 2}'
    assert lrs._send_request(merging).success

    def found() -> tincan.LRSResponse:
        if of == "agents":
            return lrs.retrieve_agent_profile(ada, "it")
        return lrs.retrieve_activity_profile(course, "it")

    assert json.loads(found().data) == {"a": 1, "b": 2}
    document.etag = found().response.getheader("ETag")
    document.content = bytearray(b'{"c": 3}')
    assert save(document).success
    assert save(document).response.status == 412
    assert json.loads(found().data) == {"c": 3}
    document.etag = found().response.getheader("ETag")
    assert delete(document).success
    assert found().response.status == 404


def test_what_the_store_speaks_is_said(lrs: RemoteLRS) -> None:
    """It knows no 2.0 and refuses an answer that names it; so it gets the answer as it came."""
    answer = lrs._send_request(HTTPRequest(method="GET", resource="about"))
    assert {"1.0.3", "2.0.0"} <= set(json.loads(answer.data)["version"])


def test_a_wrong_secret_is_refused(store: Store) -> None:
    wrong = "Basic " + base64.b64encode(f"{store.key}:wrong".encode()).decode()
    answer = RemoteLRS(version="1.0.3", endpoint=store.endpoint, auth=wrong).query_statements({})
    assert answer.response.status == 401
