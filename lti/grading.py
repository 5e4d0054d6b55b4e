"""What a gradebook holds, as frozen values: line items, scores, results.

https://www.imsglobal.org/spec/lti-ags/v2p0/
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from typing import Any, Final, Self

from lti import quirks, reading, urls

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


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
class SubmissionReview:
    """That people may open a cell of this column: a submission review launches us.

    `statuses` are the activity progresses for which there is something to look at; `url` is where,
    None for the column's own item. https://www.imsglobal.org/spec/lti-sr/v1p0/
    """

    statuses: tuple[ActivityProgress, ...] = ()
    label: str | None = None
    url: str | None = None
    custom: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return it as a member of a line item."""
        members: dict[str, Any] = {
            "reviewableStatus": [str(status) for status in self.statuses] or None,
            "label": self.label,
            "url": self.url,
            "custom": dict(self.custom) or None,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """A column of the gradebook; `id` is its URL, None until the platform has made it.

    `resource_id` and `tag` are ours, to find it again; `resource_link_id` is the platform's id of
    the item in the course that it belongs to. `submission_review` is only sent, never read.
    https://www.imsglobal.org/spec/lti-ags/v2p0/#line-item-service-media-types-and-schemas
    """

    label: str
    score_maximum: float
    resource_id: str | None = None
    tag: str | None = None
    resource_link_id: str | None = None
    submission_review: SubmissionReview | None = None
    id: str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self | None:
        """Return the line item in a platform's `document`, or None if it is not one."""
        id, label = document.get("id"), document.get("label")
        if not isinstance(id, str) or not urls.is_web_url(id):
            return None
        return cls(
            id=id,
            label=reading.text(label) or "",
            score_maximum=_number(document.get("scoreMaximum")) or 0.0,
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
            "submissionReview": self.submission_review and self.submission_review.document(),
        }
        return {name: value for name, value in members.items() if value is not None}

    def is_found_in(self, other: "LineItem") -> bool:
        """Return whether the platform's `other` is the one that this one asks for."""
        links = (self.resource_link_id, other.resource_link_id)
        same_link = None in links or links[0] == links[1]
        return (self.resource_id, self.tag) == (other.resource_id, other.tag) and same_link


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What we report about one person; it never carries a comment.

    `user_id` is the person's subject (`sub`). `timestamp` is when the reported thing happened: for
    one person and line item it must grow from score to score (see `sent_after`). Without
    `score_given` only progress is reported. `started_at` and `submitted_at` are when the person
    began, and handed in, what is scored.
    https://www.imsglobal.org/spec/lti-ags/v2p0/#score-service-media-type-and-schema
    """

    user_id: str
    timestamp: datetime
    activity_progress: ActivityProgress
    grading_progress: GradingProgress
    score_given: float | None = None
    score_maximum: float | None = None
    started_at: datetime | None = None
    submitted_at: datetime | None = None

    def __post_init__(self) -> None:
        submission = [each for each in (self.started_at, self.submitted_at) if each is not None]
        if any(each.tzinfo is None for each in (self.timestamp, *submission)):
            raise ValueError("The times of a score must have a zone.")
        if submission != sorted(submission):
            raise ValueError("What a score is for cannot be handed in before it was begun.")
        if self.score_given is not None and (self.score_given < 0 or not self.score_maximum):
            raise ValueError("A score given must not be negative and needs a maximum above 0.")

    def sent_after(self, last: datetime | None, product: str | None = None) -> Self:
        """Return the score with a timestamp that this `product` can tell from `last`.

        `last` is the timestamp of the score before, for the same person and line item. Platforms
        drop a score that is not later, and some compare whole seconds; so what happened too soon
        after is moved on, by as little as will do
        (https://www.imsglobal.org/spec/lti-ags/v2p0/#timestamp).
        """
        if last is None:
            return self
        step = quirks.SCORE_RESOLUTION.get(product or "", timedelta(milliseconds=1))
        earliest = last - (last - EPOCH) % step + step
        return self if self.timestamp >= earliest else replace(self, timestamp=earliest)

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
        times = {"startedAt": self.started_at, "submittedAt": self.submitted_at}
        submission = {name: _utc_milliseconds(at) for name, at in times.items() if at is not None}
        return {**members, "submission": submission} if submission else members

    def is_told_by(self, result: "Result") -> bool:
        """Return whether this score is what `result` says; platforms use the column's own scale."""
        if self.score_given is None or not self.score_maximum or result.share is None:
            return False
        same = math.isclose(self.score_given / self.score_maximum, result.share, abs_tol=1e-6)
        return same and result.user_id == self.user_id


class ScoreOutcome(Enum):
    """What became of a score that was posted; either way there is no more to do."""

    RECORDED = "recorded"
    SUPERSEDED = "superseded"  # the platform has one that is as recent (409)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What stands in somebody's cell: `score` of `maximum`, or nothing yet.

    A teacher may have changed it. Their comment is not read: it is not meant for us.
    https://www.imsglobal.org/spec/lti-ags/v2p0/#result-service-media-type-and-schema
    """

    user_id: str
    score: float | None
    maximum: float = 1.0

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self | None:
        """Return the result in a platform's `document`, or None if it is nobody's."""
        user_id = reading.identifier(document.get("userId"))
        if user_id is None:
            return None
        maximum = _number(document.get("resultMaximum"))
        return cls(
            user_id=user_id,
            score=_number(document.get("resultScore")),
            maximum=maximum if maximum is not None and maximum > 0 else 1.0,
        )

    @property
    def share(self) -> float | None:
        """The score as a share of the maximum; above 1 if there was extra credit."""
        return None if self.score is None else self.score / self.maximum


def _said(value: Any) -> str | None:
    """Return a string that says something; Moodle writes "" for unset."""
    return value if isinstance(value, str) and value else None


def _number(value: Any) -> float | None:
    """Return a finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # JSON has integers that no float can hold
        return None
    return number if math.isfinite(number) else None


def _utc_milliseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
