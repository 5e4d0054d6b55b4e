"""Does storing many statements make a server grow?"""

from __future__ import annotations

import contextlib

from benchmarks.lrs import load, population
from benchmarks.lrs.rounds import Running
from benchmarks.lrs.targets import MB, Checked, Finding, found

BATCH = 500
MOST = 1.15
"""Times what it had in memory when a tenth was stored."""


def memory(running: Running, first: int, many: int) -> Checked:
    """Store `many` statements from `first` on, and compare its memory at a tenth and at the end."""
    tenth = end = 0
    many = max(many, 10 * BATCH)
    bodies = population.batches(first, BATCH)
    connection = load.Connection(running.way.port)
    refused = 0
    with running.going(), contextlib.closing(connection):
        for stored in range(BATCH, many + 1, BATCH):
            answer = connection.ask(running.way.post(next(bodies)))
            refused += answer.status != 200
            if stored <= many // 10:
                tenth = running.process.memory()
        end = running.process.memory()
    finding = Finding(
        words=f"{end / tenth:.2f}× ({tenth / MB:.0f} → {end / MB:.0f} MB)",
        reached=end <= tenth * MOST and not refused,
    )
    return found("memory", f"≤ {MOST:g}×", finding)
