"""The mentees without a mentor in a draft, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from plugin.foundation.i18n import Words, to_say
from plugin.matching.drafts import TAKEN_APART
from plugin.matching.engine.reading import rules_from_json
from plugin.matching.engine.results import WhyNot
from plugin.matching.engine.rules import RuleSet, Wish
from plugin.matching.model import Draft, DraftUnmatched
from plugin.matching.views.pairs import PAGE
from plugin.matching.wording import compared, subject
from plugin.people.model import Person
from plugin.programmes.catalogue import PRIVATE

WHY_NOT: Mapping[str, str] = {
    WhyNot.NO_MENTORS: "Nobody takes learners.",
    WhyNot.RULED_OUT: "What this programme requires leaves no mentor for them.",
    WhyNot.PLACES_TAKEN: "Every mentor whom they could have has no place left.",
    WhyNot.BELOW_FLOOR: "A mentor is free, but no pair is worth having.",
    TAKEN_APART: "Their pair was taken apart by hand.",
}
ANOTHER_REASON = to_say("They cannot be paired, for another reason")
"""Said of refusals, so that nobody learns of one."""
UNSEEN = to_say("An answer that only its giver sees")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledOutLine:
    """How many mentors one requirement excludes for one mentee."""

    said: str
    """What the requirement asks, as a sentence; of a block: nothing that tells it is one."""
    mentors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedLine:
    """A mentee without a mentor in a draft."""

    mentee_id: UUID
    mentee_name: str | None
    why: str
    """`engine.results.WhyNot`, or "taken-apart"."""
    said: str
    """The same as one sentence."""
    ruled_out: tuple[RuledOutLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedPage:
    """Some of the mentees without a mentor, by name."""

    lines: tuple[UnmatchedLine, ...]
    page: int
    """From 1; a number beyond the end gives the last page."""
    pages: int
    """At least 1."""
    found: int
    """Mentees on all pages."""


def unmatched_page(session: Session, draft: Draft, words: Words, *, page: int = 1) -> UnmatchedPage:
    """Return one page of the mentees without a mentor."""
    found = session.scalars(
        select(func.count(DraftUnmatched.id)).where(DraftUnmatched.draft_id == draft.id)
    ).one()
    pages = max(-(-found // PAGE), 1)
    page = min(max(page, 1), pages)
    rows = session.execute(_by_name(draft).limit(PAGE).offset((page - 1) * PAGE)).all()
    rules = rules_from_json(draft.rules)
    return UnmatchedPage(
        lines=tuple(unmatched_line(row, name, rules, words) for row, name in rows),
        page=page,
        pages=pages,
        found=found,
    )


def unmatched(session: Session, draft: Draft, words: Words) -> Sequence[UnmatchedLine]:
    """Return the mentees without a mentor, by name."""
    rows = session.execute(_by_name(draft)).all()
    rules = rules_from_json(draft.rules)
    return [unmatched_line(row, name, rules, words) for row, name in rows]


def _by_name(draft: Draft) -> Select[DraftUnmatched, str | None]:
    return (
        select(DraftUnmatched, Person.name)
        .join(Person, Person.id == DraftUnmatched.mentee_id)
        .where(DraftUnmatched.draft_id == draft.id)
        .order_by(Person.name.is_(None), Person.name, Person.id)
    )


def unmatched_line(
    row: DraftUnmatched, name: str | None, rules: RuleSet, words: Words
) -> UnmatchedLine:
    """Return why one mentee has no mentor, in words."""
    return UnmatchedLine(
        mentee_id=row.mentee_id,
        mentee_name=name,
        why=row.why,
        said=words.gettext(WHY_NOT.get(row.why, WHY_NOT[WhyNot.PLACES_TAKEN])),
        ruled_out=tuple(
            RuledOutLine(said=rule_said(rules, each["rule"], words), mentors=each["mentors"])
            for each in row.ruled_out
        ),
    )


def rule_said(rules: RuleSet, index: int | None, words: Words) -> str:
    """Return what a rule looks at; of refusals and of private questions, nothing that tells."""
    if index is None or index >= len(rules.rules):
        return words.gettext(ANOTHER_REASON)
    what = subject(rules.rules[index])
    if not isinstance(what, Wish) and {what.mentee, what.mentor} & PRIVATE:
        return words.gettext(UNSEEN)
    return compared(what, words)
