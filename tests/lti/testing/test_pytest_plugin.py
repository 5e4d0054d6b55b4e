"""The plugin of pytest, as somebody else has it: runs of suites of their own in other folders."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "testing-lti.md").read_text("utf-8")
MY_TOOL = """
import os

from tests.lti.testing.tool import TinyTool


def MyTool(url):
    careless = frozenset(os.environ.get("CARELESS", "").split(",")) - {""}
    return TinyTool(url, careless=careless)
"""
WITHOUT = ("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:anyio")
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
    "encodings": {"a launch in several parts"},
}


def shown(called: str) -> str:
    """Return the code that the guide shows under a comment."""
    (code,) = re.findall(rf"```python\n# {re.escape(called)}\n(.*?)```", GUIDE, re.DOTALL)
    return str(code)


def run(folder: Path, *options: str, more: str = "", **environment: str) -> str:
    """Run the guide's suite in a folder of its own, and return what pytest said."""
    (folder / "my_tool.py").write_text(MY_TOOL)
    (folder / "conftest.py").write_text(shown("conftest.py") + more)
    (folder / "test_lti.py").write_text(shown("test_lti.py"))
    return ran(folder, *options, **environment)


def ran(folder: Path, *options: str, **environment: str) -> str:
    """Run pytest in a folder, with the plugin installed as pyproject.toml says."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", *WITHOUT, *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{installed(folder)}{os.pathsep}{ROOT}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def installed(folder: Path) -> Path:
    """Return a place where packages are installed, with ours by its entry points alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = (f"{name} = {module}" for name, module in project["entry-points"]["pytest11"].items())
    ours = folder / "site" / "ours-0.dist-info"
    ours.mkdir(parents=True, exist_ok=True)
    (ours / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 0\n")
    (ours / "entry_points.txt").write_text("\n".join(["[pytest11]", *named, ""]))
    return ours.parent


def failed(said: str) -> set[str]:
    return set(re.findall(r"^FAILED [^\[]*\[\w+-([^\]]*)\]", said, re.MULTILINE))


def test_a_tool_that_is_not_careless_passes_there(tmp_path: Path) -> None:
    said = run(tmp_path, "--lti-profile", "moodle", "-k", "same or nonce or audience or another")
    assert re.search(r"^\d\d passed", said, re.MULTILINE), said[-3000:]
    assert "failed" not in said


def test_a_careless_tool_fails_where_it_is_careless_and_nowhere_else(tmp_path: Path) -> None:
    said = run(tmp_path, "--lti-profile=blackboard", "-k=bad", CARELESS=",".join(CARELESS))
    assert failed(said) == set().union(*CARELESS.values())
    assert "“nonce of another login” must be refused (S9): nonce is" in said
    assert re.search(r"Of 6 posts at once \d were taken, not one.", said)


def test_each_product_opens_a_tool_however_it_is_registered(tmp_path: Path) -> None:
    said = run(tmp_path, "-k", "opens or chooses")
    assert re.search(r"^8 passed", said, re.MULTILINE), said
    itself = shown("conftest.py, for a tool that registers itself")
    said = run(tmp_path, "-rs", "-k", "opens", more=f"\n\n{itself}")
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
    said = ran(tmp_path, "--lti-profile=moodle")
    assert "Define a fixture lti_tool" in said


def test_it_costs_nothing_where_nobody_asks(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "def test_it(pytestconfig):\n"
        "    assert pytestconfig.getini('lti_messages')\n"
        "    loaded = {each for each in sys.modules if each.split('.')[0] in ('lti', 'requests')}\n"
        "    assert loaded <= {'lti', 'lti.testing', 'lti.testing.pytest_plugin'}, loaded\n"
    )
    said = ran(tmp_path)
    assert re.search(r"^1 passed", said, re.MULTILINE), said
