"""Run ADL's public conformance suite against `mentes serve`, by its own runner.

    python -m tests.conformance.run /path/to/lrs-conformance-test-suite

Both versions of the standard, on SQLite and on PostgreSQL, each on a fresh store behind a server
of its own. A test that did not run counts as one that failed: the suite's runner stops early when
a hook of it fails, and says nothing of what it left out.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tests.conformance.server import Store, a_postgresql, a_store

ENGINES = ("sqlite", "postgresql")
VERSIONS = ("1.0.3", "2.0.0")

_RUNNER = Path("bin/console_runner.js")
_SECONDS_TO_RUN = 1800
_SUMMARY = re.compile(r'^\{"total":.*\}$', re.MULTILINE)
_LOG = re.compile(r"^Full run log written to (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run of the suite came to."""

    total: int
    passed: int
    failed: int
    failures: tuple[str, ...] = ()

    @property
    def not_run(self) -> int:
        """Return how many tests were left out without a word."""
        return self.total - self.passed - self.failed

    @property
    def is_conformant(self) -> bool:
        """Return whether every test ran and passed."""
        return self.passed == self.total > 0


@click.command()
@click.argument("suite", type=click.Path(exists=True, path_type=Path, resolve_path=True))
@click.option("--engine", "engines", multiple=True, type=click.Choice(ENGINES), default=ENGINES)
@click.option("--version", "versions", multiple=True, type=click.Choice(VERSIONS), default=VERSIONS)
def main(suite: Path, engines: tuple[str, ...], versions: tuple[str, ...]) -> None:
    """Run ADL's conformance suite, of which SUITE is a checkout."""
    problem = missing(suite)
    if problem:
        raise click.ClickException(problem)
    conformant = True
    with a_postgresql() as has_postgresql:
        if "postgresql" in engines and not has_postgresql:
            raise click.ClickException("There is no PostgreSQL here; leave it out: --engine sqlite")
        for engine in engines:
            for version in versions:
                began = time.monotonic()
                with a_store(engine) as store:
                    found = run(suite, version, store)
                click.echo(row(engine, version, found, time.monotonic() - began))
                conformant = conformant and found.is_conformant
    sys.exit(0 if conformant else 1)


def missing(suite: Path) -> str | None:
    """Say what must be done before the suite can run, or None."""
    if not (suite / _RUNNER).exists():
        return f"{suite} is no checkout of https://github.com/adlnet/lrs-conformance-test-suite."
    if not (suite / "node_modules").exists():
        return f"The suite is not installed yet: cd {suite} && npm install"
    return None if shutil.which("node") else "The suite needs node, and there is none here."


def run(suite: Path, version: str, store: Store) -> Outcome:
    """Return what a run of one version against a fresh store came to."""
    where = ("-e", store.endpoint, "-a", "-u", store.key, "-p", store.secret)
    done = subprocess.run(
        ["node", str(_RUNNER), *where, "-x", version, "-z"],
        cwd=suite,
        capture_output=True,
        text=True,
        timeout=_SECONDS_TO_RUN,
        check=False,
    )
    return outcome(done.stdout)


def outcome(output: str) -> Outcome:
    """Return what the runner's output, and the record that it names, say.

    Raises:
        RuntimeError: if it did not get so far as to count.
    """
    summaries = _SUMMARY.findall(output)
    record = _LOG.search(output)
    if not summaries or record is None:
        raise RuntimeError(f"The suite did not run to its end:\n{output}")
    counted = json.loads(summaries[-1])
    failed = json.loads(Path(record[1]).read_text()).get("log") or {}
    return Outcome(
        total=counted["total"],
        passed=counted["passed"],
        failed=counted["failed"],
        failures=tuple(failures(failed)),
    )


def failures(test: Mapping[str, Any]) -> Iterator[str]:
    """Yield the title of each test in the suite's record that failed, and why."""
    inner = [part for part in test.get("tests", ()) if part.get("status") == "failed"]
    for part in inner:
        yield from failures(part)
    if not inner and test.get("status") == "failed":
        yield f"{test.get('title')}: {test.get('error')}"


def row(engine: str, version: str, found: Outcome, seconds: float) -> str:
    """Return a line of the report, and a line for each failure."""
    counts = f"{found.passed} of {found.total} pass, {found.failed} fail, {found.not_run} not run"
    line = f"{engine:<12}{version:<8}{counts}  ({seconds:.0f} s)"
    return "\n".join([line, *(f"    {failure}" for failure in found.failures)])


if __name__ == "__main__":
    main()
