"""The course: what its pages say, and who has completed them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import RLock

from lti.testing import Course

COURSE = Course(
    id="2", label="FEEDBACK", title="Giving feedback that helps", sourcedid="LD-2026-017"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A page of a course that can be completed; `section` is its place, from 1."""

    cmid: int
    section: int
    name: str
    summary: str
    paragraphs: tuple[str, ...]
    try_it: str
    course_id: str = COURSE.id


MODULES: tuple[Module, ...] = (
    Module(
        cmid=101,
        section=1,
        name="Module 1: Say what you saw",
        summary="Situation, behaviour, impact: three sentences instead of a verdict.",
        paragraphs=(
            "“You were unprepared” is a verdict. The other person can only agree or defend "
            "themselves. “In Tuesday’s review you opened the file while the client was waiting” is "
            "something that both of you saw.",
            "Name the situation, so that both of you think of the same moment. Describe the "
            "behaviour as a camera would have recorded it. Then say what it did: to you, to the "
            "work, to the customer.",
            "Leave out “always”, “never” and every word about character. What is left is short, "
            "and that is a good sign: feedback that helps is usually under thirty seconds long.",
        ),
        try_it="Think of one thing a colleague did well last week. Say it in three sentences.",
    ),
    Module(
        cmid=102,
        section=2,
        name="Module 2: Ask, then listen",
        summary="After the three sentences, stop. One question opens more than ten reasons.",
        paragraphs=(
            "The hardest part of giving feedback comes after it: silence. Count to five before you "
            "explain anything.",
            "Ask one open question, “How did you see it?”, and listen for what you did not know. "
            "Half of the time the reason is one that you can do something about.",
            "End with one small step, in the other person’s words, and a day to look at it again.",
        ),
        try_it="Write down the one question that you will ask in your next feedback talk.",
    ),
)


class Coursework:
    """The pages, and who has completed which. Thread-safe; kept as long as the process lives."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._modules = list(MODULES)
        self._done: dict[tuple[str, int], bool] = {}
        self._finished: set[tuple[str, str]] = set()

    def modules(self, course_id: str) -> tuple[Module, ...]:
        """Return the pages of a course, in their order."""
        with self._lock:
            return tuple(each for each in self._modules if each.course_id == course_id)

    def module(self, cmid: int) -> Module | None:
        """Return the page with this course module id, if there is one."""
        with self._lock:
            return next((each for each in self._modules if each.cmid == cmid), None)

    def copy(self, course_id: str, copy_id: str) -> None:
        """Put copies of the pages of a course into another; nobody has completed those."""
        with self._lock:
            last = max(each.cmid for each in self._modules)
            copies = enumerate(self.modules(course_id), start=last + 1)
            self._modules += [replace(each, course_id=copy_id, cmid=cmid) for cmid, each in copies]

    def is_done(self, user_id: str, module: Module) -> bool:
        """Return whether somebody has completed a page, and not taken it back."""
        with self._lock:
            return self._done.get((user_id, module.cmid), False)

    def was_touched(self, user_id: str, module: Module) -> bool:
        """Return whether somebody ever completed a page."""
        with self._lock:
            return (user_id, module.cmid) in self._done

    def mark(self, user_id: str, module: Module, *, done: bool) -> bool:
        """Complete a page or take that back; return whether anything changed."""
        with self._lock:
            if self.is_done(user_id, module) == done:
                return False
            self._done[user_id, module.cmid] = done
            return True

    def finished(self, user_id: str, course_id: str) -> bool:
        """Return True once in a lifetime: when somebody has completed every page of a course."""
        with self._lock:
            pages = self.modules(course_id)
            was_finished = (user_id, course_id) in self._finished
            if was_finished or not all(self.is_done(user_id, page) for page in pages):
                return False
            self._finished.add((user_id, course_id))
            return True
