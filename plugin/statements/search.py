"""What is searched for, as a value. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lrs_bridge.lrs.query import StatementQuery

PAGE = 25
"""Statements on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Statements that are wanted; what is None, False or empty does not matter.

    Attributes:
        person: what was typed: a mailbox, an account, a part of a name.
        who: the person who was chosen after that.
        since, until: about the time of storing, as in the standard.
        voided: whether voided statements are wanted too.
        older, newer: the place in the store's order (`seq`) that the page begins after, back in
            time or forward.
    """

    person: str | None = None
    who: UUID | None = None
    verb: str | None = None
    activity: str | None = None
    registration: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    related_agents: bool = False
    related_activities: bool = False
    voided: bool = False
    older: int | None = None
    newer: int | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """By what kinds of things is searched, for the audit; never what they are."""
        given = {
            "person": self.person or self.who,
            "verb": self.verb,
            "activity": self.activity,
            "registration": self.registration,
            "since": self.since,
            "until": self.until,
            "voided": self.voided,
        }
        return tuple(kind for kind, value in given.items() if value)

    def query(self, agent: str | None) -> StatementQuery:
        """Return the same in the standard's terms, for one page.

        Args:
            agent: canonical identifier of the person.
        """
        is_forward = self.newer is not None
        return StatementQuery(
            agent=agent,
            verb=self.verb,
            activity=self.activity,
            registration=self.registration,
            related_activities=self.related_activities,
            related_agents=self.related_agents,
            since=self.since,
            until=self.until,
            limit=PAGE,
            ascending=is_forward,
            after=self.newer if is_forward else self.older,
        )
