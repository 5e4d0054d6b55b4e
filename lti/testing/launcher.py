"""Launches of a tool from a platform, through a browser: as they should be, and as they must not.

What is asserted fails with what was changed, which section asks for the answer, and what the tool
answered instead.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lti import jose
from lti.testing import initiations
from lti.testing.browser import Browser, Encoding, Fields, Form, Page
from lti.testing.payloads import Answer, Given, Login, Message, Post, Token
from lti.testing.payloads.values import Way
from lti.testing.platform import Platform
from lti.testing.tokens import Genuine
from lti.testing.values import Column, Course, LoginInitiation, ResourceLink, Tool, User

Launch = Token | Login | Post
AT_ONCE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How a tool answered a launch of the pack.

    `page` is the last that it showed; `refused` and `accepted` whether that was a no, or a yes.
    """

    page: Page
    refused: bool
    accepted: bool

    def as_it_must(self, answer: Answer) -> bool:
        """Whether it is the answer that was asked for."""
        return self.refused if answer is Answer.REFUSED else self.accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Classroom:
    """A course with a teacher and two students."""

    course: Course
    teacher: User
    student: User
    other_student: User


def a_classroom(platform: Platform) -> Classroom:
    """Put a course with three people on a platform."""
    people = [
        User(
            id=id,
            given_name=given,
            family_name=family,
            email=f"{given.lower()}@example.com",
            username=given.lower(),
        )
        for id, given, family in (
            ("teacher-1", "Tina", "Teacher"),
            ("student-1", "Ada", "One"),
            ("student-2", "Ben", "Two"),
        )
    ]
    course = Course(id="101", label="ST 101", title="Stars")
    platform.directory.add_course(course)
    for person, role in zip(people, ("Instructor", "Learner", "Learner"), strict=True):
        platform.directory.add_user(person)
        platform.directory.enrol(person.id, course.id, role)
    return Classroom(course=course, teacher=people[0], student=people[1], other_student=people[2])


class Launcher:
    """Opens a tool from a platform.

    Args:
        method: how logins begin: "post" or "get".
    """

    def __init__(
        self, platform: Platform, tool: Tool, classroom: Classroom, *, method: str = "post"
    ) -> None:
        self.platform = platform
        self.tool = tool
        self.classroom = classroom
        self._method = method
        self._link: ResourceLink | None = None

    @property
    def link(self) -> ResourceLink:
        """The item that is opened, with a column in the gradebook."""
        if self._link is None:
            self._link = self.platform.add_resource_link(
                self.tool, self.classroom.course.id, "The item", score_maximum=10
            )
        return self._link

    @property
    def column(self) -> Column:
        """The item's column."""
        column = self.platform.grades.column_of_link(self.link.id)
        assert column is not None, "somebody removed the item's column"  # noqa: S101
        return column

    def initiation(
        self,
        message: Message = Message.RESOURCE_LINK,
        *,
        user: User | None = None,
        token: Callable[[Genuine], str] = Genuine.signed,
    ) -> LoginInitiation:
        """Begin a launch: of the item by the student, of anything else by the teacher."""
        room = self.classroom
        begun = (self.platform, self.tool, user or self._usual(message))
        if message is Message.DEEP_LINKING:
            return initiations.deep_linking(*begun, room.course, {}, token)
        if message is Message.SUBMISSION_REVIEW:
            return initiations.submission_review(*begun, self.column, room.student, token)
        return initiations.resource_link(*begun, self.link, token=token)

    def _usual(self, message: Message) -> User:
        room = self.classroom
        return room.student if message is Message.RESOURCE_LINK else room.teacher

    def open(
        self,
        message: Message = Message.RESOURCE_LINK,
        *,
        user: User | None = None,
        browser: Browser | None = None,
        token: Callable[[Genuine], str] = Genuine.signed,
    ) -> Page:
        """Launch, and return the page that the tool shows in the end."""
        initiation = self.initiation(message, user=user, token=token)
        if browser is not None:
            return self._launched(browser, initiation)
        with Browser() as own:
            return self._launched(own, initiation)

    def begin(self, browser: Browser, initiation: LoginInitiation) -> Page:
        """Go as far as the platform's page with the token in it, or as the tool lets it come."""
        return self._begun(browser, initiation.url, list(initiation.params.items()))

    def answer_to(self, launch: Launch) -> Answered:
        """Send a launch of the pack, and return how the tool answered it."""
        with Browser() as browser:
            if isinstance(launch, Login):
                initiation = self.initiation()
                changed = launch.changed(initiation.params)
                page = self._begun(browser, initiation.url, changed)
                return Answered(
                    page=page,
                    refused=page.is_refusal and not self._is_ours(page),
                    accepted=_asks(page),
                )
            if isinstance(launch, Token):
                initiation = self.initiation(launch.message, token=launch.token)
                return self._answered(self._launched(browser, initiation))
            return self._posted(browser, launch)

    def _answered(self, page: Page) -> Answered:
        arrived = page.sent_back or not self._is_ours(page)
        return Answered(
            page=page,
            refused=page.is_refusal and arrived,
            accepted=page.is_accepted and arrived,
        )

    def lacks(self, launch: Launch) -> str | None:
        """Return what must be so for this launch to make sense here, and is not."""
        given = launch.given if isinstance(launch, Token) else None
        if given is Given.HTTPS and not self.platform.url.startswith("https:"):
            return Given.HTTPS.value
        return Given.TRUSTED_AUDIENCE.value if given is Given.TRUSTED_AUDIENCE else None

    def check(self, launch: Launch) -> Page:
        """Send a launch of the pack, and return the page if the tool answers as it must.

        Raises:
            AssertionError: it does not.
        """
        answered = self.answer_to(launch)
        if not answered.as_it_must(launch.answer):
            raise AssertionError(_complaint(launch, answered.page))
        return answered.page

    def another_token(self, id_token: str, **changes: str) -> str:
        """Return a token as genuine as `id_token`, with some claims changed."""
        return self.platform.sign({**jose.unverified_claims(id_token), **changes})

    def _is_ours(self, page: Page) -> bool:
        return page.url.startswith(self.platform.url)

    def _begun(self, browser: Browser, url: str, fields: Fields) -> Page:
        page = browser.get(url, fields) if self._method == "get" else browser.post(url, fields)
        form = page.form
        if form is not None and form.action.startswith(self.platform.at.authorization_endpoint):
            return browser.submit(form)  # a tool that asks by a form instead of a redirect
        return page

    def _launched(self, browser: Browser, initiation: LoginInitiation) -> Page:
        page = self.begin(browser, initiation)
        return browser.submit(page.form) if page.form and self._is_ours(page) else page

    def _posted(self, browser: Browser, launch: Post) -> Answered:
        page = self.begin(browser, self.initiation())
        if page.form is None or not self._is_ours(page):
            raise AssertionError(f"The login did not come to the platform: {page.steps}")
        answered = self._answered(_WAYS[launch.way](self, browser, page.form))
        if launch.way in _MAY_BE_IGNORED and answered.accepted:
            ignored = browser.submit(page.form).is_accepted
            return Answered(page=answered.page, refused=ignored, accepted=not ignored)
        return answered

    def taken(self, page: Page) -> None:
        """Insist that the launch that is about to be repeated was good."""
        if not page.is_accepted:
            raise AssertionError(f"The launch to be repeated was not taken: {_shown(page)}")


