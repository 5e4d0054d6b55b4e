"""The pairs of a draft as rows of a table, as the instructor may see them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from plugin.foundation.i18n import Words
from plugin.matching.model import Draft, DraftPair, DraftUnmatched
from plugin.matching.reasons import in_words
from plugin.people.model import Person
from plugin.programmes.model import Programme
from plugin.programmes.questions import Questionnaire

HEADINGS = ("mentee_id", "mentee", "mentor_id", "mentor", "origin", "accepted", "why")
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What spreadsheets take for the beginning of a formula."""

Cells = tuple[str, ...]


def exported(session: Session, programme: Programme, draft: Draft, words: Words) -> list[Cells]:
    """Return a row for each pair, then one for each mentee without a mentor; by name."""
    rows = [*_pairs(session, programme, draft, words), *_unmatched(session, draft)]
    return [tuple(plain(cell) for cell in row) for row in rows]


def _pairs(session: Session, programme: Programme, draft: Draft, words: Words) -> Iterator[Cells]:
    questionnaire = Questionnaire.of(programme)
    mentee, mentor = aliased(Person), aliased(Person)
    found = session.execute(
        select(DraftPair, mentee.name, mentor.name)
        .join(mentee, mentee.id == DraftPair.mentee_id)
        .join(mentor, mentor.id == DraftPair.mentor_id)
        .where(DraftPair.draft_id == draft.id)
        .order_by(mentee.name, mentee.id)
    )
    for pair, mentee_name, mentor_name in found:
        yield (
            str(pair.mentee_id),
            mentee_name or "",
            str(pair.mentor_id),
            mentor_name or "",
            pair.origin,
            "yes" if pair.accepted else "no",
            " ".join(in_words(pair.reasons, questionnaire, words, None)),
        )


def _unmatched(session: Session, draft: Draft) -> Iterator[Cells]:
    found = session.execute(
        select(DraftUnmatched.mentee_id, Person.name, DraftUnmatched.why)
        .join(Person, Person.id == DraftUnmatched.mentee_id)
        .where(DraftUnmatched.draft_id == draft.id)
        .order_by(Person.name, Person.id)
    )
    for mentee_id, name, why in found:
        yield str(mentee_id), name or "", "", "", "", "no", why


def plain(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULAS) else cell
