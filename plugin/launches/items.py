"""What an item of ours says of itself, in the custom parameters that come with its launches.

A platform keeps them for us, also in a copied course; so they name no more than what is good for
ever: which kind of item it is, our own id of the placement, and what opening it completes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from lti.ags import ActivityProgress, LineItem, SubmissionReview

RESOURCE = "mentoring"
"""Our name for the line item, so that it is found again and never made twice."""

CUSTOM_KIND: Final = "mentes_item"
CUSTOM_ID: Final = "mentes_id"
CUSTOM_AFTER: Final = "mentes_after"


class Kind(StrEnum):
    """What an instructor can put into a course."""

    HOME = "mentoring"
    CHECK_IN = "check-in"
    CIRCLE = "circle"
    GOAL_REVIEW = "goal-review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a launch says of the item that was opened; nothing of it need be known here."""

    kind: str
    id: str | None = None
    """Ours, of the placement (a UUID); it stays the same where a course is copied."""
    after: str | None = None
    """The IRI of what opening this item completes: it stands behind a restriction of the LMS."""

    @classmethod
    def of(cls, custom: Mapping[str, str]) -> Self | None:
        """Return what `custom` says of an item, or None: an item without a kind is a home."""
        kind = custom.get(CUSTOM_KIND)
        if not kind or kind == Kind.HOME:
            return None
        return cls(kind=kind, id=custom.get(CUSTOM_ID), after=custom.get(CUSTOM_AFTER))

    @classmethod
    def kept(cls, row: Mapping[str, Any] | None) -> Self | None:
        """Return what a launch kept."""
        return None if row is None else cls(**row)

    def as_kept(self) -> dict[str, str | None]:
        """Return it as a launch keeps it."""
        return {"kind": self.kind, "id": self.id, "after": self.after}

    def custom(self) -> dict[str, str]:
        """Return it as custom parameters of an item."""
        said = {CUSTOM_KIND: self.kind, CUSTOM_ID: self.id, CUSTOM_AFTER: self.after}
        return {name: value for name, value in said.items() if value is not None}


def mentoring_line_item(label: str) -> LineItem:
    """Return the gradebook column of mentoring: one point, for check-ins that took place.

    The point says that they took place; it never judges anybody. From a cell of it, an instructor
    can open that learner's check-ins.
    """
    return LineItem(
        label=label,
        score_maximum=1.0,
        resource_id=RESOURCE,
        tag="check-in",
        submission_review=SubmissionReview(
            statuses=(ActivityProgress.IN_PROGRESS, ActivityProgress.COMPLETED)
        ),
    )
