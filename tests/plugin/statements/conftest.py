"""A campus with an admin, and a record store with statements in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from lrs_bridge.lrs import store, wire
from lrs_bridge.lrs.access.credentials import add_credential
from lti import claims
from lti.roles import LEARNER
from lti.testing import User
from plugin.app import Mentes
from plugin.foundation.events import EventRow
from plugin.foundation.tenancy import EVERYWHERE
from tests.conftest import MovableClock
from tests.plugin.launching import Browser, Campus

ALEX = User(
    id="2", given_name="Alex", family_name="Admin", email="alex@lms.example", username="alex"
)
INSTITUTION_ADMIN = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
KEY, SECRET = "moodle", "a secret of the campus"
COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
COURSE = "https://lms.example/course/view.php?id=2"


def a_statement(**changed: Any) -> dict[str, Any]:
    """Return a statement such as learning systems send; None takes a property away."""
    statement = {
        "actor": {"name": "Cora Completes", "mbox": "mailto:cora@lms.example"},
        "verb": {"id": COMPLETED, "display": {"en": "completed", "de": "hat abgeschlossen"}},
        "object": {
            "id": COURSE,
            "definition": {"name": {"en": "Course on Feedback", "de": "Kurs zu Feedback"}},
        },
        "timestamp": "2026-11-20T09:30:00Z",
        **changed,
    }
    return {name: value for name, value in statement.items() if value is not None}


@dataclass
class Store:
    """The record store of one organisation, written to past HTTP."""

    mentes: Mentes
    organisation_id: UUID
    credential: UUID
    clock: MovableClock

    def add(self, *statements: dict[str, Any]) -> list[UUID]:
        """Store statements, a second apart from what was stored before."""
        self.clock.forward(seconds=1)
        home_page = f"{self.mentes.settings.public_url}/xapi"
        authority = {
            "objectType": "Agent",
            "account": {"homePage": home_page, "name": str(self.credential)},
        }
        with self.mentes.database.transaction(EVERYWHERE) as session:
            return store.insert(
                session,
                self.organisation_id,
                [wire.incoming(statement) for statement in statements],
                authority=authority,
                clock=self.clock,
            )

    def looks(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what the audit says: kinds and facts, in order."""
        with self.mentes.database.reading(self.organisation_id) as session:
            rows = session.scalars(
                select(EventRow).where(EventRow.kind.like("statement%")).order_by(EventRow.at)
            )
            return [(row.kind, row.facts) for row in rows]


def a_store(mentes: Mentes, organisation_id: UUID, clock: MovableClock, key: str = KEY) -> Store:
    """Return the store of an organisation, with one credential."""
    with mentes.database.transaction(EVERYWHERE) as session:
        credential = add_credential(session, organisation_id, key, SECRET, ["all"], clock())
    return Store(mentes, organisation_id, credential, clock)


@pytest.fixture
def held(mentes: Mentes, organisation_id: UUID, clock: MovableClock) -> Store:
    """What the record store holds; it is eleven on a Sunday in London."""
    clock.now = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
    return a_store(mentes, organisation_id, clock)


@pytest.fixture
def admin(campus: Campus, held: Store) -> Browser:
    """The browser of somebody who administers the institution, and learns in the course."""
    return launched_as_admin(campus)


def launched_as_admin(campus: Campus, **changed: Any) -> Browser:
    """Return a browser in which Alex has just opened the item."""
    campus.platform.directory.add_user(ALEX)
    campus.platform.directory.enrol(ALEX.id, "2", "Learner")
    return campus.launched(ALEX, **{claims.ROLES: [LEARNER, INSTITUTION_ADMIN], **changed})
