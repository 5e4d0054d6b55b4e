"""Deep Linking 2.0: what a person chose, on its way back into the course.

https://www.imsglobal.org/spec/lti-dl/v2p0/
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from lti import claims
from lti.ags import LineItem
from lti.errors import ServiceRefused
from lti.keys import ToolKeyRing, dated
from lti.message import DeepLinkingSettings, LaunchMessage

RESOURCE_LINK: Final = "ltiResourceLink"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Pixels; None leaves it to the platform."""

    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An icon or a thumbnail."""

    url: str
    size: Size = Size()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """When something is open; None is no bound. Both are aware."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LtiResourceLinkItem:
    """An item for the course that opens `url` with a launch.

    `custom` comes back with every launch of the item, also in a copied course. `url` has no default
    because some platforms refuse items without one. Deep Linking 2.0, section 3.2:
    https://www.imsglobal.org/spec/lti-dl/v2p0/#lti-resource-link
    """

    url: str
    title: str | None = None
    text: str | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    line_item: LineItem | None = None
    iframe: Size | None = None
    window: Size | None = None
    icon: Image | None = None
    available: Period | None = None
    submission: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepLinkingResponse:
    """A form for the browser to post to `return_url`: one field, `JWT`. Escape both in HTML."""

    return_url: str
    jwt: str = field(repr=False)


def response(
    message: LaunchMessage,
    items: Sequence[LtiResourceLinkItem],
    ring: ToolKeyRing,
    now: datetime,
    *,
    notice: str | None = None,
    error: str | None = None,
    log: str | None = None,
    error_log: str | None = None,
) -> DeepLinkingResponse:
    """Return the answer to the deep linking request `message`: `items`, or none to cancel.

    `notice` and `error` are shown to the person by the platform, `log` and `error_log` are for its
    logs: never put names or addresses there. What the platform does not accept of an item (its line
    item, its frame) is left out.

    Deep Linking 2.0, section 4.5:
    https://www.imsglobal.org/spec/lti-dl/v2p0/#deep-linking-response-message

    Raises:
        ServiceRefused: "items-not-accepted" if the platform accepts no such items, or one at most.
    """
    settings = message.deep_linking
    if settings is None:
        raise ValueError("Only a deep linking request can be answered with items.")
    _accepted(items, settings)
    content: dict[str, Any] = {
        "iss": message.client_id,
        "aud": message.issuer,
        "nonce": secrets.token_urlsafe(24),
        **dated(now),
        claims.MESSAGE_TYPE: claims.DEEP_LINKING_RESPONSE,
        claims.VERSION: claims.VERSION_1_3,
        claims.DEPLOYMENT_ID: message.deployment_id,
        claims.CONTENT_ITEMS: [_document(item, settings) for item in items],
        claims.DATA: settings.data,
        claims.MESSAGE: notice,
        claims.ERROR_MESSAGE: error,
        claims.LOG: log,
        claims.ERROR_LOG: error_log,
    }
    return DeepLinkingResponse(return_url=settings.return_url, jwt=ring.sign(_said(content), now))


def _accepted(items: Sequence[LtiResourceLinkItem], settings: DeepLinkingSettings) -> None:
    if items and RESOURCE_LINK not in settings.accept_types:
        raise ServiceRefused(
            "items-not-accepted", "The platform does not take links to this tool from here."
        )
    if len(items) > 1 and not settings.accept_multiple:
        raise ServiceRefused(
            "items-not-accepted", "The platform takes one item at a time. Choose one."
        )


def _document(item: LtiResourceLinkItem, settings: DeepLinkingSettings) -> dict[str, Any]:
    targets = settings.accept_presentation_document_targets
    return _said(
        {
            "type": RESOURCE_LINK,
            "url": item.url,
            "title": item.title,
            "text": item.text,
            "icon": _image(item.icon),
            "custom": dict(item.custom) or None,
            "lineItem": _line_item(item.line_item) if settings.accept_lineitem else None,
            "iframe": _size(item.iframe) if "iframe" in targets else None,
            "window": _size(item.window) if "window" in targets else None,
            "available": _period(item.available),
            "submission": _period(item.submission),
        }
    )


def _line_item(item: LineItem | None) -> dict[str, Any] | None:
    if item is None:
        return None
    members = item.document()
    members.pop("resourceLinkId", None)  # the platform has yet to make the link
    return members


def _image(image: Image | None) -> dict[str, Any] | None:
    return None if image is None else {"url": image.url, **(_size(image.size) or {})}


def _size(size: Size | None) -> dict[str, Any] | None:
    return None if size is None else _said({"width": size.width, "height": size.height})


def _period(period: Period | None) -> dict[str, Any] | None:
    if period is None:
        return None
    return _said({"startDateTime": _utc(period.start), "endDateTime": _utc(period.end)})


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _said(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return `members` without those that are unset: platforms choke on nulls."""
    return {name: value for name, value in members.items() if value is not None}
