"""How long statements are kept: rules of an organisation, and doing what they ask for.

A rule counts from when a statement was stored: that is how long it was kept here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from lrs_bridge.lrs.tables import retention
from lrs_bridge.lrs.upkeep.wanted import Wanted

BY = "retention"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is erased, and how many days after it was stored.

    Attributes:
        activity: of statements about it, or in whose context it stands; None: about any.
        verb: of statements with it; None: with any.
        reason: why, written down with each erasure.
    """

    organisation_id: UUID
    id: UUID
    activity: str | None
    verb: str | None
    days: int
    reason: str

    def wanted(self, now: datetime) -> Wanted:
        """Return what it wants erased by now."""
        before = now - timedelta(days=self.days)
        return Wanted(activity=self.activity, verb=self.verb, before=before)


def add(
    session: Session,
    organisation_id: UUID,
    *,
    activity: str | None,
    verb: str | None,
    days: int,
    reason: str,
    now: datetime,
) -> Rule:
    """Keep statements no longer than some days."""
    rule = Rule(
        organisation_id=organisation_id,
        id=uuid4(),
        activity=activity,
        verb=verb,
        days=days,
        reason=reason,
    )
    session.execute(
        insert(retention).values(
            organisation_id=organisation_id,
            id=rule.id,
            activity=activity,
            verb=verb,
            days=days,
            reason=reason,
            created_at=now,
        )
    )
    return rule


def remove(session: Session, organisation_id: UUID, id: UUID) -> bool:
    """Let a rule hold no longer; False if the organisation has no such rule."""
    gone = (
        delete(retention)
        .where(retention.c.organisation_id == organisation_id, retention.c.id == id)
        .returning(retention.c.id)
    )
    return session.scalar(gone) is not None


def rules(session: Session, organisation_id: UUID | None = None) -> list[Rule]:
    """Return the rules of an organisation, or of all, the oldest first."""
    names = "organisation_id", "id", "activity", "verb", "days", "reason"
    query = select(*(retention.c[name] for name in names)).order_by(retention.c.created_at)
    if organisation_id is not None:
        query = query.where(retention.c.organisation_id == organisation_id)
    return [Rule(**row._mapping) for row in session.execute(query)]
