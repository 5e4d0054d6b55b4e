"""Tables of the records room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from plugin.foundation.tenancy import Owned


class SentScore(Owned):
    """The score that went last to one person's cell of a gradebook, or is on its way there."""

    __tablename__ = "sent_score"
    __table_args__ = (UniqueConstraint("organisation_id", "line_item", "user_id"),)

    line_item: Mapped[str]
    """The line item's URL."""
    user_id: Mapped[str]
    """As the platform calls them."""
    key: Mapped[str]
    """Of the debt: the same one sent again is the same score."""
    happened_at: Mapped[datetime]
    given: Mapped[float]
    timestamp: Mapped[datetime]
    """As sent: later than every one before it, as far as the platform can see."""
