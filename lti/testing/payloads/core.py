"""LTI Core 1.3, Deep Linking 2.0 and Submission Review 1.0: messages that say too little."""

import json
from collections.abc import Callable
from typing import Any, Final

from lti import claims
from lti.testing.payloads.values import (
    DEEP_LINKING,
    LTI,
    SUBMISSION_REVIEW,
    Given,
    Message,
    Token,
    changing,
    claiming,
    inside,
    lacking,
    without_inside,
)
from lti.testing.tokens import Genuine

LONG: Final = "x" * 256

_SHORT: Final = {
    claims.VERSION: ("version", "#lti-version-claim"),
    claims.MESSAGE_TYPE: ("message type", "#message-type-claim"),
    "sub": ("sub", "#user-identity-claims"),
    claims.ROLES: ("roles", "#roles-claim"),
    claims.TARGET_LINK_URI: ("target link uri", "#target-link-uri"),
    claims.RESOURCE_LINK: ("resource link", "#resource-link-claim"),
    claims.CONTEXT: ("context", "#context-claim"),
    claims.DEPLOYMENT_ID: ("deployment id", "#lti-deployment-id-claim"),
}


def _case(claim: str, what: str, changes: str, token: Callable[[Genuine], str]) -> Token:
    short, section = _SHORT[claim]
    return Token(
        name=f"{short} {what}",
        row="Core",
        specification=LTI + section,
        changes=f"{short}: {changes}",
        token=token,
    )


def _is(claim: str, what: str, value: Any) -> Token:
    said = json.dumps(value)
    shown = said if len(said) < 80 else f"{len(value)} characters"
    return _case(claim, what, shown, claiming(claim, value))


def _settings(what: str, changes: str, token: Callable[[Genuine], str], **more: Given) -> Token:
    return Token(
        name=f"deep linking {what}",
        row="DL",
        specification=DEEP_LINKING,
        changes=changes,
        token=token,
        message=Message.DEEP_LINKING,
        given=more.get("given"),
    )


def _setting(what: str, member: str, value: Any, **more: Given) -> Token:
    return _settings(
        what,
        f"{member} is {json.dumps(value)}",
        inside(claims.DEEP_LINKING_SETTINGS, **{member: value}),
        **more,
    )


def _review(what: str, changes: str, token: Callable[[Genuine], str]) -> Token:
    return Token(
        name=f"submission review {what}",
        row="SR",
        specification=SUBMISSION_REVIEW,
        changes=changes,
        token=token,
        message=Message.SUBMISSION_REVIEW,
    )


def _elsewhere_on_the_tool(genuine: Genuine) -> str:
    def change(said: dict[str, Any]) -> dict[str, Any]:
        return {**said, claims.TARGET_LINK_URI: f"{said[claims.TARGET_LINK_URI]}/elsewhere"}

    return changing(change)(genuine)


