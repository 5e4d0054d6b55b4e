"""A course in which completions name people and places that may not be known."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from lrs_bridge.completion import Completion, PersonKey
from plugin.app import Mentes
from plugin.checkins.model import CheckIn
from plugin.completions import inbox, waiting_binding, waiting_undoing
from plugin.completions.model import CompletionRow, SourceKind
from plugin.completions.waiting_model import Unassigned, What
from plugin.people.service import Described, seen
from plugin.worker import Worker
from tests.plugin.factories import (
    ISSUER,
    a_checkpoint,
    a_course,
    a_mentee,
    a_mentor,
    a_message,
    a_programme,
    every,
    later,
)

COURSE = f"{ISSUER}/course/view.php?id=2"
ELSEWHERE = "https://publisher.example/cmi5/feedback"
MAIL = PersonKey.mbox("ada@lms.example")
OTHER_MAIL = PersonKey.mbox("ada@home.example")
STRANGER = PersonKey.account("https://edx.example", "5b0c")


class School:
    """A course with a rule, a mentor and Ada, of whom only the platform's number is known."""

    def __init__(self, mentes: Mentes, worker: Worker, organisation_id: UUID) -> None:
        self.mentes, self.worker, self.organisation_id = mentes, worker, organisation_id
        with mentes.database.transaction(organisation_id) as session:
            course = a_course(session)
            programme = a_programme(session, course)
            a_checkpoint(session, programme)
            a_mentor(session, programme, capacity=5)
            self.ada = a_mentee(session, programme, "4", recorded=True).id
            self.course, self.programme = course.id, programme.id

    def tell(
        self,
        *keys: PersonKey,
        course: str | None = COURSE,
        module: str | None = None,
        at: datetime | None = None,
        **said: Any,
    ) -> None:
        """Let a source tell of a completion, and the worker work."""
        completion = Completion(
            organisation_id=self.organisation_id,
            source="table",
            source_event_id=uuid4().hex,
            person_keys=keys,
            course_key=course,
            module_key=module,
            kind="module" if module else "course",
            at=at or later(hours=1),
            **{"state": "completed", **said},
        )
        with self.mentes.database.transaction(self.organisation_id) as session:
            self.receive(session, completion)
        self.worker.run_until_idle()

    def receive(self, session: Session, completion: Completion) -> None:
        """Let a completion arrive when it happened, or an hour after the course was set up."""
        at = max(later(hours=1), min(completion.at, self.mentes.clock()))
        inbox.receive(session, [completion], came_by=SourceKind.FILE, now=at)

    def rows(self, table: type[Any], *where: Any) -> list[Any]:
        """Return the rows of a table."""
        with self.mentes.database.reading(self.organisation_id) as session:
            return every(session, table, *where)

    def outcomes(self) -> list[tuple[str, str | None]]:
        """Return what became of each completion."""
        return sorted((row.status, row.reason or "") for row in self.rows(CompletionRow))

    def waiting(self, what: What = What.PERSON) -> Unassigned:
        """Return the one that waits."""
        (found,) = self.rows(Unassigned, Unassigned.what == what)
        assert isinstance(found, Unassigned)
        return found

    def bind(self, person_id: UUID) -> UUID:
        """Say who the one that waits is, and let the worker work."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            id = waiting_binding.bind_person(
                session, self.waiting().id, person_id, by=None, now=later(hours=2)
            ).id
        self.worker.run_until_idle()
        return id

    def bind_course(self, course_id: UUID) -> UUID:
        """Say which course the one that waits is, and let the worker work."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            id = waiting_binding.bind_course(
                session, self.waiting(What.COURSE).id, course_id, by=None, now=later(hours=2)
            ).id
        self.worker.run_until_idle()
        return id

    def undo(self, id: UUID) -> None:
        """Undo a binding, and let the worker work."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            waiting_undoing.undo(session, id, by=None, now=self.mentes.clock())
        self.worker.run_until_idle()

    def known(self, subject: str, email: str) -> UUID:
        """Let a launch tell somebody's address."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            return seen(
                session,
                issuer=ISSUER,
                subject=subject,
                said=Described(email=email),
                evidence="launch",
                now=later(hours=2),
                message=a_message(subject=subject),
            ).id

    def states(self) -> list[str]:
        """Return the states of all check-ins."""
        return [each.state for each in self.rows(CheckIn)]
