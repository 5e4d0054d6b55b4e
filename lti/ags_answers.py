"""What gradebooks answer, read: a line item, a list of them, a list of results, a refusal.

https://www.imsglobal.org/spec/lti-ags/v2p0/
"""

from collections.abc import Iterator
from typing import Any

from lti.errors import ServiceRefused
from lti.grading import LineItem, Result


def not_accepted(refused: ServiceRefused) -> ServiceRefused:
    """Return what it means that a platform refused a score."""
    if refused.status not in (400, 403, 404, 422):
        return refused
    return ServiceRefused(
        "score-not-accepted",
        "The platform did not take the score (it answered %(status)s). Most often the "
        "person is no longer a learner in this course, or the gradebook column is gone.",
        {"status": refused.status},
        status=refused.status,
    )


def line_items(page: Any) -> Iterator[LineItem]:
    """Yield the line items of one page.

    Raises:
        ServiceRefused: "line-item-malformed".
    """
    if not isinstance(page, list):
        raise _malformed()
    yield from map(line_item, page)


def line_item(document: Any) -> LineItem:
    """Return the line item in `document`.

    Raises:
        ServiceRefused: "line-item-malformed".
    """
    item = LineItem.of(document) if isinstance(document, dict) else None
    if item is None:
        raise _malformed()
    return item


def results(page: Any) -> Iterator[Result]:
    """Return the results of one page; what is none is passed over.

    Raises:
        ServiceRefused: "results-malformed".
    """
    if not isinstance(page, list):
        raise ServiceRefused(
            "results-malformed", "The platform answered something other than a list of results."
        )
    found = (Result.of(document) for document in page if isinstance(document, dict))
    return (result for result in found if result is not None)


def _malformed() -> ServiceRefused:
    return ServiceRefused(
        "line-item-malformed", "The platform answered something other than line items."
    )
