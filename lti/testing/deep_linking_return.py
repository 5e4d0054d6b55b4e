"""Where a tool's choice comes back, and becomes items of the course.

https://www.imsglobal.org/spec/lti-dl/v2p0/#deep-linking-response-message
"""

from typing import Any

from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from lti import claims
from lti.testing import readable
from lti.testing.ags_endpoints import MORE
from lti.testing.answers import page
from lti.testing.values import Claims, Refused, ResourceLink, Tool
from lti.testing.visit import Visit

LONGEST = 300  # s between iat and exp


def take(visit: Visit, course_id: str | None = None) -> Response:
    """Take a signed response, once per session, and put its items into the course."""
    try:
        return _taken(visit)
    except Refused as refused:  # a person is looking: say it on a page
        visit.note(str(refused))
        return page("Nothing was added", f"Nothing was added: {refused}.", status=refused.status)


def _taken(visit: Visit) -> Response:
    platform = visit.platform
    session_key = visit.request.args.get("sesskey", "")
    held = platform.grants.look_up("deep linking", session_key)
    if held is None:
        raise Refused(400, "session_expired", "choose the items again")
    asked, course_id, settings = held
    tool = platform.directory.tool(asked.client_id, asked.deployment_id)
    if tool is None:
        raise Refused(400, "invalid_client", "the tool is gone")
    content = visit.verified(visit.request.form.get("JWT", ""), tool)
    _check(visit, tool, content, settings)
    items = _items(content, settings, urls_needed=platform.profile.items_need_url)
    if platform.grants.spend("deep linking", session_key) is None:
        raise Refused(400, "session_expired", "the choice was already returned")
    links = tuple(_added(visit, tool, course_id, item) for item in items)
    visit.note(f"{len(links)} items added")
    if platform.after_deep_linking is not None:
        course = platform.directory.course(course_id)
        return redirect(platform.after_deep_linking(course, links), 303)
    said = content.get(claims.ERROR_MESSAGE) or content.get(claims.MESSAGE) or ""
    return page("Back in the course", f"{len(links)} items were added. {said}".strip())


def _check(visit: Visit, tool: Tool, content: Claims, settings: dict[str, Any]) -> None:
    now = visit.platform.clock().timestamp()
    issued, expires, nonce = content.get("iat"), content.get("exp"), content.get("nonce")
    if not isinstance(issued, int) or not isinstance(expires, int):
        raise Refused(400, "invalid_response", "iat and exp must be whole seconds")
    facts = {
        "iss is the client id": content.get("iss") == tool.client_id,
        "aud is the issuer": content.get("aud") == visit.platform.issuer,
        "azp, if any, is the client id": content.get("azp", tool.client_id) == tool.client_id,
        "exp lies ahead and within 5 minutes of iat": (
            issued <= now < expires and expires - issued <= LONGEST
        ),
        "the deployment is the one that asked": (
            content.get(claims.DEPLOYMENT_ID) == tool.deployment_id
        ),
        "the message type fits": content.get(claims.MESSAGE_TYPE) == claims.DEEP_LINKING_RESPONSE,
        "the version is 1.3.0": content.get(claims.VERSION) == claims.VERSION_1_3,
        "data came back as it went": content.get(claims.DATA) == settings.get("data"),
        "data came back only if it went": (claims.DATA in content) == ("data" in settings),
        "the nonce is new": isinstance(nonce, str)
        and visit.platform.grants.hold("nonce", f"{tool.client_id} {nonce}", True, lifetime=3600),
    }
    for fact, holds in facts.items():
        if not holds:
            raise Refused(400, "invalid_response", f"not so: {fact}")


def _items(content: Claims, settings: dict[str, Any], *, urls_needed: bool) -> list[dict[str, Any]]:
    """Return the items, all of which the session asked for."""
    items = content.get(claims.CONTENT_ITEMS, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refused(400, "invalid_response", "content_items is not a list of objects")
    if len(items) > 1 and not settings["accept_multiple"]:
        raise Refused(400, "invalid_response", "one item at most was asked for")
    for item in items:
        if item.get("type") not in settings["accept_types"]:
            raise Refused(400, "invalid_response", "an item is of a type that was not asked for")
        if None in item.values():
            raise Refused(400, "invalid_response", "unset members must be left out")
        readable.content_item(item)
        if urls_needed and not item.get("url"):
            raise Refused(400, "invalid_response", "Invalid Link: an item has no url")
        if "lineItem" in item and settings.get("accept_lineitem") is False:
            raise Refused(400, "invalid_response", "a line item was not asked for")
    return items


def _added(visit: Visit, tool: Tool, course_id: str, item: dict[str, Any]) -> ResourceLink:
    platform = visit.platform
    line_item = item.get("lineItem", {})
    link = platform.add_resource_link(
        tool,
        course_id,
        item.get("title", tool.name),
        url=item.get("url"),
        description=item.get("text", ""),
        custom=item.get("custom", {}),
    )
    if line_item:
        platform.grades.add_column(
            course_id=course_id,
            client_id=tool.client_id,
            label=line_item.get("label", link.title),
            score_maximum=float(line_item["scoreMaximum"]),
            resource_id=line_item.get("resourceId", ""),
            tag=line_item.get("tag", ""),
            resource_link_id=link.id,
            more={name: line_item[name] for name in MORE if name in line_item},
        )
    return link