def _asks(page: Page) -> bool:
    """Whether a login came to the platform's page that sends the token on."""
    return page.form is not None and "id_token" in dict(page.form.fields)


def _twice(launcher: Launcher, browser: Browser, form: Form) -> Page:
    launcher.taken(browser.submit(form))
    return browser.submit(form)


def _at_once(launcher: Launcher, browser: Browser, form: Form) -> Page:
    def post(tab: Browser) -> Page:
        with tab:
            return tab.submit(form)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        pages = list(pool.map(post, [browser.copy() for _ in range(AT_ONCE)]))
    taken = [page for page in pages if page.is_accepted]
    if len(taken) != 1:
        raise AssertionError(f"Of {AT_ONCE} posts at once {len(taken)} were taken, not one.")
    others = [page for page in pages if page is not taken[0]]
    return next((page for page in others if not page.is_refusal), others[0])


def _other_browser(launcher: Launcher, browser: Browser, form: Form) -> Page:
    with Browser() as other:
        return other.submit(form)


def _other_state(launcher: Launcher, browser: Browser, form: Form) -> Page:
    second = launcher.begin(browser, launcher.initiation())
    if second.form is None:
        raise AssertionError(f"The second login did not come to the platform: {second.steps}")
    return browser.post(form.action, form.having(state=second.form.value("state")))


def _made_up_state(launcher: Launcher, browser: Browser, form: Form) -> Page:
    return browser.post(form.action, form.having(state="a-state-that-was-made-up"))


def _no_state(launcher: Launcher, browser: Browser, form: Form) -> Page:
    return browser.post(form.action, form.having(state=None))


def _same_nonce(launcher: Launcher, browser: Browser, form: Form) -> Page:
    launcher.taken(browser.submit(form))
    token = launcher.another_token(form.value("id_token"), sub="somebody-else")
    return browser.post(form.action, form.having(id_token=token))


def _query(launcher: Launcher, browser: Browser, form: Form) -> Page:
    return browser.get(form.action, form.fields)


def _empty(launcher: Launcher, browser: Browser, form: Form) -> Page:
    return browser.post(form.action, form.having(id_token=None))


def _multipart(launcher: Launcher, browser: Browser, form: Form) -> Page:
    return browser.post(form.action, form.fields, Encoding.MULTIPART)


def _json(launcher: Launcher, browser: Browser, form: Form) -> Page:
    return browser.post(form.action, form.fields, Encoding.JSON)


_WAYS: dict[Way, Callable[[Launcher, Browser, Form], Page]] = {
    Way.TWICE: _twice,
    Way.AT_ONCE: _at_once,
    Way.OTHER_BROWSER: _other_browser,
    Way.OTHER_STATE: _other_state,
    Way.MADE_UP_STATE: _made_up_state,
    Way.NO_STATE: _no_state,
    Way.SAME_NONCE: _same_nonce,
    Way.QUERY: _query,
    Way.EMPTY: _empty,
    Way.MULTIPART: _multipart,
    Way.JSON: _json,
}
_MAY_BE_IGNORED = (Way.QUERY, Way.OTHER_BROWSER)
"""What a tool may answer with some page, if who began the launch can still make it after that.

A tool that asks the platform's storage who it was shows a browser without a cookie a page for that.
"""


def _shown(page: Page) -> str:
    return f"{page.status} at {page.url.partition('?')[0]} ({', '.join(page.steps)})"


def _complaint(launch: Launch, page: Page) -> str:
    return (
        f"“{launch.name}” must be {launch.answer.value} ({launch.row}): {launch.changes}.\n"
        f"The tool answered {_shown(page)}\n"
        f"See {launch.specification}"
    )
