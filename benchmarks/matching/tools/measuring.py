"""What every tool's process does: make ready, warm up, measure, answer. Standard library only."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Job = dict[str, Any]
"""As `rounds.Job` writes it."""
Answer = dict[str, Any]
"""`mentor_of`, a mentor's row or -1 to a mentee; whatever else the tool wants known."""
Ready = TypeVar("Ready")


class Stopwatch:
    """Seconds that have passed, on the clock and on the processors, unless it stands."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0
        self.go_on()

    def go_on(self) -> None:
        """Run again."""
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def stand(self) -> None:
        """Stand, for what is not to be counted."""
        self.wall += time.perf_counter() - self._wall
        self.cpu += time.process_time() - self._cpu


def serve(prepare: Callable[[Job], Ready], solve: Callable[[Ready, Stopwatch], Answer]) -> None:
    """Do the job that the command line names, and write the answer where it asks for it.

    `prepare` gives the tool its input, unmeasured; `solve` scores and solves.
    """
    job: Job = json.loads(sys.argv[1])
    solve(prepare({**job, **job["warm_up"]}), Stopwatch())
    ready = prepare(job)
    stopwatch = Stopwatch()
    answer = solve(ready, stopwatch)
    stopwatch.stand()
    measured = {"wall": stopwatch.wall, "cpu": stopwatch.cpu, "peak": peak_memory()}
    Path(job["answer"]).write_text(json.dumps({**measured, **answer}))


def peak_memory() -> int:
    """Return the most bytes that this process ever had in memory.

    Linux's `ru_maxrss` begins at what the parent had, so the kernel's own figure is taken there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        high_water = next(
            line for line in status.read_text().splitlines() if line.startswith("VmHWM:")
        )
        return int(high_water.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
