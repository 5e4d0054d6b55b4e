"""Every question that a programme can ask, and every answer to it. Pure.

The words are English, said in the reader's language; skills, sites and teams are the instructor's
own words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plugin.foundation.i18n import to_say
from plugin.programmes import hours
from plugin.programmes.model import Part, Talk
from plugin.programmes.options import Option

LISTS = {"skill": "skills", "site": "sites", "team": "teams"}
"""Questions whose options are the instructor's own, and where the JSON has them."""
WISHES = "wishes"
"""Asking mentees for mentors by name."""
MOST_WISHES = 3
MOST_LABELS = 200
"""So many options an instructor may list."""
LONGEST_LABEL = 80
COMMON = to_say("You two and your instructor see what you have in common; nobody sees the rest.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with closed answers."""

    key: str
    """Also the field that matching rules name."""
    mentee: str
    """As mentees are asked."""
    mentor: str
    options: tuple[Option, ...] = ()
    mentee_most: int | None = None
    """How many options a mentee may choose; None: any number."""
    mentor_most: int | None = None
    who_sees: str = COMMON
    private: bool = False
    """Compared, but never named to anybody: neither as a reason nor in what a pair is worth."""
    is_number: bool = False
    """Whether the options' ids are whole numbers that can be more or less."""

    def asks(self, part: Part) -> str:
        """Return the question as it is put to a mentor or a mentee."""
        return self.mentor if part is Part.MENTOR else self.mentee

    def most(self, part: Part) -> int | None:
        """Return how many options a mentor or a mentee may choose; None: any number."""
        return self.mentor_most if part is Part.MENTOR else self.mentee_most

    def hint(self, part: Part) -> str:
        """Return how many can be chosen, in words; nothing where one chooses one."""
        match self.most(part):
            case None:
                return "Choose as many as you like."
            case 2:
                return "Choose one or two."
        return ""

    def too_many(self, part: Part) -> str:
        """Return what to do about more than can be chosen."""
        match self.most(part):
            case 1:
                return "Choose one answer."
            case 2:
                return "Choose two at most."
        return "Those are more than you can choose here."

    def standing(self, chosen: Iterable[str]) -> list[str]:
        """Return which of `chosen` are options now, in the order of the options."""
        wanted = set(chosen)
        return [each.id for each in self.options if each.id in wanted]


def _fixed(*options: tuple[str, str]) -> tuple[Option, ...]:
    return tuple(Option(id=id, label=label) for id, label in options)


TALK = _fixed(
    (Talk.CALL, to_say("On a call")),
    (Talk.IN_PERSON, to_say("In person")),
    (Talk.IN_WRITING, to_say("In writing")),
)
"""One of the three questions that everybody is asked."""
LANGUAGES = (
    "af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu ha he hi hr hu hy "
    "id ig is it ja ka kk km kn ko ku ky lb lo lt lv mk ml mn mr ms mt my ne nl no pa pl ps pt ro "
    "ru si sk sl so sq sr sv sw ta te th ti tr uk ur uz vi wo xh yo yue zh zu"
)
"""ISO 639 codes; what they are called is CLDR's."""
EVERY_QUESTION = (
    Question(
        key="skill",
        mentee=to_say("Which of these would you like to use first?"),
        mentor=to_say("Which of these can you help with?"),
        mentee_most=2,
    ),
    Question(
        key="help",
        mentee=to_say("What would help you most?"),
        mentor=to_say("How can you help?"),
        options=_fixed(
            ("show", to_say("Showing how it is done here")),
            ("think", to_say("Thinking a problem through")),
            ("feedback", to_say("Feedback on the work")),
            ("doors", to_say("Opening doors")),
            ("going", to_say("Encouragement to keep going")),
        ),
        mentee_most=2,
    ),
    Question(
        key="style",
        mentee=to_say("How do you like a conversation to be?"),
        mentor=to_say("How do you like a conversation to be?"),
        options=_fixed(
            ("brisk", to_say("Direct and brisk")),
            ("calm", to_say("Exploring and calm")),
            ("structured", to_say("Structured, with an agenda")),
        ),
        mentee_most=1,
        mentor_most=1,
    ),
    Question(
        key="hours",
        mentee=to_say("When do you usually have time to talk?"),
        mentor=to_say("When do you usually have time to talk?"),
        options=_fixed(*((half_day, half_day) for half_day in hours.HALF_DAYS)),
        who_sees=to_say(
            "You two and your instructor see how many hours you have in common; nobody sees which."
        ),
    ),
    Question(
        key="language",
        mentee=to_say("In which languages can you talk about work?"),
        mentor=to_say("In which languages can you talk about work?"),
        options=_fixed(*((code, code) for code in LANGUAGES.split())),
        mentee_most=4,
        mentor_most=4,
    ),
    Question(
        key="site",
        mentee=to_say("Where do you work or study?"),
        mentor=to_say("Where do you work or study?"),
        mentee_most=1,
        mentor_most=1,
    ),
    Question(
        key="team",
        mentee=to_say("Which team are you in?"),
        mentor=to_say("Which team are you in?"),
        mentee_most=1,
        mentor_most=1,
        who_sees=to_say(
            "You two and your instructor see whether you are of one team; nobody sees which."
        ),
    ),
    Question(
        key="level",
        mentee=to_say("How sure do you feel about the subject of this course today?"),
        mentor=to_say("How sure do you feel about the subject of this course today?"),
        options=_fixed(
            ("1", to_say("Just beginning")),
            ("2", to_say("A little practice")),
            ("3", to_say("Getting by")),
            ("4", to_say("Quite sure")),
            ("5", to_say("Could teach it")),
        ),
        mentee_most=1,
        mentor_most=1,
        who_sees=to_say("Only you see this. Mentes compares it with what others answer."),
        private=True,
        is_number=True,
    ),
)
"""In the order in which they are asked."""
BY_NAME = (*(each.key for each in EVERY_QUESTION if each.key not in LISTS), WISHES)
"""What `ask` can name."""
PRIVATE = frozenset(each.key for each in EVERY_QUESTION if each.private)
"""Fields that no reason, and no account of what a pair is worth, may name."""
