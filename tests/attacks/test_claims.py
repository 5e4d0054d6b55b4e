"""Platforms that send something else than they should, wherever they can: never a fault of ours."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from lti import claims
from tests.plugin.launching import HTML, TEACHER, Browser, Campus, recorded_claims

OURS = (claims.DEPLOYMENT_ID, claims.TARGET_LINK_URI)
SIGNERS = ("iss", "aud", "azp", "iat", "exp", "nonce")
HOSTILE: tuple[Any, ...] = (
    None,
    -1.5,
    "x" * 300,
    "a\x00b",
    [None, 5, "x"],
    {"a": [1]},
    "javascript:alert(1)",
    "http://[::1",
)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to everything inside `value`."""
    if at:
        yield at
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*at, key))


def changed(content: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """Return `content` with `value` at `place`."""
    content = copy.deepcopy(content)
    holder: Any = content
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return content


def opened(browser: Browser, content: dict[str, Any]) -> tuple[int, str]:
    """Launch with `content`; return the status and text of the page that it ends on."""
    state, nonce = browser.begin(TEACHER)
    answer = browser.post(
        state, browser.campus.platform.id_token(browser.campus.tool, nonce, content)
    )
    while answer.status_code == 303:
        answer = browser.client.get(answer.headers["Location"], headers=HTML)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "name", ["launch_LtiResourceLinkRequest_3", "launch_LtiDeepLinkingRequest_3"]
)
def test_no_claim_of_a_platform_makes_us_fail(campus: Campus, name: str) -> None:
    browser = campus.browser()
    ours = {claim: value for claim, value in browser.claims(TEACHER).items() if claim in OURS}
    recorded = {
        claim: value
        for claim, value in {**recorded_claims(name), **ours}.items()
        if claim not in SIGNERS
    }
    assert opened(browser, recorded)[0] == 200
    failed = []
    for number, place in enumerate(places(recorded)):
        hostile = HOSTILE[number % len(HOSTILE)]  # each place one, each kind many times
        status, text = opened(browser, changed(recorded, place, hostile))
        if status >= 500 or '="javascript:' in text:
            failed.append((place, hostile, status))
    assert failed == []
