"""Agents, groups and authorities.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md#242-actor
"""

from __future__ import annotations

from typing import Any

from lrs_bridge.validation.rules import (
    array_of,
    iri,
    mailto,
    object_of,
    one_of,
    refuse,
    sha1,
    string,
)

_IDENTITY = {
    "mbox": mailto,
    "mbox_sha1sum": sha1,
    "openid": iri,
    "account": object_of({"homePage": iri, "name": string}),
}
_ONE_IDENTIFIER = "must have exactly one of mbox, mbox_sha1sum, openid and account"


def _identifiers(value: dict[str, Any]) -> int:
    return len(value.keys() & _IDENTITY.keys())


def _has_one_identifier(value: dict[str, Any]) -> None:
    if _identifiers(value) != 1:
        raise refuse(_ONE_IDENTIFIER)


def _is_identified_or_has_members(value: dict[str, Any]) -> None:
    found = _identifiers(value)
    if found > 1:
        raise refuse(_ONE_IDENTIFIER)
    if not found and not value.get("member"):
        raise refuse("must list the members of a group without an identifier", "/member")


agent = object_of(
    {},
    {"objectType": one_of("Agent"), "name": string, **_IDENTITY},
    _has_one_identifier,
)
group = object_of(
    {"objectType": one_of("Group")},
    {"name": string, "member": array_of(agent), **_IDENTITY},
    _is_identified_or_has_members,
)


def actor(value: Any) -> None:
    """An agent or a group."""
    if isinstance(value, dict) and value.get("objectType") == "Group":
        group(value)
    else:
        agent(value)


def authority(value: Any) -> None:
    """An agent, or the group of two that stands for an application and its user (OAuth)."""
    actor(value)
    if value.get("objectType") == "Group" and (
        _identifiers(value) or len(value.get("member", ())) != 2
    ):
        raise refuse("must be an agent, or an anonymous group of exactly two members")
