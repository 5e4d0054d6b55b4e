"""What tincan does not check: the standard, and our own profile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrs_bridge.errors import StatementInvalid
from lrs_bridge.validation import check_statement
from lrs_bridge.vocabulary import PROFILE_VERSION

_PERSONAL = ("name", "mbox", "mbox_sha1sum", "openid")


def checked(statement: dict[str, Any]) -> dict[str, Any]:
    """Return `statement` if it may be sent as one of ours.

    Raises:
        StatementInvalid: naming the first property that breaks the standard or our profile.
    """
    check_statement(statement)
    for name in ("id", "timestamp", "context"):
        if name not in statement:
            raise StatementInvalid(f"/{name}", "is required by our profile")
    context = statement["context"]
    if "registration" not in context:
        raise StatementInvalid("/context/registration", "is required by our profile")
    category = context.get("contextActivities", {}).get("category", [])
    if not any(activity["id"] == PROFILE_VERSION for activity in category):
        raise StatementInvalid(
            "/context/contextActivities/category", "must name the version of our profile"
        )
    if "response" in statement.get("result", {}):
        raise StatementInvalid("/result/response", "is text, which stays with the pair")
    for pointer, actor in _actors(statement):
        for name in _PERSONAL:
            if name in actor:
                raise StatementInvalid(f"{pointer}/{name}", "would tell who somebody is")
    return statement


def _actors(statement: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "/actor", statement["actor"]
    if statement["object"].get("objectType") == "Agent":
        yield "/object", statement["object"]
    for name in ("instructor", "team"):
        if name in statement["context"]:
            yield f"/context/{name}", statement["context"][name]
