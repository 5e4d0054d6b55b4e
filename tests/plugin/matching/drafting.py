"""An instructor who makes drafts, and the worker that finds their pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti.message import Context
from plugin.app import Mentes
from plugin.foundation.outbox import one_by_one
from plugin.matching import drafts, publishing
from plugin.matching.deliveries import DRAFTING, DraftDelivery
from plugin.matching.drafts import Options
from plugin.matching.engine.process import solution_of
from plugin.matching.model import Draft, DraftPair, DraftUnmatched
from plugin.matching.solving import Beat, Solve
from plugin.programmes import service as programmes
from plugin.programmes.model import PairsBy, Part, Participation, Programme
from plugin.programmes.questions import Questionnaire
from plugin.worker import Worker
from tests.plugin.factories import (
    NOW,
    a_course,
    a_mentee,
    a_mentor,
    a_person,
    a_programme,
    a_registration,
)

SKILLS = ("Listening", "Budgets", "Slides")
ANOTHER = Context(id="3", label="MENT102", title="Another course")
Json = dict[str, Any]


def here(task: Json, beat: Beat) -> Json:
    """Solve a task in this process, which is quicker for a handful of people."""
    return solution_of(task, beat)


def a_worker(mentes: Mentes, solve: Solve = here) -> Worker:
    """Return a worker of `mentes` that has drafts solved by `solve`."""
    lease = mentes.settings.outbox_lease
    drafting = DraftDelivery(mentes.database, mentes.clock, lease=lease, solve=solve)
    return Worker(replace(mentes, deliveries={**mentes.deliveries, DRAFTING: one_by_one(drafting)}))


@dataclass
class Instructor:
    """Somebody who pairs the people of one programme by drafts."""

    mentes: Mentes
    organisation_id: UUID
    programme_id: UUID
    person_id: UUID
    worker: Worker

    @contextmanager
    def at_work(self) -> Iterator[tuple[Session, Programme]]:
        """Open a transaction in the programme."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            yield session, session.get_one(Programme, self.programme_id)

    @contextmanager
    def looking(self, draft_id: UUID) -> Iterator[tuple[Session, Draft]]:
        """Open a reading transaction on a draft."""
        with self.mentes.database.reading(self.organisation_id) as session:
            programme = session.get_one(Programme, self.programme_id)
            yield session, drafts.one(session, programme, draft_id)

    @contextmanager
    def changing(self, draft_id: UUID) -> Iterator[tuple[Session, Draft]]:
        """Open a transaction on a draft."""
        with self.at_work() as (session, programme):
            yield session, drafts.one(session, programme, draft_id)

    def begins(
        self,
        *,
        rules: Json | None = None,
        based_on: UUID | None = None,
        **options: Any,
    ) -> UUID:
        """Begin a draft, and return its id."""
        with self.at_work() as (session, programme):
            return drafts.begin(
                session,
                programme,
                options=Options(**options),
                rules=rules,
                based_on=drafts.one(session, programme, based_on) if based_on else None,
                by=self.person_id,
                now=self.mentes.clock(),
            ).id

    def makes(self, **said: Any) -> UUID:
        """Begin a draft, wait until it is there, and return its id."""
        draft_id = self.begins(**said)
        self.worker.run_until_idle()
        return draft_id

    def publishes(self, draft_id: UUID) -> None:
        """Publish a draft; the worker has not begun yet."""
        with self.changing(draft_id) as (session, draft):
            now = self.mentes.clock()
            publishing.publish(session, draft, by=self.person_id, now=now)

    def draft(self, draft_id: UUID) -> Draft:
        """Return a draft as it is now."""
        with self.looking(draft_id) as (_, draft):
            return draft

    def rows(self, draft_id: UUID) -> dict[UUID, DraftPair]:
        """Return the pairs of a draft by mentee."""
        with self.looking(draft_id) as (session, _):
            found = session.scalars(select(DraftPair).where(DraftPair.draft_id == draft_id))
            return {each.mentee_id: each for each in found}

    def pairs(self, draft_id: UUID) -> dict[UUID, UUID]:
        """Return the mentor of each mentee of a draft."""
        return {mentee: row.mentor_id for mentee, row in self.rows(draft_id).items()}

    def unmatched(self, draft_id: UUID) -> dict[UUID, str]:
        """Return why each mentee without a mentor has none."""
        with self.looking(draft_id) as (session, _):
            found = session.scalars(
                select(DraftUnmatched).where(DraftUnmatched.draft_id == draft_id)
            )
            return {each.mentee_id: each.why for each in found}

    def lets_in(
        self,
        name: str = "Ada",
        *,
        skill: Sequence[str] = (),
        refuses: Sequence[UUID] = (),
        wishes: Sequence[UUID] = (),
        now: datetime = NOW,
        **said: Any,
    ) -> UUID:
        """Let a learner join with these answers; return their id."""
        with self.at_work() as (session, programme):
            person = a_mentee(session, programme, name=name, now=now, **said)
            self._says(session, programme, person.id, Part.MENTEE, skill, refuses, wishes)
            return person.id

    def attaches(
        self,
        name: str = "Mo",
        *,
        capacity: int = 1,
        skill: Sequence[str] = (),
        refuses: Sequence[UUID] = (),
        **said: Any,
    ) -> UUID:
        """Attach a mentor with these answers; return their id."""
        with self.at_work() as (session, programme):
            person = a_mentor(session, programme, name=name, capacity=capacity, **said)
            self._says(session, programme, person.id, Part.MENTOR, skill, refuses, ())
            return person.id

    def lets_go(self, mentee_id: UUID) -> None:
        """Let a learner leave."""
        with self.at_work() as (session, programme):
            programmes.leave(session, programme, mentee_id, now=NOW)

    def detaches(self, mentor_id: UUID) -> None:
        """Detach a mentor."""
        with self.at_work() as (session, programme):
            programmes.detach_mentor(session, programme, mentor_id, by=self.person_id, now=NOW)

    def _says(
        self,
        session: Session,
        programme: Programme,
        person_id: UUID,
        part: Part,
        skill: Sequence[str],
        refuses: Sequence[UUID],
        wishes: Sequence[UUID],
    ) -> None:
        row = participation_of(session, programme, person_id, part)
        row.answers = {"skill": [each.lower() for each in skill]} if skill else {}
        row.refuses = [str(each) for each in refuses]
        row.wishes = [str(each) for each in wishes]
        session.flush()


def participation_of(
    session: Session, programme: Programme, person_id: UUID, part: Part
) -> Participation:
    """Return somebody's part in a programme."""
    found = programmes.participation(session, programme.id, person_id, part)
    assert found is not None
    return found


def an_instructor(
    mentes: Mentes, organisation_id: UUID, *, client_id: str = "client-1", **said: Any
) -> Instructor:
    """Return an instructor whose programme asks about skills and wishes, and pairs by drafts."""
    with mentes.database.transaction(organisation_id) as session:
        course = a_course(session, a_registration(session, client_id=client_id), **said)
        programme = a_programme(session, course)
        programme.pairs_by = PairsBy.DRAFT
        programme.questions = Questionnaire.asking(skills=SKILLS, ask=["wishes"]).as_json()
        teacher = a_person(session, course, name="Tina", role="Instructor")
        return Instructor(
            mentes, organisation_id, programme.id, teacher.id, worker=a_worker(mentes)
        )
