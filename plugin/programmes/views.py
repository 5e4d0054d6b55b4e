"""What the pages of a programme show: values read in one go, so that templates ask nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from plugin.foundation.i18n import Words
from plugin.people.model import Person
from plugin.programmes import answers, service
from plugin.programmes.catalogue import Question
from plugin.programmes.model import Part, Programme
from plugin.programmes.questions import Questionnaire, labels

Named = tuple[UUID, str]
"""A person's id, and what to call them in a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it is put to somebody, in their language."""

    key: str
    label: str
    hint: str
    who_sees: str
    options: tuple[tuple[str, str], ...]
    """(id, label)."""
    chosen: tuple[str, ...]
    """Ids of what they chose before."""
    most: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What somebody is asked beyond the three questions, and what they answered."""

    part: Part
    asked: tuple[Asked, ...]
    mentors: tuple[Named, ...] | None
    """Whom they can wish for; None: they are not asked."""
    wishes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return not self.asked and self.mentors is None

    @property
    def number(self) -> int:
        """How many questions are asked."""
        return len(self.asked) + (self.mentors is not None)

    @property
    def given(self) -> int:
        """How many of them have an answer."""
        wished = self.mentors is not None and any(self.wishes)
        return sum(1 for each in self.asked if each.chosen) + wished

    @property
    def ids(self) -> dict[str, str]:
        """Field → its id in the page, which may have the same field in two forms."""
        return {key: f"{self.part}-{key}" for key in (*(each.key for each in self.asked), "zone")}

    def needs_attention(self, errors: Collection[str]) -> bool:
        """Tell whether something is wrong with one of the fields."""
        return not {*self.ids, "wishes", "refuses"}.isdisjoint(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusing:
    """Whom somebody should not be paired with; for their own eyes."""

    refused: tuple[Named, ...]
    others: tuple[Named, ...]
    """Whom they could refuse, too."""


def answering(
    session: Session, programme: Programme, person_id: UUID, part: Part, words: Words
) -> Answering:
    """Return what a programme asks somebody, and what they answered to it."""
    questionnaire = Questionnaire.of(programme)
    mine = service.participation(session, programme.id, person_id, part)
    wishes = questionnaire.asks_wishes and part is Part.MENTEE
    return Answering(
        part=part,
        asked=tuple(
            _asked(each, questionnaire, part, mine.answers.get(each.key, ()) if mine else (), words)
            for each in questionnaire.questions
        ),
        mentors=named(answers.mentors(session, programme, but=person_id), words)
        if wishes
        else None,
        wishes=tuple(mine.wishes) if mine else (),
    )


def _asked(
    question: Question,
    questionnaire: Questionnaire,
    part: Part,
    chosen: Sequence[str],
    words: Words,
) -> Asked:
    options = [
        (each.id, labels(question.key, each.id, questionnaire, words) or each.label)
        for each in question.options
    ]
    if question.key == "language":
        options.sort(key=lambda option: option[1].casefold())
    return Asked(
        key=question.key,
        label=words.gettext(question.asks(part)),
        hint=words.gettext(question.hint(part)),
        who_sees=words.gettext(question.who_sees),
        options=tuple(options),
        chosen=tuple(question.standing(chosen)),
        most=question.most(part),
    )


def refusing(session: Session, programme: Programme, person_id: UUID, words: Words) -> Refusing:
    """Return whom somebody refuses and whom else they could."""
    refused = answers.refused(session, programme, person_id)
    ids = {person.id for person in refused}
    others = answers.people_to_refuse(session, programme, person_id)
    return Refusing(
        refused=named(refused, words),
        others=named([person for person in others if person.id not in ids], words),
    )


def named(people: Sequence[Person], words: Words) -> tuple[Named, ...]:
    """Return what to call people in a list: each otherwise, also where two have one name."""
    count = Counter(person.name for person in people)
    return tuple(
        (person.id, _name(person, words, alone=count[person.name] == 1)) for person in people
    )


def _name(person: Person, words: Words, *, alone: bool) -> str:
    end = str(person.id)[-4:]
    if not person.name:
        return words.gettext("Person without a name (…%(end)s)", end=end)
    return person.name if alone else f"{person.name} (…{end})"
