"""A class whose check-ins go into the gradebook of a platform on a real socket."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from lti import claims
from lti.testing import Grade
from plugin.app import Mentes
from plugin.checkins import corrections
from plugin.checkins import service as checkins
from plugin.checkins.model import CheckIn
from plugin.courses.model import Course
from plugin.foundation.outbox import Debt
from plugin.foundation.tenancy import EVERYWHERE
from plugin.pairings.model import Pairing
from plugin.people.model import Person
from plugin.records.scores import SCORE
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import (
    a_check_in,
    a_checkpoint,
    a_mentor,
    a_pair,
    a_programme,
    an_activity,
    every,
)
from tests.plugin.launching import ADA, COURSE, Campus


@dataclass
class Class:
    """Ada with a mentor and two check-ins, in a course of a real platform."""

    mentes: Mentes
    campus: Campus
    worker: Worker
    clock: MovableClock
    organisation_id: UUID

    def launched(self, **claims: object) -> None:
        """Make the course and Ada known by a launch."""
        self.campus.launched(ADA, **claims)
        with self.mentes.database.transaction(self.organisation_id) as session:
            course = every(session, Course)[0]
            programme = a_programme(session, course)
            mentor = a_mentor(session, programme, now=self.clock())
            ada = every(session, Person, Person.email == ADA.email)[0]
            pairing = a_pair(session, programme, mentor, ada, now=self.clock())
            for number in range(2):
                iri = f"{self.campus.platform.issuer}/mod/page/view.php?id={number}"
                checkpoint = a_checkpoint(
                    session, programme, an_activity(session, course, iri), now=self.clock()
                )
                a_check_in(session, pairing, checkpoint, now=self.clock())

    def hold(self, number: int) -> None:
        """Say "we spoke", from both sides, of one of the check-ins."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            opened = sorted(every(session, CheckIn), key=lambda each: str(each.id))[number]
            pairing = session.get_one(Pairing, opened.pairing_id)
            for by in (pairing.mentor_id, pairing.mentee_id):
                checkins.hold(session, opened.id, by=by, now=self.clock())

    def take_back(self, number: int) -> None:
        """Take "we spoke" back, by who said it."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            opened = sorted(every(session, CheckIn), key=lambda each: str(each.id))[number]
            mentor_id = session.get_one(Pairing, opened.pairing_id).mentor_id
            corrections.take_back(session, opened.id, by=mentor_id, now=self.clock())

    def debts(self) -> list[Debt]:
        """Return the scores owed, oldest first."""
        with self.mentes.database.reading(EVERYWHERE) as session:
            owed = every(session, Debt, Debt.kind == SCORE)
        return sorted(owed, key=lambda debt: debt.created_at)

    def grades(self) -> list[Grade]:
        """Return Ada's grades in all columns."""
        columns = self.campus.platform.gradebook(COURSE.id)
        return [each.grades[ADA.id] for each in columns if ADA.id in each.grades]


def endpoint(campus: Campus, *, lineitem: bool, scopes: bool = True) -> dict[str, object]:
    """Return the claim of the gradebook with or without an own line item."""
    said = campus.browser().claims(ADA)[claims.AGS_ENDPOINT]
    if not lineitem:
        said = {name: value for name, value in said.items() if name != "lineitem"}
    return {claims.AGS_ENDPOINT: {**said, "scope": said["scope"] if scopes else []}}
