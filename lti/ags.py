"""Assignment and Grade Services 2.0: the gradebook, as far as a tool may see it.

A *line item* is a column of the gradebook, found in its context's line items *container*. A *score*
is what a tool reports for one person, with how far the person and the grading have come. The
platform makes of it a *result*, which a teacher may change.

https://www.imsglobal.org/spec/lti-ags/v2p0/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import Any, Final, Self

from lti import claims, quirks, urls
from lti.errors import ServiceRefused
from lti.registration import Registration
from lti.services import Services

# Moodle grants reading only to those who ask for the read-only scope as well.
LINE_ITEM_SCOPES: Final = frozenset({claims.SCOPE_LINE_ITEM, claims.SCOPE_LINE_ITEM_READ})
SCORE_SCOPES: Final = frozenset({claims.SCOPE_SCORE})


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """A column of the gradebook; `id` is its URL, None until the platform has made it.

    `resource_id` and `tag` are ours, to find it again; `resource_link_id` is the platform's id of
    the item in the course that it belongs to.
    https://www.imsglobal.org/spec/lti-ags/v2p0/#line-item-service-media-types-and-schemas
    """

    label: str
    score_maximum: float
    resource_id: str | None = None
    tag: str | None = None
    resource_link_id: str | None = None
    id: str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self | None:
        """Return the line item in a platform's `document`, or None if it is not one."""
        id, label, maximum = (document.get(name) for name in ("id", "label", "scoreMaximum"))
        if not isinstance(id, str) or not urls.is_web_url(id):
            return None
        return cls(
            id=id,
            label=label if isinstance(label, str) else "",
            score_maximum=float(maximum) if isinstance(maximum, int | float) else 0.0,
            resource_id=_said(document.get("resourceId")),
            tag=_said(document.get("tag")),
            resource_link_id=_said(document.get("resourceLinkId")),
        )

    def document(self) -> dict[str, Any]:
        """Return the line item as the platform wants it: nothing that is unset, no nulls."""
        members = {
            "scoreMaximum": self.score_maximum,
            "label": self.label,
            "resourceId": self.resource_id,
            "tag": self.tag,
            "resourceLinkId": self.resource_link_id,
        }
        return {name: value for name, value in members.items() if value is not None}

    def is_found_in(self, other: "LineItem") -> bool:
        """Return whether the platform's `other` is the one that this one asks for."""
        links = (self.resource_link_id, other.resource_link_id)
        same_link = None in links or links[0] == links[1]
        return (self.resource_id, self.tag) == (other.resource_id, other.tag) and same_link


class ActivityProgress(StrEnum):
    """How far the person has come (section 3.4.7)."""

    INITIALIZED = "Initialized"
    STARTED = "Started"
    IN_PROGRESS = "InProgress"
    SUBMITTED = "Submitted"
    COMPLETED = "Completed"


