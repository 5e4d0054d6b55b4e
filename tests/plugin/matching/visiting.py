"""An instructor in a browser who pairs a course's people by drafts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from plugin.app import Mentes
from plugin.courses.model import Course
from plugin.matching.model import Draft, DraftPair
from plugin.programmes import service as programmes
from plugin.programmes.model import PairsBy, Programme
from plugin.worker import Worker
from tests.plugin.factories import NOW
from tests.plugin.launching import TEACHER, Browser, Campus
from tests.plugin.matching.crowds import asked
from tests.plugin.matching.drafting import a_worker


@dataclass
class Desk:
    """An instructor's browser, the programme of the course, and the worker behind it."""

    mentes: Mentes
    organisation_id: UUID
    browser: Browser
    worker: Worker

    @contextmanager
    def programme(self) -> Iterator[tuple[Session, Programme]]:
        """Open a transaction in the programme."""
        with self.mentes.database.transaction(self.organisation_id) as session:
            yield session, session.scalars(select(Programme)).one()

    def get(self, path: str = "") -> TestResponse:
        """Open a page of matching."""
        return self.browser.get(f"matching{path}")

    def page(self, path: str = "") -> str:
        """Return the words of a page of matching, which must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return words_of(answer)

    def submit(self, path: str, **form: Any) -> TestResponse:
        """Send a form of matching."""
        return self.browser.submit(f"matching{path}", **form)

    def begins(self, **form: Any) -> str:
        """Ask for a draft, and return its path."""
        answer = self.submit("/drafts", **form)
        assert answer.status_code == 303, words_of(answer)
        return re.sub(r".*/matching", "", answer.headers["Location"])

    def makes(self, **form: Any) -> str:
        """Ask for a draft, wait until it is there, and return its path."""
        path = self.begins(**form)
        self.worker.run_until_idle()
        return path

    def draft(self, path: str) -> Draft:
        """Return the draft at a path as it is now."""
        with self.mentes.database.reading(self.organisation_id) as session:
            return session.get_one(Draft, UUID(path[-36:]))

    def rows(self, path: str) -> dict[UUID, DraftPair]:
        """Return the pairs of a draft by mentee."""
        with self.mentes.database.reading(self.organisation_id) as session:
            found = select(DraftPair).where(DraftPair.draft_id == UUID(path[-36:]))
            return {each.mentee_id: each for each in session.scalars(found)}

    def pairs(self, path: str) -> dict[UUID, UUID]:
        """Return the mentor of each mentee of a draft."""
        return {mentee: row.mentor_id for mentee, row in self.rows(path).items()}


def a_desk(mentes: Mentes, campus: Campus, organisation_id: UUID) -> Desk:
    """Return an instructor who opened the item; the programme asks a few questions."""
    browser = campus.launched(TEACHER)
    with mentes.database.transaction(organisation_id) as session:
        programme = programmes.of_course(session, session.scalars(select(Course)).one(), now=NOW)
        programme.pairs_by = PairsBy.DRAFT
        asked(programme)
    return Desk(mentes, organisation_id, browser, a_worker(mentes))


def words_of(answer: TestResponse) -> str:
    """Return what a reader reads within the main part of a page, in one line."""
    main = answer.get_data(as_text=True).partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())
