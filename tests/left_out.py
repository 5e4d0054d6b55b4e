"""Says in one line which groups of tests this machine cannot run, and how to run them.

With `MENTES_TEST_LEAVE_NOTHING_OUT` (CI sets it) leaving something out is a failure; but for other
people's clients (`tests.clients.installed` says why).
"""

from __future__ import annotations

import os

import pytest

from tests import browsers, postgresql
from tests.clients import installed

HOW = {
    "PostgreSQL": f"install PostgreSQL, or set {postgresql.URL}",
    "clients in JavaScript": "with node, run: make clients",
    "Ralph's client": "run: make clients",
    "Ralph as a store": "run: make clients",
    "Open edX as the platform": "run: make clients",
    "Chromium": "install chromium, or run: playwright install chromium",
}


def missing(config: pytest.Config) -> list[str]:
    """Return the groups that were asked for and that this machine cannot run."""
    groups = []
    engines = config.getoption("--engine") or ["postgresql"]
    if "postgresql" in engines and not os.environ.get(postgresql.URL):
        groups.append("PostgreSQL")
    if browsers.chromium() is None:
        groups.append("Chromium")
    return groups


def missing_clients() -> list[str]:
    """Return those of other people's clients that are not installed."""
    here = {
        "clients in JavaScript": installed.has_node(),
        "Ralph's client": installed.has_ralph(),
        "Ralph as a store": installed.has_ralph_server(),
        "Open edX as the platform": installed.has_open_edx(),
    }
    return [client for client, is_here in here.items() if not is_here]


LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was left out."""
    groups = config.stash.get(LEFT_OUT, [])
    if groups:
        ways = "; ".join(f"{group} ({HOW[group]})" for group in groups)
        terminalreporter.write_line(f"Left out on this machine: {ways}", yellow=True)


@pytest.hookimpl(trylast=True)  # after the servers were started
def pytest_configure(config: pytest.Config) -> None:
    """Find out once what is missing, and stop where nothing may be."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    groups = missing(config)
    config.stash[LEFT_OUT] = groups + missing_clients()
    if groups and os.environ.get("MENTES_TEST_LEAVE_NOTHING_OUT"):
        pytest.exit(f"Nothing may be left out, but this machine lacks {groups}.", returncode=1)
