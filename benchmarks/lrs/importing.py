"""Does storing many statements make a server grow, or `mentes lrs import`?"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.lrs import load, population
from benchmarks.lrs.rounds import Running
from benchmarks.lrs.servers.mentes import MENTES, SECRET_KEY
from benchmarks.lrs.targets import MB, Checked, Finding, found

BATCH = 500
MOST = 1.15
"""Times what it had in memory when a tenth was stored."""
_LOOKS = 0.2
"""Seconds between two looks at a process, which themselves take what it would have."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A file that `mentes lrs import` took in.

    Attributes:
        size: of the file, in bytes.
        seconds: that it took.
        peaks: bytes that the process had at most in memory, when each tenth of the file was read;
            the last one at the end.
        said: what it wrote last.
    """

    many: int
    size: int
    seconds: float
    peaks: list[int]
    said: str

    def shown(self) -> str:
        """Return the figures in words."""
        return (
            f"{self.many:,} statements, {self.size / MB:,.0f} MB, in {self.seconds:,.0f} s"
            f" ({self.many / self.seconds:,.0f} statements/s): {self.said}"
        )

    def checked(self) -> Checked:
        """Compare the peak at a tenth with that at the end."""
        tenth, end = self.peaks[0], self.peaks[-1]
        is_whole = self.said.startswith(f"Stored {self.many}, known already 0, refused 0.")
        finding = Finding(
            words=f"{end / tenth:.2f}× ({tenth / MB:.0f} → {end / MB:.0f} MB)",
            reached=is_whole and end <= tenth * MOST,
        )
        return found("memory of import", f"≤ {MOST:g}×", finding)


def from_file(folder: Path, many: int) -> Imported:
    """Write a file of `many` statements and let `mentes lrs import` take it into a new store."""
    MENTES.prepare(folder, 0)
    file, log = folder / "statements.jsonl", folder / "import.log"
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{text}\n" for text in population.texts(range(many)))
    environment = {
        "MENTES_PUBLIC_URL": "http://127.0.0.1:5000",
        "MENTES_SECRET_KEY": SECRET_KEY,
        "MENTES_DATABASE_URL": MENTES.url(folder),
    }
    began = time.monotonic()
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "plugin", "lrs", "import", str(file)],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=said,
            stderr=said,
        )
        peaks = _peaks(process, file)
    return Imported(
        many=many,
        size=file.stat().st_size,
        seconds=time.monotonic() - began,
        peaks=peaks,
        said=log.read_text(errors="replace").strip().rpartition("\n")[2],
    )


def _peaks(process: subprocess.Popen[bytes], file: Path) -> list[int]:
    """Return the most that a process had in memory at each tenth of a file that it reads.

    The kernel keeps that number itself, so between two looks nothing is missed. They are shown as
    they come: a million statements take long, and whoever stops has seen something.
    """
    tenths = [file.stat().st_size * part // 10 for part in range(1, 11)]
    peaks: list[int] = []
    last = 0
    while process.poll() is None:
        last = max(last, _peak(process.pid))
        if len(peaks) < 9 and _read_of(process.pid, file) >= tenths[len(peaks)]:
            peaks.append(last)
            print(f"  at {len(peaks)} tenths     {last / MB:.0f} MB at most", flush=True)
        time.sleep(_LOOKS)
    print(f"  at the end      {last / MB:.0f} MB at most", flush=True)
    return [*peaks, last]


def _peak(pid: int) -> int:
    """Return it in bytes, or 0 of a process that ends just now."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def _read_of(pid: int, file: Path) -> int:
    """Return how many bytes of a file a process has read, or 0 if it has it not open."""
    with contextlib.suppress(OSError):
        for opened in Path(f"/proc/{pid}/fd").iterdir():
            if opened.readlink() == file:
                told = Path(f"/proc/{pid}/fdinfo/{opened.name}").read_text()
                return int(told.split()[1])
    return 0
