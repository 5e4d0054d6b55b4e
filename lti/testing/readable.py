"""Whether what a tool sends can be read: numbers, texts, line items and content items.

https://www.imsglobal.org/spec/lti-ags/v2p0/#line-item-service
https://www.imsglobal.org/spec/lti-dl/v2p0/#content-item-types
"""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeGuard

from lti import urls
from lti.testing.values import Refused

_LINE_ITEM_TEXTS: Final = ("label", "resourceId", "tag", "resourceLinkId")
_ITEM_TEXTS: Final = ("title", "text")
_ITEM_OBJECTS: Final = ("icon", "thumbnail", "iframe", "window", "custom", "lineItem")
_WINDOWS: Final = ("available", "submission")
_MOMENTS: Final = ("startDateTime", "endDateTime")


def is_number(value: Any) -> TypeGuard[float]:
    """Tell whether a value is a number with which one can calculate."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def is_text(value: Any) -> TypeGuard[str]:
    """Tell whether a value is text of whole characters; JSON can hold halves."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def has_zone(moment: Any) -> bool:
    """Tell whether a value is a moment in ISO 8601, with a zone."""
    try:
        return datetime.fromisoformat(moment).tzinfo is not None
    except (TypeError, ValueError):
        return False


def line_item(said: Any, *, code: str = "bad_request", of_its_own: bool = True) -> dict[str, Any]:
    """Return a line item document that has what it needs, nulls not among it.

    One within a content item needs no label: it has the item's title.

    Raises:
        Refused: 400, with `code` and what is wrong.
    """
    if not isinstance(said, dict):
        raise Refused(400, code, "a line item is a JSON object")
    if of_its_own and "label" not in said:
        raise Refused(400, code, "label is missing")
    for name in _LINE_ITEM_TEXTS:
        if name in said and not is_text(said[name]):
            raise Refused(400, code, f"{name} is not text")
    maximum = said.get("scoreMaximum")
    if not is_number(maximum) or maximum <= 0:
        raise Refused(400, code, "scoreMaximum must be a number above 0")
    if None in said.values():
        raise Refused(400, code, "unset members must be left out")
    return said


def content_item(item: Mapping[str, Any]) -> None:
    """Insist that the members of a content item are what the specification makes of them.

    Raises:
        Refused: 400 invalid_response, with what is wrong.
    """
    problem = next(_problems(item), None)
    if problem is not None:
        raise Refused(400, "invalid_response", problem)
    if "lineItem" in item:
        line_item(item["lineItem"], code="invalid_response", of_its_own=False)


def _problems(item: Mapping[str, Any]) -> Iterator[str]:
    if "url" in item and not (is_text(item["url"]) and urls.is_web_url(item["url"])):
        yield "url is not a web address"
    for name in _ITEM_TEXTS:
        if name in item and not is_text(item[name]):
            yield f"{name} is not text"
    for name in (*_ITEM_OBJECTS, *_WINDOWS):
        if not isinstance(item.get(name, {}), dict):
            yield f"{name} is not an object"
    if not all(is_text(value) for value in _members(item, "custom").values()):
        yield "a custom parameter is not text"
    for window in _WINDOWS:
        moments = _members(item, window)
        if not all(has_zone(moments[name]) for name in _MOMENTS if name in moments):
            yield f"{window} has times that are malformed or have no zone"


def _members(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    said = item.get(name, {})
    return said if isinstance(said, dict) else {}