CORE: Final = (
    _is(claims.VERSION, "1.3", "1.3"),
    _is(claims.VERSION, "with a blank", "1.3.0 "),
    _is(claims.VERSION, "of lti 1.0", "LTI-1p0"),
    _is(claims.VERSION, "a number", 1.3),
    _is(claims.VERSION, "null", None),
    _is(claims.MESSAGE_TYPE, "unknown", "LtiSomethingElse"),
    _is(claims.MESSAGE_TYPE, "empty", ""),
    _is(claims.MESSAGE_TYPE, "null", None),
    _is(claims.MESSAGE_TYPE, "a list", [claims.RESOURCE_LINK_REQUEST]),
    _is(claims.MESSAGE_TYPE, "an object", {}),
    _is(claims.MESSAGE_TYPE, "a number", 1),
    _is("sub", "null", None),
    _is("sub", "empty", ""),
    _is("sub", "a number", 7),
    _is("sub", "of 256 characters", LONG),
    _is("sub", "of 300 characters", "x" * 300),
    _is("sub", "beyond ascii", "müller"),
    _is("sub", "a list", ["user-1"]),
    _is("sub", "with nul", "a\x00b"),
    _is(claims.ROLES, "a string", "Instructor"),
    _is(claims.ROLES, "null", None),
    _is(claims.ROLES, "an object", {}),
    _is(claims.ROLES, "a list of numbers", [1]),
    _is(claims.ROLES, "a list of null", [None]),
    _is(claims.ROLES, "a list of lists", [["Instructor"]]),
    _case(claims.TARGET_LINK_URI, "missing", "missing", lacking(claims.TARGET_LINK_URI)),
    _is(claims.TARGET_LINK_URI, "null", None),
    _is(claims.TARGET_LINK_URI, "empty", ""),
    _is(claims.TARGET_LINK_URI, "a number", 7),
    _case(
        claims.TARGET_LINK_URI,
        "other than at login",
        "another page of the tool than the login asked for",
        _elsewhere_on_the_tool,
    ),
    _is(claims.TARGET_LINK_URI, "foreign", "https://other.example/launch"),
    _case(claims.RESOURCE_LINK, "missing", "missing", lacking(claims.RESOURCE_LINK)),
    _is(claims.RESOURCE_LINK, "null", None),
    _is(claims.RESOURCE_LINK, "a string", "link-1"),
    _is(claims.RESOURCE_LINK, "a list", []),
    _is(claims.RESOURCE_LINK, "empty", {}),
    _is(claims.RESOURCE_LINK, "id empty", {"id": ""}),
    _is(claims.RESOURCE_LINK, "id a number", {"id": 5}),
    _case(
        claims.RESOURCE_LINK,
        "id of 256 characters",
        "256 characters",
        claiming(claims.RESOURCE_LINK, {"id": LONG}),
    ),
    _is(claims.CONTEXT, "null", None),
    _is(claims.CONTEXT, "a string", "2"),
    _is(claims.CONTEXT, "a list", []),
    _is(claims.CONTEXT, "without id", {}),
    _is(claims.CONTEXT, "id empty", {"id": ""}),
    _is(claims.CONTEXT, "id a number", {"id": 2}),
    _case(
        claims.CONTEXT,
        "id of 256 characters",
        "256 characters",
        claiming(claims.CONTEXT, {"id": LONG}),
    ),
    _is(claims.DEPLOYMENT_ID, "null", None),
    _is(claims.DEPLOYMENT_ID, "empty", ""),
    _is(claims.DEPLOYMENT_ID, "a number", 1),
    _is(claims.DEPLOYMENT_ID, "of 256 characters", LONG),
    _is(claims.DEPLOYMENT_ID, "a list", ["deployment-1"]),
    _is(claims.DEPLOYMENT_ID, "unknown", "a deployment that nobody registered"),
    _settings("settings missing", "there are no settings", lacking(claims.DEEP_LINKING_SETTINGS)),
    _settings(
        "without a return url",
        "there is no deep_link_return_url",
        without_inside(claims.DEEP_LINKING_SETTINGS, "deep_link_return_url"),
    ),
    _setting("return url null", "deep_link_return_url", None),
    _setting("return url of a script", "deep_link_return_url", "javascript:alert(1)"),
    _setting("return url relative", "deep_link_return_url", "/return"),
    _setting(
        "return url without tls",
        "deep_link_return_url",
        "http://lms.example/return",
        given=Given.HTTPS,
    ),
    _setting("accept types a string", "accept_types", "ltiResourceLink"),
    _setting("accept types null", "accept_types", None),
    _setting("document targets of numbers", "accept_presentation_document_targets", [1]),
    _setting("data an object", "data", {"not": "a string"}),
    _review("of nobody", "there is no for_user", lacking(claims.FOR_USER)),
    _review(
        "of somebody without an id",
        "for_user has no user_id",
        without_inside(claims.FOR_USER, "user_id"),
    ),
    _review(
        "for no line item",
        "the endpoint claim has no lineitem",
        without_inside(claims.AGS_ENDPOINT, "lineitem"),
    ),
)
