"""What tincan does not check: the standard, our own profile, and that nobody is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrs_bridge.errors import StatementInvalid
from lrs_bridge.profile import TEMPLATES
from lrs_bridge.profile.templates import template_id
from lrs_bridge.validation import check_statement
from lrs_bridge.vocabulary import PROFILE_VERSION, Extension

_PERSONAL = ("name", "openid")
_MAILBOXES = ("mbox", "mbox_sha1sum")
_PEOPLE_IN_EXTENSIONS = (Extension.INVITEE, Extension.LEARNER, Extension.TARGET)


def checked(
    statement: dict[str, Any], template: str | None = None, *, mailboxes: bool = False
) -> dict[str, Any]:
    """Return `statement` if it may be sent as one of ours.

    Args:
        template: the name of the one template that it must follow; None: whichever binds it.
        mailboxes: whether people may be named by mail addresses, or digests of them.

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
    if not _names_our_profile(statement):
        raise StatementInvalid(
            "/context/contextActivities/category", "must name the version of our profile"
        )
    _keeps_private(statement, mailboxes=mailboxes)
    verdict = TEMPLATES.judged(statement)
    for fault in verdict.faults:
        raise StatementInvalid(fault.pointer, f"{fault.requirement}, says our profile")
    is_another = template is not None and template_id(template) not in verdict.bound
    if len(verdict.bound) != 1 or is_another:
        raise StatementInvalid(
            "/verb", "and the type of the object make no template of our profile"
        )
    return statement


def checked_outside(statement: dict[str, Any], *, mailboxes: bool = False) -> dict[str, Any]:
    """Return `statement` if we may send it although it is none of our profile's.

    Raises:
        StatementInvalid: naming the first property that breaks the standard, tells who somebody
            is, or claims to follow our profile.
    """
    check_statement(statement)
    if _names_our_profile(statement):
        raise StatementInvalid(
            "/context/contextActivities/category", "must not name the version of our profile"
        )
    _keeps_private(statement, mailboxes=mailboxes)
    return statement


def _names_our_profile(statement: dict[str, Any]) -> bool:
    category = statement["context"].get("contextActivities", {}).get("category", [])
    return any(activity["id"] == PROFILE_VERSION for activity in category)


def _keeps_private(statement: dict[str, Any], *, mailboxes: bool) -> None:
    if "response" in statement.get("result", {}):
        raise StatementInvalid("/result/response", "is text, which stays with the pair")
    telling = _PERSONAL if mailboxes else (*_PERSONAL, *_MAILBOXES)
    for pointer, actor in _actors(statement):
        for name in telling:
            if name in actor:
                raise StatementInvalid(f"{pointer}/{name}", "would tell who somebody is")


def _actors(statement: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "/actor", statement["actor"]
    if statement["object"].get("objectType") == "Agent":
        yield "/object", statement["object"]
    context = statement["context"]
    for name in ("instructor", "team"):
        if name in context:
            yield f"/context/{name}", context[name]
    for key in _PEOPLE_IN_EXTENSIONS:
        if key in context.get("extensions", {}):
            place = key.replace("~", "~0").replace("/", "~1")
            yield f"/context/extensions/{place}", context["extensions"][key]
