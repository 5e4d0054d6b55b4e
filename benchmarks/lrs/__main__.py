"""Measure, print the table, and end with an error where a target was missed.

python -m benchmarks.lrs [--quick] [--only reading] [--large 10000000]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from benchmarks.environments import NotInstalled
from benchmarks.lrs import broken, growth, importing, layers, table, validation
from benchmarks.lrs.processes import NotServing
from benchmarks.lrs.rounds import Pace, in_turn, started
from benchmarks.lrs.rows import APART, Row, questions, rows
from benchmarks.lrs.servers.mentes import MENTES
from benchmarks.lrs.servers.ralph import CEILING, CLICKHOUSE
from benchmarks.lrs.targets import KB, Checked, Finding, checked, found
from config.log import configure_logging

ROOM = 2 * KB
"""Bytes to a statement beyond its payload."""
Part = Callable[[argparse.Namespace, Path], Iterable[Checked]]


def main() -> int:
    """Return 0 if every target of the parts asked for was measured and reached."""
    asked = _asked()
    configure_logging("critical")
    reached: list[Checked] = []
    left_out: list[str] = []
    for name in asked.only or PARTS:
        with tempfile.TemporaryDirectory(prefix="mentes-benchmark-") as folder:
            try:
                reached += PARTS[name](asked, Path(folder))
            except CANNOT as error:
                left_out.append(f"{name}: {error}")
    print(table.summary(reached, left_out))
    return 1 if left_out or any(each.missed for each in reached) else 0


CANNOT = (NotInstalled, NotServing, growth.NoPostgreSQL, subprocess.SubprocessError, OSError)


def _table(asked: argparse.Namespace, folder: Path) -> list[Checked]:
    """Measure ours and its peers on stores of one size, then what room and memory ours takes."""
    total = asked.statements
    reached: list[Checked] = []
    servers = [(each, total) for each in (MENTES, CLICKHOUSE, CEILING)]
    with started(servers, folder) as (ours, clickhouse, ceiling):
        room = MENTES.sizes(ours.folder).beyond
        for row in _asked_for(asked, rows(ours, clickhouse, ceiling, total)):
            reached += _measured(row, _pace(asked))
        if not asked.row:
            first = total + 8 * APART
            costs = layers.layers(ours, questions(ours, total), first, _pace(asked))
            print(table.costs(costs) + "\n", flush=True)
        finding = Finding(words=f"{room:,.0f} bytes", reached=room <= ROOM)
        alone = [
            found("storage", f"≤ {ROOM:,} bytes", finding),
            importing.memory(ours, total + 9 * APART, asked.imported),
        ]
    print("\n".join(["Storage beyond payload; memory while importing", *table.fared(alone), ""]))
    return reached + alone


def _growth(asked: argparse.Namespace, folder: Path) -> list[Checked]:
    """Measure ours on PostgreSQL, small and large."""
    totals = (asked.large, asked.statements)
    reached: list[Checked] = []
    with (
        growth.databases(totals) as servers,
        started(list(zip(servers, totals, strict=True)), folder) as (large, small),
    ):
        for row in _asked_for(asked, growth.rows((large, totals[0]), (small, totals[1]))):
            reached += _measured(row, _pace(asked))
    return reached


def _validation(_asked: argparse.Namespace, folder: Path) -> list[Checked]:
    """Measure how statements are looked at, and where their time goes."""
    ours, *others = several = validation.validators(folder)
    print("Validation, of statements that are parsed, on one core")
    for each in several:
        rate = 1 / each.seconds
        faults = f"{each.refused} of {len(broken.FAULTS)} broken ones refused"
        print(f"  {each.name:24} {rate:9,.0f} statements/s  {faults}")
    reached = [
        found(
            "validation",
            "quicker",
            Finding(
                words=f"{each.seconds / ours.seconds:.2f}× {each.name}",
                reached=each.seconds >= ours.seconds,
            ),
        )
        for each in others
    ]
    print("\n".join([*table.fared(reached), "Where the time goes, in batches of 50"]))
    for name, seconds in validation.stages(folder).items():
        print(f"  {name:36} {seconds * 1e6:6.0f} µs")
    print()
    return reached


def _importing(asked: argparse.Namespace, folder: Path) -> list[Checked]:
    """Watch the memory of `mentes lrs import`."""
    print("mentes lrs import, SQLite")
    imported = importing.from_file(folder, asked.file)
    reached = [imported.checked()]
    print("\n".join([f"  {imported.shown()}", *table.fared(reached), ""]), flush=True)
    return reached


def _asked_for(asked: argparse.Namespace, several: Iterable[Row]) -> Iterator[Row]:
    return (row for row in several if asked.row in row.title)


def _measured(row: Row, pace: Pace) -> list[Checked]:
    rounds = in_turn(row.contenders, pace, connections=row.connections)
    found = checked(rounds, row.targets)
    print(table.block(row, rounds, found) + "\n", flush=True)
    return found


def _pace(asked: argparse.Namespace) -> Pace:
    return Pace(rounds=asked.rounds, warm_up=min(1, asked.seconds), lasts=asked.seconds)


PARTS: dict[str, Part] = {
    "table": _table,
    "growth": _growth,
    "validation": _validation,
    "importing": _importing,
}


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lrs", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small stores, short rounds")
    parser.add_argument("--only", choices=PARTS, action="append", help="may be given again")
    parser.add_argument("--row", default="", help="only rows with this in their title")
    parser.add_argument("--statements", type=int, help="in the stores (100,000)")
    parser.add_argument("--large", type=int, help="in the large store of growth (1,000,000)")
    parser.add_argument("--imported", type=int, help="while memory is watched (100,000)")
    parser.add_argument("--file", type=int, help="in the file that is imported (1,000,000)")
    parser.add_argument("--rounds", type=int, help="of every row (3)")
    parser.add_argument("--seconds", type=float, help="that a round lasts (5)")
    asked = parser.parse_args()
    for name, (whole, quick) in DEFAULTS.items():
        if getattr(asked, name) is None:
            setattr(asked, name, quick if asked.quick else whole)
    return asked


DEFAULTS = {
    "statements": (100_000, 10_000),
    "large": (1_000_000, 100_000),
    "imported": (100_000, 20_000),
    "file": (1_000_000, 20_000),
    "rounds": (3, 1),
    "seconds": (5.0, 1.0),
}


if __name__ == "__main__":
    sys.exit(main())
