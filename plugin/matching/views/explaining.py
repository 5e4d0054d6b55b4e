"""Why a mentee of a draft has this mentor and no other, and whom they could have instead.

For instructors alone: other people and their pairs are named here. Nobody's refusal is, and nothing
that somebody answered to a private question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plugin.foundation.errors import NotFound
from plugin.foundation.i18n import Words, to_say
from plugin.matching.drafts import CHOSEN, mentees_of, with_a_mentor
from plugin.matching.engine import explaining as engine
from plugin.matching.engine.explaining import Why
from plugin.matching.engine.outcome import Outcome
from plugin.matching.engine.reading import rules_from_json
from plugin.matching.engine.results import Origin, Pair
from plugin.matching.engine.rules import RuleSet
from plugin.matching.engine.scoring import Contribution as Found
from plugin.matching.engine.suggesting import suggestions
from plugin.matching.model import Draft, DraftPair, DraftUnmatched
from plugin.matching.people import mentee_and_mentors
from plugin.matching.reasons import in_words, reason_of, reasons_of
from plugin.matching.views.unmatched import UNSEEN, UnmatchedLine, rule_said, unmatched_line
from plugin.pairings.service import mentees_by_mentor
from plugin.people.model import Person
from plugin.programmes.model import Programme
from plugin.programmes.questions import Questionnaire

NAMED = 5
"""So many are named of those who have a mentor's places."""
WHY_NOT: Mapping[Why, str] = {
    Why.EXCLUDED: to_say("What this programme requires keeps them apart: %(rule)s"),
    Why.MENTORS_THEM: "The learner mentors this mentor, and two people do not mentor each other.",
    Why.STAYS: "The learner's own pair stays as it was.",
    Why.TAKES_NOBODY: "This mentor takes no learners now.",
    Why.FULL: to_say("The places were taken before, by %(names)s."),
    Why.TAKEN: to_say("The places went to %(names)s."),
    Why.OTHER_AIMS: "Something else weighed more: the weakest pair, an even load, or a pair "
    "proposed before.",
}
TOGETHER_BETTER = to_say("The places went to %(names)s: together that is worth more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A mentor with a free place in the draft whom a mentee could have."""

    mentor_id: UUID
    mentor_name: str | None
    free: int
    """Places left in this draft."""
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one rule adds to a pair's score."""

    said: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Better:
    """A mentor who would be worth more to this mentee, and why it became somebody else."""

    mentor_id: UUID
    mentor_name: str | None
    more: int
    """Points above the mentor they have (above nothing, if they have none)."""
    why_not: str
    """A sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a mentee of a draft has this mentor, or none; for instructors alone."""

    mentee_id: UUID
    mentee_name: str | None
    mentor_id: UUID | None
    mentor_name: str | None
    score: int | None
    """Points: exactly the sum of the contributions' points."""
    contributions: tuple[Contribution, ...]
    better: tuple[Better, ...]
    """Best first."""
    unmatched: UnmatchedLine | None


def suggested(
    session: Session, draft: Draft, mentee_id: UUID, words: Words, *, n: int = 3
) -> Sequence[Suggestion]:
    """Return up to `n` mentors whom a mentee could have, best first: free in this draft, allowed.

    The mentor whom they have in it is not among them.

    Raises:
        NotFound: the mentee is not in the draft.
    """
    has, _ = _in_draft(session, draft, mentee_id)
    programme = session.get_one(Programme, draft.programme_id)
    mentee, mentors = mentee_and_mentors(session, programme, mentee_id, draft.made_at)
    rules = rules_from_json(draft.rules)
    not_them = {has.mentor_id} if has else set()
    if not rules.reciprocal:
        not_them |= mentees_of(session, draft, mentee_id)
    used = _places_used(session, draft)
    free = {
        each.id: each.capacity - used[UUID(each.id)]
        for each in mentors
        if UUID(each.id) not in not_them
    }
    found = suggestions(mentee, mentors, rules, free=free, n=n, seed=draft.options["seed"])
    names = _names(session, [UUID(each.mentor) for each in found])
    asked = Questionnaire.of(programme)
    by_id = {each.id: each for each in mentors}
    return [
        Suggestion(
            mentor_id=UUID(each.mentor),
            mentor_name=names[UUID(each.mentor)],
            free=each.free,
            reasons=tuple(
                in_words(reasons_of(rules, mentee, by_id[each.mentor]), asked, words, None)
            ),
        )
        for each in found
    ]


def explained(session: Session, draft: Draft, mentee_id: UUID, words: Words) -> Explanation:
    """Return why a mentee has this mentor and not another, or none.

    It is told by what people answer now; who answered otherwise when the draft was made is
    explained as they are.

    Raises:
        NotFound: the mentee is not in the draft.
    """
    _, without = _in_draft(session, draft, mentee_id)
    programme = session.get_one(Programme, draft.programme_id)
    outcome = _outcome(session, programme, draft, mentee_id)
    told = engine.explain(outcome, str(mentee_id))
    named = [mentee_id, *([UUID(told.mentor)] if told.mentor else [])]
    for each in told.better:
        named += [UUID(each.mentor), *(UUID(pair.mentee) for pair in each.taken_by[:NAMED])]
    names = _names(session, named)
    asked = Questionnaire.of(programme)
    return Explanation(
        mentee_id=mentee_id,
        mentee_name=names[mentee_id],
        mentor_id=UUID(told.mentor) if told.mentor else None,
        mentor_name=names[UUID(told.mentor)] if told.mentor else None,
        score=told.score,
        contributions=_contributions(outcome.rules, told.contributions, asked, words),
        better=tuple(
            Better(
                mentor_id=UUID(each.mentor),
                mentor_name=names[UUID(each.mentor)],
                more=each.more,
                why_not=_why_not(outcome.rules, each, names, words),
            )
            for each in told.better
        ),
        unmatched=unmatched_line(without, names[mentee_id], outcome.rules, words)
        if without
        else None,
    )


def _in_draft(
    session: Session, draft: Draft, mentee_id: UUID
) -> tuple[DraftPair | None, DraftUnmatched | None]:
    """Return a mentee's pair in a draft, or why there is none."""
    pair = session.scalar(
        select(DraftPair).where(DraftPair.draft_id == draft.id, DraftPair.mentee_id == mentee_id)
    )
    without = session.scalar(
        select(DraftUnmatched).where(
            DraftUnmatched.draft_id == draft.id, DraftUnmatched.mentee_id == mentee_id
        )
    )
    if pair is None and without is None:
        raise NotFound("This learner is not in this draft.")
    return pair, without


def _outcome(session: Session, programme: Programme, draft: Draft, mentee_id: UUID) -> Outcome:
    """Return the draft as the engine explains it."""
    mentee, mentors = mentee_and_mentors(
        session, programme, mentee_id, draft.made_at, also_left=True
    )
    rows = session.execute(
        select(DraftPair.mentee_id, DraftPair.mentor_id, DraftPair.score, DraftPair.origin).where(
            DraftPair.draft_id == draft.id
        )
    ).all()
    origins = {each.value: each for each in Origin}
    pairs = [
        Pair(
            mentee=str(row.mentee_id),
            mentor=str(row.mentor_id),
            score=row.score,
            origin=origins.get(row.origin, Origin.NEW),
        )
        for row in rows
    ]
    return Outcome(
        rules=rules_from_json(draft.rules),
        mentees={mentee.id: mentee},
        mentors={each.id: each for each in mentors},
        pairs=pairs,
        prices=_prices(draft, len(pairs), any(row.origin == CHOSEN for row in rows)),
    )


def _prices(draft: Draft, pairs: int, any_chosen: bool) -> Mapping[str, int]:
    """Return what places are worth to everybody; nothing once somebody changed the pairs by hand,
    for then they prove nothing.
    """
    matched = (draft.statistics or {}).get("after", {}).get("matched")
    return draft.prices or {} if pairs == matched and not any_chosen else {}


def _places_used(session: Session, draft: Draft) -> Counter[UUID]:
    """Return, by mentor, how many mentees they have if the draft is published."""
    drafted = session.execute(
        select(DraftPair.mentor_id, func.count())
        .where(DraftPair.draft_id == draft.id, DraftPair.mentee_id.not_in(with_a_mentor(draft)))
        .group_by(DraftPair.mentor_id)
    )
    return Counter(mentees_by_mentor(session, draft.programme_id)) + Counter(
        {row[0]: row[1] for row in drafted}
    )


def _contributions(
    rules: RuleSet, found: Sequence[Found], asked: Questionnaire, words: Words
) -> tuple[Contribution, ...]:
    """Return what each rule adds, most first; what private answers add, in one line."""
    unseen = words.gettext(UNSEEN)
    points: Counter[str] = Counter()
    for each in found:
        reason = reason_of(rules, each)
        said = in_words([reason], asked, words, None) if reason else []
        points[said[0] if said else rule_said(rules, each.rule, words)] += each.points
    lines = sorted(points.items(), key=lambda line: (line[0] == unseen, -line[1]))
    return tuple(Contribution(said=said, points=count) for said, count in lines if count)


def _why_not(
    rules: RuleSet, better: engine.Better, names: Mapping[UUID, str | None], words: Words
) -> str:
    """Return why it is not this mentor, as a sentence."""
    if better.why is Why.EXCLUDED:
        return words.gettext(WHY_NOT[Why.EXCLUDED], rule=rule_said(rules, better.rule, words))
    if not better.taken_by:
        return words.gettext(WHY_NOT[better.why])
    unknown = words.gettext("somebody without a name")
    have = [names[UUID(pair.mentee)] or unknown for pair in better.taken_by[:NAMED]]
    proved = better.why is Why.TAKEN and better.others_lose is not None
    said = TOGETHER_BETTER if proved else WHY_NOT[better.why]
    return words.gettext(said, names=words.listed(have))


def _names(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, str | None]:
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(set(person_ids))))
    return {row[0]: row[1] for row in rows}
