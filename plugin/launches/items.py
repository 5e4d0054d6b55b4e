"""The items that an instructor can put into a course."""

from __future__ import annotations

from lti.ags import LineItem
from lti.deep_linking import LtiResourceLinkItem
from plugin.foundation.i18n import Words

RESOURCE = "mentoring"
"""Our name for the line item, so that it is found again and never made twice."""


def mentoring_line_item(label: str) -> LineItem:
    """Return the gradebook column of mentoring: one point, for check-ins that took place."""
    return LineItem(label=label, score_maximum=1.0, resource_id=RESOURCE, tag="check-in")


def mentoring_item(public_url: str, say: Words) -> LtiResourceLinkItem:
    """Return the mentoring home of a course, with one line item of one point.

    The point says that check-ins took place; it never judges anybody.
    """
    return LtiResourceLinkItem(
        title=say.gettext("Mentoring"),
        text=say.gettext("Ten minutes with a mentor about using what you learn here."),
        url=f"{public_url}/lti/launch",
        custom={"mentes_item": RESOURCE},
        line_item=mentoring_line_item(say.gettext("Mentoring")),
    )
