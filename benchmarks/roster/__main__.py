"""Measure how a roster comes in from a platform: members a second, and memory by its length.

python -m benchmarks.roster [--quick]

The platform, the reading worker and PostgreSQL are processes of their own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.bridge.installation import on_postgresql
from benchmarks.bridge.targets import Measured, NotMeasured
from benchmarks.roster.reading import Took
from config.log import configure_logging

LARGE, SMALL = 100_000, 10_000
LEAST = 5_000
"""Members a second that nobody knew before."""
MOST = 1.1
"""Times the memory that a tenth of them takes."""


def main() -> int:
    """Print what was measured; return 0 if every target was measured and reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roster", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the members")
    parts = 10 if parser.parse_args().quick else 1
    configure_logging("error")
    try:
        small, large = took(SMALL // parts), took(LARGE // parts)
    except NotMeasured as error:
        print(f"Not measured: {error}")
        return 1
    missed = False
    for each in measured(small, large):
        print(each)
        missed = missed or each.missed
    return 1 if missed else 0


def measured(small: Took, large: Took) -> Iterator[Measured]:
    """Yield what two readings say."""
    many = f"{large.members:,} members"
    yield Measured(
        name=f"{many}, all new",
        value=large.members / large.first,
        unit="/s",
        least=LEAST,
        beside=f"{large.first:.1f} s",
    )
    yield Measured(
        name=f"{many}, known, two hours later",
        value=large.members / large.again,
        unit="/s",
        beside=f"{large.again:.1f} s",
    )
    yield Measured(
        name="members to a second of the worker's CPU",
        value=2 * large.members / large.cpu,
        unit="/s",
        beside="both readings",
    )
    yield Measured(name=f"memory, {small.members:,} members", value=small.peak / 1024, unit="MiB")
    yield Measured(name=f"memory, {many}", value=large.peak / 1024, unit="MiB")
    yield Measured(
        name="memory, the larger to the smaller", value=large.peak / small.peak, unit="×", most=MOST
    )


def took(members: int) -> Took:
    """Return what reading a roster of `members` takes, on a PostgreSQL of its own.

    Raises:
        NotMeasured: there is no PostgreSQL.
    """
    with on_postgresql() as mentes, _platform(members) as platform:
        database = mentes.settings.database_url
        command = [sys.executable, "-m", "benchmarks.roster.reading", database, platform]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found = Took(**json.loads(done.stdout))
    assert found.members == members, f"{found.members} of {members} are in the course"
    return found


@contextmanager
def _platform(members: int) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.roster.platform", str(members)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


if __name__ == "__main__":
    sys.exit(main())
