"""Deep linking: what goes back to the platform, and that the platform takes it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from lti import claims, jose
from lti.ags import LineItem
from lti.deep_linking import (
    DeepLinkingResponse,
    Image,
    LtiResourceLinkItem,
    Period,
    Size,
    response,
)
from lti.errors import ServiceRefused
from lti.keys import ToolKey, ToolKeyRing
from lti.message import LaunchMessage
from tests.lti.conftest import Campus, Clock, ToolSite
from tests.lti.factories import NOW, deep_linking_claims, launched, resource_link_claims, rsa_key
from tests.lti.journeys import deep_linking_message

ITEM = LtiResourceLinkItem(url="https://tool.example/launch", title="Mentoring")


def a_ring() -> ToolKeyRing:
    kid, pem = rsa_key("tool")
    return ToolKeyRing([ToolKey(kid=kid, private_pem=pem, created_at=NOW)])


def answered(
    items: Sequence[LtiResourceLinkItem] = (), *, notice: str | None = None, **settings: Any
) -> dict[str, Any]:
    message = launched(deep_linking_claims(**settings))
    return dict(jose.unverified_claims(response(message, items, a_ring(), NOW, notice=notice).jwt))


def returned(answer: DeepLinkingResponse) -> requests.Response:
    return requests.post(answer.return_url, data={"JWT": answer.jwt}, timeout=5)


# What is in it.


def test_an_answer_says_what_the_specification_asks_for() -> None:
    said = answered([ITEM])
    assert len(said.pop("nonce")) >= 16
    assert 0 < said.pop("exp") - said.pop("iat") <= 300
    assert said == {
        "iss": "client-1",
        "aud": "https://lms.example",
        claims.MESSAGE_TYPE: "LtiDeepLinkingResponse",
        claims.VERSION: "1.3.0",
        claims.DEPLOYMENT_ID: "deployment-1",
        claims.CONTENT_ITEMS: [
            {
                "type": "ltiResourceLink",
                "url": "https://tool.example/launch",
                "title": "Mentoring",
            }
        ],
    }


def test_an_answer_is_signed_with_a_named_key() -> None:
    answer = response(launched(deep_linking_claims()), [ITEM], a_ring(), NOW)
    assert answer.return_url == "https://lms.example/return"
    assert jose.header(answer.jwt)["kid"] == "tool-kid"
    assert answer.jwt not in repr(answer)


def test_every_answer_has_a_nonce_of_its_own() -> None:
    assert answered()["nonce"] != answered()["nonce"]


@pytest.mark.parametrize("data", ["opaque", "", " {} ", "é"])
def test_data_goes_back_exactly_if_it_came(data: str) -> None:
    assert answered(data=data)[claims.DATA] == data
    assert claims.DATA not in answered()


def test_messages_and_logs_go_back_for_the_person_and_for_the_platform() -> None:
    message = launched(deep_linking_claims())
    jwt = response(
        message, (), a_ring(), NOW, notice="Done.", error="Not quite.", log="ok", error_log="no"
    ).jwt
    said = jose.unverified_claims(jwt)
    prefix = "https://purl.imsglobal.org/spec/lti-dl/claim/"
    assert {name.removeprefix(prefix): said[name] for name in said if name.startswith(prefix)} == {
        "content_items": [],
        "msg": "Done.",
        "errormsg": "Not quite.",
        "log": "ok",
        "errorlog": "no",
    }


def test_a_cancelled_choice_goes_back_without_items() -> None:
    said = answered(notice="Nothing was chosen.")
    assert said[claims.CONTENT_ITEMS] == []
    assert said[claims.MESSAGE] == "Nothing was chosen."
    assert claims.ERROR_MESSAGE not in said


def test_an_item_has_all_that_was_set_and_no_nulls() -> None:
    item = LtiResourceLinkItem(
        url="https://tool.example/launch",
        title="Mentoring",
        text="Ten minutes with somebody.",
        custom={"programme": "7"},
        line_item=LineItem(label="Check-ins", score_maximum=4, resource_id="p-7", tag="check-ins"),
        iframe=Size(width=800, height=600),
        window=Size(),
        icon=Image(url="https://tool.example/icon.png", size=Size(width=50, height=50)),
        available=Period(start=datetime(2026, 11, 22, 13, tzinfo=UTC)),
        submission=Period(end=datetime(2026, 12, 1, tzinfo=UTC)),
    )
    assert answered([item])[claims.CONTENT_ITEMS] == [
        {
            "type": "ltiResourceLink",
            "url": "https://tool.example/launch",
            "title": "Mentoring",
            "text": "Ten minutes with somebody.",
            "icon": {"url": "https://tool.example/icon.png", "width": 50, "height": 50},
            "custom": {"programme": "7"},
            "lineItem": {
                "label": "Check-ins",
                "scoreMaximum": 4,
                "resourceId": "p-7",
                "tag": "check-ins",
            },
            "iframe": {"width": 800, "height": 600},
            "window": {},
            "available": {"startDateTime": "2026-11-22T13:00:00+00:00"},
            "submission": {"endDateTime": "2026-12-01T00:00:00+00:00"},
        }
    ]


# What the platform accepts.


def test_a_line_item_is_left_out_where_it_is_not_accepted() -> None:
    graded = LtiResourceLinkItem(
        url="https://tool.example/", line_item=LineItem(label="x", score_maximum=1, tag="x")
    )
    assert "lineItem" in answered([graded])[claims.CONTENT_ITEMS][0]
    assert "lineItem" in answered([graded], accept_lineitem=True)[claims.CONTENT_ITEMS][0]
    assert "lineItem" not in answered([graded], accept_lineitem=False)[claims.CONTENT_ITEMS][0]


def test_a_frame_is_left_out_where_it_is_not_accepted() -> None:
    framed = LtiResourceLinkItem(url="https://tool.example/", iframe=Size(), window=Size())
    said = answered([framed], accept_presentation_document_targets=["window"])
    assert "iframe" not in said[claims.CONTENT_ITEMS][0]
    assert "window" in said[claims.CONTENT_ITEMS][0]


@pytest.mark.parametrize("settings", [{}, {"accept_multiple": False}])
def test_several_items_need_a_platform_that_takes_them(settings: dict[str, Any]) -> None:
    with pytest.raises(ServiceRefused) as refusal:
        answered([ITEM, ITEM], **settings)
    assert refusal.value.slug == "items-not-accepted"
    assert len(answered([ITEM, ITEM], accept_multiple=True)[claims.CONTENT_ITEMS]) == 2


def test_a_platform_that_takes_no_links_gets_none() -> None:
    with pytest.raises(ServiceRefused) as refusal:
        answered([ITEM], accept_types=["link", "file"])
    assert refusal.value.slug == "items-not-accepted"
    assert answered([], accept_types=["link"])[claims.CONTENT_ITEMS] == []


def test_only_a_deep_linking_request_can_be_answered() -> None:
    with pytest.raises(ValueError, match="deep linking request"):
        response(launched(resource_link_claims()), [ITEM], a_ring(), NOW)


# And back, over HTTP.


def message_from(campus: Campus, site: ToolSite, **settings: Any) -> LaunchMessage:
    initiation = campus.platform.deep_linking_initiation(
        campus.tool, campus.teacher, campus.course, **settings
    )
    return deep_linking_message(campus, site, initiation)


def test_what_was_chosen_becomes_items_and_columns_of_the_course(
    campus: Campus, site: ToolSite
) -> None:
    message = message_from(campus, site, data="opaque")
    graded = LtiResourceLinkItem(
        url=f"{site.url}/launch",
        title="Mentoring",
        custom={"programme": "7"},
        line_item=LineItem(label="Check-ins", score_maximum=4, resource_id="p-7", tag="check-ins"),
    )
    plain = LtiResourceLinkItem(url=f"{site.url}/launch", title="Hub")
    answer = returned(response(message, [graded, plain], site.ring, NOW))
    assert answer.status_code == 200
    assert "2 items were added" in answer.text
    links = campus.platform.directory.links("2")
    assert [(link.title, link.custom) for link in links] == [
        ("Mentoring", {"programme": "7"}),
        ("Hub", {}),
    ]
    (entry,) = campus.platform.gradebook("2")
    assert (entry.column.resource_link_id, entry.column.resource_id) == (links[0].id, "p-7")


def test_a_choice_comes_back_once(campus: Campus, site: ToolSite) -> None:
    answer = response(message_from(campus, site), [], site.ring, NOW)
    assert returned(answer).status_code == 200
    assert returned(answer).status_code == 400


def test_the_browser_goes_where_the_platform_likes(campus: Campus, site: ToolSite) -> None:
    campus.platform.after_deep_linking = lambda course, links: f"/course/{course.id}/{len(links)}"
    answer = response(message_from(campus, site), [ITEM], site.ring, NOW)
    page = requests.post(
        answer.return_url, data={"JWT": answer.jwt}, timeout=5, allow_redirects=False
    )
    assert (page.status_code, page.headers["Location"]) == (303, "/course/2/1")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "client-9"},
        {"aud": "https://other.example"},
        {"aud": ["http://127.0.0.1"]},
        {"azp": "client-9"},
        {"exp": int(NOW.timestamp()) + 400},
        {"exp": int(NOW.timestamp())},
        {"iat": None},
        {"nonce": None},
        {claims.DEPLOYMENT_ID: "9"},
        {claims.MESSAGE_TYPE: "LtiDeepLinkingRequest"},
        {claims.VERSION: "1.2"},
        {claims.DATA: "changed"},
        {claims.CONTENT_ITEMS: [{"type": "file"}]},
        {claims.CONTENT_ITEMS: [{"type": "ltiResourceLink", "title": None}]},
        {claims.CONTENT_ITEMS: "text"},
    ],
)
def test_the_platform_refuses_what_the_specification_does(
    campus: Campus, site: ToolSite, changes: dict[str, Any]
) -> None:
    answer = response(message_from(campus, site), [ITEM], site.ring, NOW)
    content = {**jose.unverified_claims(answer.jwt), **changes}
    forged = DeepLinkingResponse(return_url=answer.return_url, jwt=site.ring.sign(content, NOW))
    page = returned(forged)
    assert page.status_code == 400
    assert "Nothing was added" in page.text
    assert campus.platform.directory.links("2") == ()


def test_the_platform_refuses_a_late_answer(campus: Campus, site: ToolSite, clock: Clock) -> None:
    answer = response(message_from(campus, site), [ITEM], site.ring, NOW)
    clock.now = NOW + timedelta(minutes=5)
    assert returned(answer).status_code == 400
