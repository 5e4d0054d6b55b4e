"""LTI 1.3 for pytest: platforms on real sockets, and launches that a tool must refuse or take.

A test suite of a tool says where the tool is, by one fixture of its own:

    @pytest.fixture
    def lti_tool(lti_platform, my_tool):
        tool = lti_platform.register_tool(login_url=…, launch_url=…, jwks_uri=…)
        my_tool.knows(lti_platform.registration_of(tool, "1"))
        return tool

and has these, each test once for each product unless `--lti-profile` names some:

    lti_platform        a `Platform`, on a socket
    lti_classroom       a course of it, with a teacher and two students
    lti_launcher        a `Launcher`: opens the tool as a browser would
    lti_register        registers a tool that registers itself, given its registration URL
    lti_bad_launch      every launch and login that a tool must refuse, one a test
    lti_good_launch     every one that it must take; `lti_launcher.check` takes either
    lti_clock, lti_issuer, lti_method       to be overridden: the time, the platform's name for
                                            itself, and how logins begin

Nothing is loaded before a test asks for it. docs/testing-lti.md shows a whole suite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lti.testing import Platform, Profile, Server, Tool
    from lti.testing.launcher import Classroom, Launch, Launcher

PROFILE_NAMES = ("moodle", "canvas", "brightspace", "blackboard")
MESSAGES = ("LtiResourceLinkRequest", "LtiDeepLinkingRequest", "LtiSubmissionReviewRequest")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run choose products, and a suite the messages that its tool serves."""
    group = parser.getgroup("lti", "LTI 1.3")
    group.addoption(
        "--lti-profile",
        action="append",
        choices=PROFILE_NAMES,
        help="Behave as this product only (repeatable).",
    )
    parser.addini(
        "lti_messages",
        type="args",
        default=list(MESSAGES),
        help="The messages that the tool serves; of others no launches are sent.",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for each product, and for each launch of the pack, that it asks for."""
    if "lti_profile" in metafunc.fixturenames and not _has_its_own(metafunc, "lti_profile"):
        chosen = metafunc.config.getoption("--lti-profile") or PROFILE_NAMES
        metafunc.parametrize("lti_profile", chosen, indirect=True, scope="session")
    for name, launches in (("lti_bad_launch", _bad), ("lti_good_launch", _good)):
        if name in metafunc.fixturenames and not _has_its_own(metafunc, name):
            served = metafunc.config.getini("lti_messages")
            found = launches(tuple(served))
            metafunc.parametrize(name, found, ids=[each.name for each in found], indirect=True)


def _has_its_own(metafunc: pytest.Metafunc, name: str) -> bool:
    """Whether the test says itself what `name` is."""
    marks = metafunc.definition.iter_markers("parametrize")
    return any(name in str(mark.args[0]).replace(" ", "").split(",") for mark in marks)


@cache
def _bad(served: tuple[str, ...]) -> Sequence[Launch]:
    from lti.testing import payloads

    return (*_served(payloads.BAD_TOKENS, served), *payloads.BAD_POSTS, *payloads.BAD_LOGINS)


@cache
def _good(served: tuple[str, ...]) -> Sequence[Launch]:
    from lti.testing import payloads

    return (*_served(payloads.GOOD_TOKENS, served), *payloads.GOOD_LOGINS)


def _served(tokens: Sequence[Launch], served: tuple[str, ...]) -> Iterator[Launch]:
    from lti.testing.payloads import Given, Token

    for each in tokens:
        trusting = isinstance(each, Token) and each.given is Given.TRUSTED_AUDIENCE
        if isinstance(each, Token) and each.message.value in served and not trusting:
            yield each


@pytest.fixture(scope="session")
def lti_profile(request: pytest.FixtureRequest) -> Profile:
    """The product that platforms behave as."""
    from lti.testing import PROFILES

    return PROFILES[request.param]


@pytest.fixture
def lti_clock() -> Callable[[], datetime]:
    """The time on the platform; override it for a tool whose clock is not the machine's."""
    return lambda: datetime.now(UTC)


@pytest.fixture
def lti_issuer() -> str | None:
    """What the platform calls itself, or None for what its product does.

    Override it with `lti_server.url` for a tool that registers itself with a Canvas: it then is a
    Canvas of a school's own, whose configuration is where its issuer is.
    """
    return None


@pytest.fixture
def lti_method() -> str:
    """How logins begin: "post" or "get"."""
    return "post"


@pytest.fixture
def lti_server() -> Iterator[Server]:
    """The platform's socket."""
    from lti.testing import serving

    with serving() as server:
        yield server


@pytest.fixture
def lti_platform(
    lti_profile: Profile,
    lti_server: Server,
    lti_clock: Callable[[], datetime],
    lti_issuer: str | None,
) -> Platform:
    """A platform on a socket, with nobody and nothing on it."""
    from lti.testing import Platform

    platform = Platform(
        lti_server.url,
        clock=lti_clock,
        profile=lti_profile,
        issuer=lti_issuer,
        key=_key(lti_profile.product),
    )
    lti_server.app = platform.wsgi
    return platform


@cache
def _key(product: str) -> tuple[str, str]:
    """Return a product's key, made once for a whole run: it takes a while."""
    from lti import jose

    return jose.new_private_key()


@pytest.fixture
def lti_classroom(lti_platform: Platform) -> Classroom:
    """A course on the platform, with a teacher and two students."""
    from lti.testing.launcher import a_classroom

    return a_classroom(lti_platform)


@pytest.fixture
def lti_tool() -> Tool:
    """The tool, as it is registered with the platform: for each suite to say."""
    raise NotImplementedError(
        "Define a fixture lti_tool that registers your tool with lti_platform and returns it; "
        "see docs/testing-lti.md."
    )


@pytest.fixture
def lti_register(lti_platform: Platform) -> Callable[[str], Tool]:
    """A function that invites a tool to register itself, as an administrator's browser would."""
    from lti.testing.browser import Browser

    def registered(registration_url: str, *, confirm: bool = True) -> Tool:
        """Open the tool's registration URL, and send the form that it may show to be confirmed."""
        if not lti_platform.profile.registers:
            pytest.skip(f"With {lti_platform.profile.name} tools are registered by hand.")
        known = {tool.client_id for tool in lti_platform.directory.tools()}
        with Browser() as browser:
            page = browser.get(lti_platform.invitation(registration_url))
            if confirm and page.form is not None:
                page = browser.submit(page.form)
        new = [tool for tool in lti_platform.directory.tools() if tool.client_id not in known]
        if len(new) != 1:
            raise AssertionError(f"The tool did not register itself: {page.steps}\n{page.text}")
        return new[0]

    return registered


@pytest.fixture
def lti_launcher(
    lti_platform: Platform, lti_tool: Tool, lti_classroom: Classroom, lti_method: str
) -> Launcher:
    """What opens the tool from the platform."""
    from lti.testing.launcher import Launcher

    return Launcher(lti_platform, lti_tool, lti_classroom, method=lti_method)


@pytest.fixture
def lti_bad_launch(request: pytest.FixtureRequest, lti_launcher: Launcher) -> Launch:
    """A launch, or a login, that a tool must refuse."""
    return _sensible(request.param, lti_launcher)


@pytest.fixture
def lti_good_launch(request: pytest.FixtureRequest, lti_launcher: Launcher) -> Launch:
    """A launch, or a login, that a tool must take."""
    return _sensible(request.param, lti_launcher)


def _sensible(launch: Launch, launcher: Launcher) -> Launch:
    lacking = launcher.lacks(launch)
    if lacking is not None:
        pytest.skip(f"It needs that {lacking}.")
    return launch
