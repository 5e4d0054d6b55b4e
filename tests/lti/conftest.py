"""Real collaborators: a platform and a tool's key set, each on a socket of its own."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from werkzeug.wrappers import Request, Response

from lti.access_tokens import AccessTokens
from lti.http import Http
from lti.keys import ToolKey, ToolKeyRing
from lti.registration import Registration
from lti.services import Services
from lti.testing import CAMPUS, Course, Platform, Profile, Server, Tool, User, serving
from lti.testing.answers import as_json
from tests.lti.factories import NOW, rsa_key


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@dataclass
class ToolSite:
    """A tool: its key ring, its services, and its key set on a socket."""

    server: Server
    clock: Clock
    http: Http = field(default_factory=lambda: Http(allow_private=True, timeout=(5.0, 5.0)))

    def __post_init__(self) -> None:
        kid, pem = rsa_key("tool")
        self.ring = ToolKeyRing(
            [ToolKey(kid=kid, private_pem=pem, created_at=NOW - timedelta(days=3))]
        )
        self.server.app = as_json(self.ring.jwks())
        self.tokens = AccessTokens(self.http, lambda registration: self.ring, self.clock)
        self.services = Services(self.http, self.tokens)

    @property
    def url(self) -> str:
        return self.server.url


@dataclass
class Campus:
    """A platform with one tool, one course, a teacher and two learners."""

    platform: Platform
    tool: Tool
    course: Course
    teacher: User
    learner: User
    registration: Registration


@dataclass
class Script:
    """A server that gives prepared answers, one after the other, the last one for ever."""

    server: Server
    answers: list[Response] = field(default_factory=list)
    received: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server.app = self._answer

    @property
    def url(self) -> str:
        return f"{self.server.url}/x"

    def will_answer(self, *answers: Response) -> None:
        self.answers[:] = answers

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.get_data()
        self.received.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(environ, start_response)


@pytest.fixture
def script() -> Iterator[Script]:
    with serving() as server:
        yield Script(server)


@pytest.fixture
def http() -> Http:
    return Http(allow_private=True, timeout=(5.0, 5.0))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Iterator[ToolSite]:
    with serving() as server:
        yield ToolSite(server, clock)


@pytest.fixture
def profile() -> Profile:
    """The product that the platform behaves as; a module may have another."""
    return CAMPUS


@pytest.fixture
def platform(clock: Clock, profile: Profile) -> Iterator[Platform]:
    with serving() as server:
        platform = Platform(server.url, clock=clock, key=rsa_key("platform"), profile=profile)
        server.app = platform.wsgi
        yield platform


@pytest.fixture
def campus(platform: Platform, site: ToolSite) -> Campus:
    tool = platform.register_tool(
        name="Mentoring",
        login_url=f"{site.url}/login",
        launch_url=f"{site.url}/launch",
        jwks_uri=f"{site.url}/jwks",
        custom={"course": "$Context.id", "history": "$Context.id.history", "odd": "$Odd.name"},
    )
    course = platform.directory.add_course(
        Course(id="2", label="MENT101", title="Mentored Course 101")
    )
    teacher, learner, _ = (
        platform.directory.add_user(_user(id, given, family))
        for id, given, family in (
            ("3", "Tina", "Teacher"),
            ("4", "Ada", "One"),
            ("5", "Ben", "Two"),
        )
    )
    platform.directory.enrol("3", "2", "Instructor")
    platform.directory.enrol("4", "2")
    platform.directory.enrol("5", "2")
    return Campus(
        platform=platform,
        tool=tool,
        course=course,
        teacher=teacher,
        learner=learner,
        registration=platform.registration_of(tool, "registration-1"),
    )


@pytest.fixture
def requests_to(platform: Platform) -> Callable[[str], list[int]]:
    """Return the statuses of the requests to one endpoint so far."""

    def statuses(endpoint: str) -> list[int]:
        return [
            exchange.status
            for exchange in platform.exchanges
            if exchange.summary.partition(":")[0] == endpoint
        ]

    return statuses


def _user(id: str, given: str, family: str) -> User:
    return User(
        id=id,
        given_name=given,
        family_name=family,
        email=f"{given.lower()}@example.com",
        username=given.lower(),
        sourcedid=f"SIS-{given.lower()}",
    )
