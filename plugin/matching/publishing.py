"""Making pairings of a draft: owed at once, done by the worker a batch at a time."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from plugin.matching.model import Draft


class Skipped(StrEnum):
    """Why a pair of a published draft became no pairing."""

    MENTEE_LEFT = "mentee-left"
    HAS_MENTOR = "has-mentor"
    """The mentee found somebody else in the meantime."""
    MENTOR_LEFT = "mentor-left"
    MENTOR_FULL = "mentor-full"
    KEPT_APART = "kept-apart"
    """One of the two does not want to be paired with the other any more. Shown to instructors as
    no more than "cannot be paired"."""


def publish(session: Session, draft: Draft, *, by: UUID, now: datetime) -> None:
    """Publish a draft: it is `publishing` until the worker has made its pairings, then `published`.

    Publishing twice is publishing once, whoever does it. `views.published` tells what came of it;
    `draft.progress` how far it is.

    Raises:
        DraftMovedOn: the draft is not `ready`.
    """
    raise NotImplementedError
