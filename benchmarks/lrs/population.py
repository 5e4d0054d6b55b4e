"""Seeded statements: number n is the same for every server, in every run.

1,000 learners, of whom 50 hot ones do half of everything; 5 verbs; 200 activities in 10 courses; a
registration to each learner and course; 20 instructors. A statement is 1.2 kB of JSON, as players
of courses send it: with names, a result, a context and extensions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count, islice
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

AGENTS, HOT, VERBS, ACTIVITIES, COURSES, INSTRUCTORS = 1_000, 50, 5, 200, 10, 20
LMS = "https://lms.example.org"
VERB_NAMES = ("experienced", "progressed", "answered", "completed", "passed")

Whole = NDArray[np.int64]
Draw = NDArray[np.uint64]

_NAMES = UUID("6c3b2f0e-3a55-5d0a-8f0e-6d656e746573")
_FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)
_APART = timedelta(seconds=1)
_PART = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Who did what, an entry to each statement, all small whole numbers."""

    number: Whole
    agent: Whole
    verb: Whole
    activity: Whole
    instructor: Whole

    @property
    def course(self) -> Whole:
        """The parent of each activity."""
        return self.activity % COURSES


def facts(numbers: Iterable[int]) -> Facts:
    """Return what statements are about."""
    number = np.fromiter(numbers, np.int64)
    hot = _drawn(number, 0, 2) == 0
    agent = np.where(hot, _drawn(number, 1, HOT), HOT + _drawn(number, 1, AGENTS - HOT))
    return Facts(
        number=number,
        agent=agent,
        verb=_drawn(number, 2, VERBS),
        activity=_drawn(number, 3, ACTIVITIES),
        instructor=_drawn(number, 4, INSTRUCTORS),
    )


def ids(numbers: Iterable[int]) -> list[str]:
    """Return the ids of statements: in no order, as real ones are."""
    number = np.fromiter(numbers, np.int64)
    high, low = _hashed(number, 5).tolist(), _hashed(number, 6).tolist()
    return [
        f"{a >> 32:08x}-{a >> 16 & 0xFFFF:04x}-4{a & 0xFFF:03x}-a{b >> 48 & 0xFFF:03x}"
        f"-{b & 0xFFFFFFFFFFFF:012x}"
        for a, b in zip(high, low, strict=True)
    ]


def texts(numbers: Iterable[int], *, named: bool = True) -> Iterator[str]:
    """Yield the JSON of statements, in their order; with the ids above, or with none."""
    rest = iter(numbers)
    while part := list(islice(rest, _PART)):
        about = facts(part)
        columns = (about.number, about.agent, about.verb, about.activity, about.instructor)
        given = ids(part) if named else [""] * len(part)
        for id, *row in zip(given, *(column.tolist() for column in columns), strict=True):
            yield text(id, *row)


def batches(first: int, size: int) -> Iterator[bytes]:
    """Yield bodies of `size` statements without end, the first of them number `first`."""
    rest = texts(count(first))
    while True:
        several = list(islice(rest, size))
        yield (several[0] if size == 1 else f"[{','.join(several)}]").encode()


def timestamp(number: int) -> str:
    """Return when a statement happened: a second after the one before."""
    return f"{(_FIRST + number * _APART).replace(tzinfo=None).isoformat()}.000Z"


def agent_account(agent: int) -> dict[str, str]:
    """Return what identifies a learner."""
    return {"homePage": LMS, "name": f"learner-{agent:05d}"}


def instructor_mbox(instructor: int) -> str:
    """Return what identifies an instructor."""
    return f"mailto:instructor-{instructor:02d}@lms.example.org"


def verb_id(verb: int) -> str:
    """Return its IRI."""
    return f"http://adlnet.gov/expapi/verbs/{VERB_NAMES[verb]}"


def activity_id(activity: int) -> str:
    """Return its IRI."""
    return f"{LMS}/xapi/activities/module/{activity:04d}"


def course_id(course: int) -> str:
    """Return its IRI."""
    return f"{LMS}/xapi/activities/course/{course:03d}"


@cache
def registration(agent: int, course: int) -> str:
    """Return the registration of a learner in a course."""
    return str(uuid5(_NAMES, f"{agent} in {course}"))


def _hashed(number: Whole, draw: int) -> Draw:
    """Return 64 bits to each number that look like chance (Steele et al., SplitMix64)."""
    with np.errstate(over="ignore"):
        z = number.astype(np.uint64) * np.uint64(8) + np.uint64(draw + 1)
        z *= np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def _drawn(number: Whole, draw: int, many: int) -> Whole:
    """Return one of `many` to each number."""
    return (_hashed(number, draw) >> np.uint64(32)).astype(np.int64) % many


def text(id: str, number: int, agent: int, verb: int, activity: int, instructor: int) -> str:
    """Return the JSON of one statement; "" is no id."""
    course = activity % COURSES
    return "".join(
        (
            f'{{"id":"{id}",' if id else "{",
            _actor(agent),
            _verb(verb),
            _object(activity),
            _result(number),
            f'"context":{{"registration":"{registration(agent, course)}",',
            _context(course, instructor),
            f'"{LMS}/xapi/extensions/session":"{number:032x}"}}}},',
            f'"timestamp":"{timestamp(number)}"}}',
        )
    )


@cache
def _actor(agent: int) -> str:
    return (
        f'"actor":{{"objectType":"Agent","name":"Learner {agent:05d}",'
        f'"account":{{"homePage":"{LMS}","name":"learner-{agent:05d}"}}}},'
    )


@cache
def _verb(verb: int) -> str:
    return f'"verb":{{"id":"{verb_id(verb)}","display":{{"en-US":"{VERB_NAMES[verb]}"}}}},'


@cache
def _object(activity: int) -> str:
    return (
        f'"object":{{"objectType":"Activity","id":"{activity_id(activity)}","definition":{{'
        f'"name":{{"en-US":"Module {activity}"}},"description":{{"en-US":"How to listen so that '
        'others can think further, in ten minutes."},'
        '"type":"http://adlnet.gov/expapi/activities/module"}},'
    )


def _result(number: int) -> str:
    raw = number % 101
    return (
        f'"result":{{"score":{{"scaled":{raw / 100},"raw":{raw},"min":0,"max":100}},'
        '"completion":true,"success":true,"duration":"PT12M34.5S"},'
    )


@cache
def _context(course: int, instructor: int) -> str:
    return (
        f'"instructor":{{"name":"Instructor {instructor}","mbox":"{instructor_mbox(instructor)}"}},'
        f'"contextActivities":{{"parent":[{{"id":"{course_id(course)}"}}],'
        f'"grouping":[{{"id":"{LMS}"}}],'
        '"category":[{"id":"https://w3id.org/xapi/cmi5/context/categories/cmi5"}]},'
        '"platform":"Example LMS","language":"en-US","extensions":{'
    )
