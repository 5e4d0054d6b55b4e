"""The campus: a small LMS around an LTI 1.3 platform, as a site of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from threading import RLock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from lti.testing import Completion, Course, Platform, ResourceLink, Tool
from plugin.demo import statements
from plugin.demo.coursework import COURSE, Coursework, Module
from plugin.demo.logstore import LogStore, Statement
from plugin.demo.mailbox import Mailbox
from plugin.demo.people import COURSE_ROLES, PEOPLE, Part, Person

NAME = "Demo Campus"
PAGES_BESIDE_THE_PROTOCOL = frozenset(
    {"/mod/lti/view.php", "/mod/lti/launch.php", "/mod/lti/choose.php", "/mod/lti/return.php"}
)


class Campus:
    """One campus, with its platform, people, course, log store and mail.

    Args:
        issuer: its origin, such as "http://localhost:8080"; another site than the tool's, so that
            a browser treats the tool in its frame as a third party.
        clock: the present time, aware.
        log_store: what posts the campus's statements.
        mailbox: the mail server whose boxes the campus shows, if any.

    Attributes:
        platform: the LTI side.
        people: everybody who has an account.
        wsgi: the whole site; serve it where `issuer` leads.
    """

    def __init__(
        self,
        issuer: str,
        *,
        clock: Callable[[], datetime],
        log_store: LogStore,
        mailbox: Mailbox | None = None,
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self.clock = clock
        self.log_store = log_store
        self.mailbox = mailbox
        self.people = PEOPLE
        self.coursework = Coursework()
        self.platform = Platform(
            self.issuer,
            clock=clock,
            name=NAME,
            after_deep_linking=self._after_deep_linking,
            after_completion=self._item_completed,
        )
        self._lock = RLock()
        self._sessions: dict[str, Person] = {}
        self._told: dict[tuple[str, int], list[Statement]] = {}
        self._site: WSGIApplication = self.platform.wsgi
        self._enrol()

    def serve_pages(self, site: WSGIApplication) -> None:
        """Let `site` answer whatever the platform's own endpoints do not."""
        self._site = site

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        is_protocol = path.startswith("/mod/lti/") and path not in PAGES_BESIDE_THE_PROTOCOL
        return (self.platform.wsgi if is_protocol else self._site)(environ, start_response)

    def stop(self) -> None:
        """Stop what runs in the background."""
        self.log_store.stop()

    # Who is there.

    def person(self, user_id: str) -> Person | None:
        """Return the person with this user id, if there is one."""
        return next((person for person in self.people if person.user.id == user_id), None)

    def named(self, given_name: str) -> Person:
        """Return a person by their first name."""
        return next(each for each in self.people if each.user.given_name == given_name)

    def sign_in(self, person: Person) -> str:
        """Return the token of a new session."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._sessions[token] = person
        return token

    def signed_in(self, token: str | None) -> Person | None:
        """Return whose session this is, if it is one."""
        with self._lock:
            return self._sessions.get(token or "")

    def sign_out(self, token: str | None) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(token or "", None)

    # What is there.

    def courses(self) -> tuple[Course, ...]:
        """Return the courses, the first one first."""
        return self.platform.directory.courses()

    def course(self, course_id: str) -> Course | None:
        """Return one course."""
        return next((course for course in self.courses() if course.id == course_id), None)

    def links(self, course_id: str = COURSE.id) -> tuple[ResourceLink, ...]:
        """Return the external items of a course."""
        return self.platform.directory.links(course_id)

    def link(self, link_id: str) -> ResourceLink | None:
        """Return one external item."""
        links = (link for course in self.courses() for link in self.links(course.id))
        return next((link for link in links if link.id == link_id), None)

    def tool(self, client_id: str) -> Tool | None:
        """Return a registered tool."""
        return self.platform.directory.tool(client_id)

    def tools(self) -> tuple[Tool, ...]:
        """Return the registered tools."""
        return self.platform.directory.tools()

    # What people do.

    def copy_course(self, course: Course, person: Person) -> Course:
        """Copy a course with its pages and items, and tell the tools that want to know.

        Whoever copies it teaches the copy; mentors come along, learners do not.
        """
        directory = self.platform.directory
        with self._lock:
            number = len(self.courses()) + 1
            copy = Course(
                id=str(int(COURSE.id) + number - 1),
                label=f"{COURSE.label}-{number}",
                title=f"{course.title} (copy)",
                sourcedid=f"{COURSE.sourcedid}-{number}",
            )
            directory.add_course(copy)
            self.coursework.copy(course.id, copy.id)
        for each in self.people:
            if each is person or each.part is Part.MENTOR:
                directory.enrol(each.user.id, copy.id, COURSE_ROLES[each.part])
        return self.platform.copy_course(course.id, copy)

    def opened_course(self, person: Person, course: Course) -> None:
        """Say that somebody looked at a course."""
        self._tell(statements.course_viewed(self.issuer, person.user, course, self.clock()))

    def opened_module(self, person: Person, module: Module) -> None:
        """Say that somebody looked at a page."""
        course = self._course_of(module.course_id)
        self._tell(statements.module_viewed(self.issuer, person.user, course, module, self.clock()))

    def opened_item(self, person: Person, link: ResourceLink) -> None:
        """Say that somebody opened an external tool."""
        course = self._course_of(link.course_id)
        self._tell(statements.item_viewed(self.issuer, person.user, course, link, self.clock()))

    def _course_of(self, course_id: str) -> Course:
        return self.platform.directory.course(course_id)

    def mark(self, person: Person, module: Module, *, done: bool) -> None:
        """Complete a page for somebody, or take it back; saying it twice is saying it once."""
        user, course, now = person.user, self._course_of(module.course_id), self.clock()
        with self._lock:
            first = not self.coursework.was_touched(user.id, module)
            if not self.coursework.mark(user.id, module, done=done):
                return
            told = (
                statements.module_completed(self.issuer, user, course, module, now, first=first)
                if done
                else [statements.module_uncompleted(self.issuer, user, course, module, now)]
            )
            self._told.setdefault((user.id, module.cmid), []).extend(told)
            self._tell(*told)
            if self.coursework.finished(user.id, course.id):
                self._tell(statements.course_completed(self.issuer, user, course, now))

    def resend(self, person: Person, module: Module) -> int:
        """Send once more what was sent about somebody and a page; return how many statements."""
        with self._lock:
            told = self._told.get((person.user.id, module.cmid), [])
            self._tell(*told)
            return len(told)

    def _tell(self, *told: Statement) -> None:
        self.log_store.send(told)

    def _item_completed(self, completion: Completion) -> None:
        """Say that a full grade completed an external tool, as Moodle does."""
        link = self.link(completion.activity.rpartition("id=")[2])
        if link is not None:
            user = self.platform.directory.user(completion.user_id)
            course = self._course_of(link.course_id)
            self._tell(statements.item_completed(self.issuer, user, course, link, completion.at))

    def _after_deep_linking(self, course: Course, links: tuple[ResourceLink, ...]) -> str:
        return f"{self.issuer}/course/added.php?id={course.id}&count={len(links)}"

    def _enrol(self) -> None:
        directory = self.platform.directory
        directory.add_course(COURSE)
        for person in self.people:
            directory.add_user(person.user)
            if person.part in COURSE_ROLES:
                directory.enrol(person.user.id, COURSE.id, COURSE_ROLES[person.part])