class GradingProgress(StrEnum):
    """How far the grading has come (section 3.4.8)."""

    NOT_READY = "NotReady"
    FAILED = "Failed"
    PENDING = "Pending"
    PENDING_MANUAL = "PendingManual"
    FULLY_GRADED = "FullyGraded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What we report about one person; it never carries a comment.

    `user_id` is the person's subject (`sub`). `timestamp` is when the reported thing happened: for
    one person and line item it must grow from score to score. Without `score_given` only progress
    is reported. https://www.imsglobal.org/spec/lti-ags/v2p0/#score-service-media-type-and-schema
    """

    user_id: str
    timestamp: datetime
    activity_progress: ActivityProgress
    grading_progress: GradingProgress
    score_given: float | None = None
    score_maximum: float | None = None

    def __post_init__(self) -> None:
        if self.timestamp.tzinfo is None:
            raise ValueError("A score's timestamp must have a zone.")
        if self.score_given is not None and (self.score_given < 0 or not self.score_maximum):
            raise ValueError("A score given must not be negative and needs a maximum above 0.")

    def document(self) -> dict[str, Any]:
        """Return the score as the platform wants it."""
        members: dict[str, Any] = {
            "userId": self.user_id,
            "timestamp": _utc_milliseconds(self.timestamp),
            "activityProgress": str(self.activity_progress),
            "gradingProgress": str(self.grading_progress),
        }
        if self.score_given is not None:
            members |= {"scoreGiven": self.score_given, "scoreMaximum": self.score_maximum}
        return members


class ScoreOutcome(Enum):
    """What became of a score that was posted; either way there is no more to do."""

    RECORDED = "recorded"
    SUPERSEDED = "superseded"  # the platform has one that is as recent (409)


class LineItems:
    """The line items of a context, and their scores.

    Every method raises ServiceRefused and ServiceUnavailable as `Services.call` does.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def listed(
        self,
        registration: Registration,
        lineitems_url: str,
        *,
        resource_id: str | None = None,
        tag: str | None = None,
        deployment_id: str | None = None,
    ) -> Iterator[LineItem]:
        """Yield the line items, page by page, with this `resource_id` and `tag` where given.

        Platforms may ignore the filters; so the answers are filtered here, too.
        """
        wanted = {"resource_id": resource_id, "tag": tag}
        query = [(name, value) for name, value in wanted.items() if value is not None]
        for page in self._services.pages(
            registration,
            urls.with_query(lineitems_url, query),
            scopes=LINE_ITEM_SCOPES,
            accept=claims.MEDIA_LINE_ITEMS,
            deployment_id=deployment_id,
        ):
            for item in _line_items(page.json()):
                if resource_id in (None, item.resource_id) and tag in (None, item.tag):
                    yield item

    def found_or_created(
        self,
        registration: Registration,
        lineitems_url: str,
        item: LineItem,
        *,
        deployment_id: str | None = None,
    ) -> LineItem:
        """Return the platform's line item for `item`, created if there is none.

        Looked for by resource id and tag first, since a tool must not make it again in a copied
        course (section 3.2.15) and since platforms make two if asked twice. Two callers at once
        may still do so: call it from one place at a time.
        """
        if item.resource_id is None and item.tag is None:
            raise ValueError("A line item needs a resource_id or a tag to be found again.")
        for found in self.listed(
            registration,
            lineitems_url,
            resource_id=item.resource_id,
            tag=item.tag,
            deployment_id=deployment_id,
        ):
            if item.is_found_in(found):
                return found
        answer = self._services.call(
            "POST",
            registration,
            lineitems_url,
            scopes=LINE_ITEM_SCOPES,
            accept=claims.MEDIA_LINE_ITEM,
            document=item.document(),
            content_type=claims.MEDIA_LINE_ITEM,
            deployment_id=deployment_id,
        )
        created = answer.json()
        found_item = LineItem.of(created) if isinstance(created, dict) else None
        if found_item is None:
            raise _malformed()
        return found_item

    def post_score(
        self,
        registration: Registration,
        lineitem_url: str,
        score: Score,
        *,
        deployment_id: str | None = None,
    ) -> ScoreOutcome:
        """Report `score` to the line item.

        Raises:
            ServiceRefused: "score-not-accepted" if the platform takes no score for this person.
        """
        extension = quirks.SCORE_EXTENSIONS.get(registration.product or "", {})
        try:
            self._services.call(
                "POST",
                registration,
                urls.with_path_suffix(lineitem_url, "/scores"),
                scopes=SCORE_SCOPES,
                accept="*/*",  # the answer has no content that matters
                document={**score.document(), **extension},
                content_type=claims.MEDIA_SCORE,
                deployment_id=deployment_id,
            )
        except ServiceRefused as refused:
            if refused.slug != "platform-refused":
                raise
            if refused.status == 409:
                return ScoreOutcome.SUPERSEDED
            raise _not_accepted(refused) from None
        return ScoreOutcome.RECORDED


def _not_accepted(refused: ServiceRefused) -> ServiceRefused:
    if refused.status not in (400, 403, 404, 422):
        return refused
    return ServiceRefused(
        "score-not-accepted",
        f"The platform did not take the score (it answered {refused.status}). Most often the "
        "person is no longer a learner in this course, or the gradebook column is gone.",
        status=refused.status,
    )


def _line_items(page: Any) -> Iterator[LineItem]:
    if not isinstance(page, list):
        raise _malformed()
    for document in page:
        item = LineItem.of(document) if isinstance(document, dict) else None
        if item is None:
            raise _malformed()
        yield item


def _malformed() -> ServiceRefused:
    return ServiceRefused(
        "line-item-malformed", "The platform answered something other than line items."
    )


def _said(value: Any) -> str | None:
    """Return a string that says something; Moodle writes "" for unset."""
    return value if isinstance(value, str) and value else None


def _utc_milliseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
