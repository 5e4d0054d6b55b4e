"""What a programme can ask beyond the three questions that get a learner a mentor. Pure.

An instructor chooses what is asked, kept as JSON in `Programme.questions`:

    {"skills": [{"id": "giving-feedback", "label": "Giving feedback"}],
     "sites": [...], "teams": [...], "ask": ["help", "hours", "wishes"]}

Skills, sites and teams are asked about when their list has something in it; the rest when `ask`
names it. Everything is optional for those who answer. Answers are kept as question → ids of the
options chosen (`Participation.answers`); an id that is no option now counts for nothing and is
shown nowhere, and does again once the instructor brings the option back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from babel import Locale
from babel.dates import get_day_names

from plugin.foundation.errors import FormInvalid
from plugin.foundation.i18n import Words
from plugin.programmes import hours
from plugin.programmes.catalogue import BY_NAME, EVERY_QUESTION, LISTS, TALK, WISHES, Question
from plugin.programmes.model import Part, Participation, Programme
from plugin.programmes.options import Option, options_of, own_options


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """What one programme asks."""

    questions: tuple[Question, ...] = ()
    asks_wishes: bool = False

    @classmethod
    def of(cls, programme: Programme) -> Self:
        """Return what `programme` asks; what its JSON says in no way that we know is not asked."""
        kept = programme.questions or {}
        ask = kept.get("ask")
        return cls._made(
            {key: options_of(kept.get(name)) for key, name in LISTS.items()},
            {each for each in ask if isinstance(each, str)} if isinstance(ask, list) else set(),
        )

    @classmethod
    def asking(
        cls,
        *,
        skills: Iterable[str] = (),
        sites: Iterable[str] = (),
        teams: Iterable[str] = (),
        ask: Iterable[str] = (),
    ) -> Self:
        """Return what an instructor asks: about lists of their own labels, and what `ask` names."""
        lists = {"skill": skills, "site": sites, "team": teams}
        return cls._made({key: own_options(labels) for key, labels in lists.items()}, set(ask))

    @classmethod
    def _made(cls, lists: Mapping[str, tuple[Option, ...]], ask: set[str]) -> Self:
        asked = (
            replace(each, options=lists[each.key]) if each.key in LISTS else each
            for each in EVERY_QUESTION
            if each.key in ask or lists.get(each.key)
        )
        answerable = tuple(each for each in asked if each.options)
        return cls(questions=answerable, asks_wishes=WISHES in ask)

    def as_json(self) -> dict[str, Any]:
        """Return what `of` reads."""
        return {
            **{name: [each.as_json() for each in self.options(key)] for key, name in LISTS.items()},
            "ask": [key for key in BY_NAME if self.is_asked(key)],
        }

    def question(self, key: str) -> Question | None:
        """Return a question, or None if it is not asked."""
        return next((each for each in self.questions if each.key == key), None)

    def is_asked(self, key: str) -> bool:
        """Tell whether a question, or `WISHES`, is asked."""
        return self.asks_wishes if key == WISHES else self.question(key) is not None

    def options(self, key: str) -> tuple[Option, ...]:
        """Return what can be answered to a question; nothing if it is not asked."""
        question = self.question(key)
        return question.options if question else ()

    @property
    def number(self) -> int:
        """How many questions there are beyond the three."""
        return len(self.questions) + self.asks_wishes

    def chosen(self, part: Part, sent: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Return the answers in what was sent: question → options, for every question asked.

        An option that is not there any more is left out: the page was older than the list.

        Raises:
            FormInvalid: more was chosen than may be.
        """
        answers = {each.key: each.standing(sent.get(each.key, ())) for each in self.questions}
        too_many = {
            each.key: [each.too_many(part)]
            for each in self.questions
            if (most := each.most(part)) is not None and len(answers[each.key]) > most
        }
        if too_many:
            raise FormInvalid("Something in the form needs your attention.", too_many)
        return answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody answered, checked."""

    answers: Mapping[str, Sequence[str]]
    """Question → options, of the questions that were put; what was said to others stays."""
    wishes: Sequence[str] | None
    """Ids of people, dearest first; None: as they are."""
    refuses: Sequence[str] | None
    """Ids of people; None: as they are."""

    def keep_in(self, participation: Participation) -> bool:
        """Keep it, and tell whether that changed anything."""
        kept = {**participation.answers, **{key: list(ids) for key, ids in self.answers.items()}}
        before = (participation.answers, participation.wishes, participation.refuses)
        after = (
            {key: ids for key, ids in kept.items() if ids},
            participation.wishes if self.wishes is None else list(self.wishes),
            participation.refuses if self.refuses is None else list(self.refuses),
        )
        participation.answers, participation.wishes, participation.refuses = after
        return before != after


def answers_for_matching(
    participation: Participation, questionnaire: Questionnaire, zone: str | None, at: datetime
) -> dict[str, frozenset[str] | int]:
    """Return what the matching compares: field → options chosen, or a number.

    Only what is asked, and can be answered, now. A field without an answer is absent.

    - `talk` is there for everybody; to have chosen no way of talking is to like them all.
    - `hours` are hours of the week in UTC (`hours.in_utc`), so that people on different clocks
      can be compared.
    - `level` is a number.

    Args:
        participation: whose answers.
        questionnaire: of their programme.
        zone: the person's IANA zone; None: UTC.
        at: the moment whose UTC offset holds.
    """
    kept = participation.answers or {}
    answers: dict[str, frozenset[str] | int] = {
        "talk": frozenset(participation.talk) or frozenset(way.id for way in TALK)
    }
    for question in questionnaire.questions:
        chosen = question.standing(kept.get(question.key, ()))
        if not chosen:
            continue
        if question.is_number:
            answers[question.key] = int(chosen[0])
        elif question.key == "hours":
            answers[question.key] = hours.in_utc(chosen, zone, at)
        else:
            answers[question.key] = frozenset(chosen)
    return answers


def labels(field: str, option: str, questionnaire: Questionnaire, words: Words) -> str | None:
    """Return an option in the reader's words, or None if it is not asked, or no option, now.

    Instructors' own labels are said as they are; hours of the week (`tue-09`) have none.
    """
    options = TALK if field == "talk" else questionnaire.options(field)
    found = next((each for each in options if each.id == option), None)
    if found is None:
        return None
    if field in LISTS:
        return found.label
    if field == "language":
        return _language(option, words)
    if field == "hours":
        return _half_day(option, words)
    return words.gettext(found.label)


def _language(code: str, words: Words) -> str:
    name = str(Locale.parse(words.language).languages.get(code, code))
    return name[:1].upper() + name[1:]


def _half_day(half_day: str, words: Words) -> str:
    day, half = half_day.split("-")
    name = get_day_names("abbreviated", locale=words.language)[hours.DAYS.index(day)]
    say = words.gettext
    if half == "am":
        return say("%(day)s morning", day=name)
    if half == "pm":
        return say("%(day)s afternoon", day=name)
    return say("%(day)s evening", day=name)
