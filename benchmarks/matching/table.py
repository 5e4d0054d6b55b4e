"""The table as text: a block to a row, a line to each target."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version

from benchmarks.matching.rounds import Rounds
from benchmarks.matching.scores import POINT
from benchmarks.matching.targets import MB, Comparison, Finding, Target


def machine() -> str:
    """Return what everything runs on, and how busy that is with other things."""
    parts = [
        f"{os.cpu_count()} processors",
        f"load {os.getloadavg()[0]:.1f}",
        f"Python {platform.python_version()}",
        *(f"{name} {version(name)}" for name in ("numpy", "scipy")),
    ]
    return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A target, and what was found in its place."""

    target: Target
    finding: Finding

    @property
    def missed(self) -> bool:
        """Whether something was promised and not reached."""
        return bool(self.target.to_reach) and not self.finding.reached


def checked(row: Comparison, targets: tuple[Target, ...]) -> tuple[Checked, ...]:
    """Look at each target."""
    return tuple(Checked(target=each, finding=each.find(row)) for each in targets)


def block(title: str, row: Comparison, targets: tuple[Checked, ...]) -> str:
    """Return what a row's tools did, and how each target fared."""
    lines = [title, _did(row.ours)]
    if row.peer is not None:
        lines.append(_did(row.peer))
    lines += [_fared(each) for each in targets]
    return "\n".join(lines)


def summary(targets: list[Checked], left_out: list[str]) -> str:
    """Return one line on everything, and a line on each row that could not be measured."""
    promised = [each for each in targets if each.target.to_reach]
    missed = sum(each.missed for each in promised)
    lines = [f"{len(promised) - missed} of {len(promised)} targets reached, {missed} missed"]
    return "\n".join(lines + [f"not measured: {each}" for each in left_out])


def _did(rounds: Rounds) -> str:
    walls = sorted(each.wall for each in rounds.outcomes)
    verdict, remark = rounds.verdict, rounds.outcomes[0].remark
    spread = f"({_seconds(walls[0])}–{_seconds(walls[-1])})"
    faults = "".join(f"  {each}" for each in rounds.outcomes[0].faults)
    return (
        f"  {rounds.tool.name:28} {_seconds(rounds.wall):>7} s {spread:17}"
        f" CPU {_seconds(rounds.cpu):>6} s  {rounds.peak / MB:6,.0f} MB"
        f"  {verdict.matched:7,} matched  total {verdict.total / POINT:,.0f}"
        f"{faults}{f'  ({remark})' if remark else ''}"
    )


def _fared(each: Checked) -> str:
    target, finding = each.target, each.finding
    measured = f"    {target.name:10} {finding.words:28}"
    if not target.to_reach:
        return measured.rstrip()
    return f"{measured} {target.to_reach:28} {'reached' if finding.reached else 'MISSED'}"


def _seconds(value: float) -> str:
    return f"{value:.4f}" if value < 0.1 else f"{value:.3f}" if value < 10 else f"{value:.1f}"
