"""Whatever a token claims, what is kept of it is small, plain and about nobody."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti import claims
from plugin.launches.redaction import LONGEST, redacted

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
NAMES = st.sampled_from(["iss", "aud", "exp", claims.ROLES, claims.CONTEXT, "email", "sub"])


def a_token(said: Any) -> str:
    body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.{body}.x"


@given(st.dictionaries(NAMES | st.text(), JSON))
def test_any_claims_can_be_kept(said: dict[str, Any]) -> None:
    kept = json.dumps(redacted(a_token(said)), allow_nan=False)
    assert "\\u0000" not in kept
    assert "\\u001b" not in kept
    kept.encode()


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "é.é.é", a_token([1]), "....", a_token(1)])
def test_what_is_no_token_says_nothing(token: str) -> None:
    assert set(redacted(token)) <= {"header"}


def test_depth_is_no_danger() -> None:
    body = base64.urlsafe_b64encode(b"[" * 100_000).decode().rstrip("=")
    assert redacted(f"{body}.{body}.x") == {"header": {"alg": None, "kid": None}}


def test_long_texts_are_cut_and_addresses_lose_their_query() -> None:
    said = {"iss": "i" * 1000, claims.TARGET_LINK_URI: "https://tool.example/lti?who=ada#x"}
    kept = redacted(a_token(said))
    assert len(kept["iss"]) == LONGEST + 1
    assert kept[claims.TARGET_LINK_URI] == "https://tool.example/lti"


def test_of_the_course_the_id_is_kept_and_not_what_it_is_called() -> None:
    kept = redacted(a_token({claims.CONTEXT: {"id": "2", "title": "Ada's course", "type": ["x"]}}))
    assert kept[claims.CONTEXT] == {"id": "2", "title": "text of 12 characters", "type": ["x"]}
