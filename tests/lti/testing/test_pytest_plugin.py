"""The plugin of pytest, as somebody else has it: runs of suites of their own in other folders."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
CONFTEST = """
import os

import pytest

from lti.testing import serving
from tests.lti.testing.tool import TinyTool


@pytest.fixture
def my_tool():
    careless = os.environ.get("CARELESS", "").split(",")
    with serving() as server:
        server.app = TinyTool(server.url, careless=frozenset(careless) - {""})
        yield server.app


@pytest.fixture
def lti_tool(lti_platform, my_tool):
    tool = lti_platform.register_tool(
        login_url=f"{my_tool.url}/login",
        launch_url=f"{my_tool.url}/launch",
        jwks_uri=f"{my_tool.url}/jwks",
    )
    my_tool.registrations["1"] = lti_platform.registration_of(tool, "1")
    return tool
"""
SUITE = """
from lti.testing.payloads import Message


def test_a_student_opens_the_item(lti_launcher):
    assert lti_launcher.open().text == "LtiResourceLinkRequest by student-1"


def test_a_teacher_chooses_items(lti_launcher):
    page = lti_launcher.open(Message.DEEP_LINKING)
    assert page.text == "LtiDeepLinkingRequest by teacher-1"


def test_bad_launches(lti_launcher, lti_bad_launch):
    lti_launcher.check(lti_bad_launch)


def test_good_launches(lti_launcher, lti_good_launch):
    lti_launcher.check(lti_good_launch)
"""
REGISTERING = """
import pytest


@pytest.fixture
def lti_issuer(lti_server):
    return lti_server.url


@pytest.fixture
def lti_tool(my_tool, lti_register):
    return lti_register(f"{my_tool.url}/register")


def test_a_tool_that_registered_itself_is_opened(lti_launcher):
    assert lti_launcher.open().text == "LtiResourceLinkRequest by student-1"
"""
CARELESS = {
    "replays": {
        "the same post twice",
        "the same post many times at once",
        "the same nonce for somebody else",
    },
    "nonces": {"nonce of another login", "nonce beyond ascii", "the state of another login"},
    "audiences": {
        "audience with a foreign one after us",
        "audience with a foreign one before us",
    },
}


def run(folder: Path, *options: str, suite: str = SUITE, **environment: str) -> str:
    """Run a suite in a folder of its own, and return what pytest said."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(suite)
    return ran(folder, "-p", "lti.testing.pytest_plugin", *options, **environment)


def ran(folder: Path, *options: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{ROOT}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def failed(said: str) -> set[str]:
    return set(re.findall(r"^FAILED [^\[]*\[\w+-([^\]]*)\]", said, re.MULTILINE))


def test_a_tool_that_checks_everything_passes(tmp_path: Path) -> None:
    said = run(tmp_path, "--lti-profile", "moodle")
    assert re.search(r"^2\d\d passed, 1 skipped", said, re.MULTILINE), said[-3000:]


def test_a_careless_tool_fails_where_it_is_careless_and_nowhere_else(tmp_path: Path) -> None:
    said = run(tmp_path, "--lti-profile", "blackboard", CARELESS=",".join(CARELESS))
    assert failed(said) == set().union(*CARELESS.values())
    assert "“nonce of another login” must be refused (S9): nonce is" in said
    assert "posts at once were taken, not one." in said


def test_each_product_opens_a_tool_however_it_is_registered(tmp_path: Path) -> None:
    said = run(tmp_path, "-k", "opens or chooses")
    assert re.search(r"^8 passed", said, re.MULTILINE), said
    said = run(tmp_path, "-rs", suite=REGISTERING)
    assert re.search(r"^3 passed, 1 skipped", said, re.MULTILINE), said
    assert "With Blackboard tools are registered by hand." in said


def test_a_suite_says_which_messages_its_tool_serves(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nlti_messages = LtiResourceLinkRequest\n")
    said = run(tmp_path, "--lti-profile=canvas", "--collect-only")
    assert "issuer null" in said
    assert "deep linking" not in said
    assert "submission review" not in said


def test_a_suite_without_a_tool_is_told_what_to_define(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(lti_launcher): ...")
    said = ran(tmp_path, "-p", "lti.testing.pytest_plugin", "--lti-profile=moodle")
    assert "Define a fixture lti_tool" in said


def test_installed_it_is_there_and_costs_nothing_where_nobody_asks(tmp_path: Path) -> None:
    entry_points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    name, module = entry_points["pytest11"].popitem()
    installed = tmp_path / "site" / "somebody-0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: somebody\nVersion: 0\n")
    (installed / "entry_points.txt").write_text(f"[pytest11]\n{name}_of_a_copy = {module}\n")
    folder = tmp_path / "suite"
    folder.mkdir()
    (folder / "test_it.py").write_text(
        "import sys\n"
        "def test_it(pytestconfig):\n"
        "    assert pytestconfig.getini('lti_messages')\n"
        "    loaded = {each for each in sys.modules if each.split('.')[0] in ('lti', 'requests')}\n"
        "    assert loaded <= {'lti', 'lti.testing', 'lti.testing.pytest_plugin'}, loaded\n"
    )
    said = ran(
        folder,
        *("-p", "no:schemathesis", "-p", "no:anyio"),
        PYTHONPATH=f"{installed.parent}{os.pathsep}{ROOT}",
    )
    assert re.search(r"^1 passed", said, re.MULTILINE), said
