"""Measure, print the table, and end with an error where a target was missed.

python -m benchmarks.matching [--quick] [--only 10000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.environments import NotInstalled
from benchmarks.matching import rounds, speed, table
from benchmarks.matching.targets import Comparison


def main() -> int:
    """Return 0 if every target of the rows asked for was measured and reached."""
    asked = _asked()
    found: list[table.Checked] = []
    left_out: list[str] = []
    print(table.machine() + "\n", flush=True)
    for row in _rows(asked):
        try:
            compared = _compared(row, asked.rounds or row.rounds)
        except (NotInstalled, rounds.ToolFailed) as error:
            left_out.append(f"{row.title}: {error}")
            continue
        checked = table.checked(compared, row.targets)
        print(table.block(row.title, compared, checked) + "\n", flush=True)
        found += checked
    print(table.summary(found, left_out))
    return 1 if left_out or any(each.missed for each in found) else 0


def _compared(row: speed.Row, many: int) -> Comparison:
    tools = [row.ours, row.peer] if row.peer else [row.ours]
    ours, *peers = rounds.in_turn(tools, row.people, many=many)
    return Comparison(people=row.people, ours=ours, peer=peers[0] if peers else None)


def _rows(asked: argparse.Namespace) -> list[speed.Row]:
    return [
        row
        for row in speed.rows()
        if (row.quick or not asked.quick) and (not asked.only or row.people.mentees in asked.only)
    ]


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__)
    sizes = sorted({row.people.mentees for row in speed.rows()})
    parser.add_argument(
        "--quick", action="store_true", help="up to 1,000 people: two or three minutes"
    )
    parser.add_argument(
        "--only",
        type=int,
        action="append",
        choices=sizes,
        help="rows of so many mentees (1100: newcomers); may be given again",
    )
    parser.add_argument("--rounds", type=_one_or_more, help="so many rounds of every row")
    return parser.parse_args()


def _one_or_more(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give a number from 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
