"""The table as text: a block to a row, a line to each contender and to each target."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.lrs.layers import Layers
from benchmarks.lrs.load import Measured
from benchmarks.lrs.rounds import Rounds
from benchmarks.lrs.rows import Row
from benchmarks.lrs.targets import Checked


def block(row: Row, rounds: Sequence[Rounds], found: Sequence[Checked]) -> str:
    """Return what a row's contenders did, and how each target fared."""
    clients = f"{row.connections} connection{'s' if row.connections > 1 else ''}"
    lines = [f"{row.title} · {clients}"]
    lines += [_did(each, row.statements) for each in rounds]
    return "\n".join(lines + fared(found))


def fared(found: Sequence[Checked]) -> list[str]:
    """Return a line to each target."""
    return [_fared(each) for each in found]


def costs(several: Sequence[Layers]) -> str:
    """Return a line to each kind of request: what its layers cost."""
    lines = ["Where a request's processor time goes, in ms · 1 connection"]
    names = ("HTTP server", "every answer", "the store")
    lines.append(f"  {'':30} " + "".join(f"{name:>14}" for name in names))
    for each in several:
        layers = (each.server, each.every_answer, each.store)
        lines.append(f"  {each.name:30} " + "".join(f"{layer:14.2f}" for layer in layers))
    return "\n".join(lines)


def summary(found: Sequence[Checked], left_out: Sequence[str]) -> str:
    """Return one line on everything, and a line on each part that could not be measured."""
    promised = [each for each in found if each.target.to_reach]
    missed = sum(each.missed for each in promised)
    lines = [f"{len(promised) - missed} of {len(promised)} targets reached, {missed} missed"]
    return "\n".join(lines + [f"not measured: {each}" for each in left_out])


def _did(rounds: Rounds, statements: int) -> str:
    def middle(name: str) -> float:
        return rounds.middle(lambda each: float(getattr(each, name)))

    rate = middle("rate")
    rates = sorted(each.rate for each in rounds.measured)
    many = f"{rate * statements:9,.0f} statements/s" if statements > 1 else " " * 22
    asked = len(rounds.contender.questions)
    right = f"  {rounds.right} of {asked} right" if asked else ""
    return (
        f"  {rounds.contender.name:24} {rate:8,.1f}/s ({rates[0]:,.0f}–{rates[-1]:,.0f}){many}"
        f"  p50 {middle('p50'):7.1f}  p95 {middle('p95'):7.1f} ms"
        f"  CPU {middle('cpu_ms'):7.2f} ms{_refused(rounds.measured)}{right}"
    )


def _refused(measured: Sequence[Measured]) -> str:
    refused = sum(each.refused for each in measured)
    return f"  {refused} refused" if refused else ""


def _fared(each: Checked) -> str:
    target, finding = each.target, each.finding
    measured = f"    {target.name:10} {finding.words:36}"
    if not target.to_reach:
        return measured.rstrip()
    return f"{measured} {target.to_reach:12} {'reached' if finding.reached else 'MISSED'}"
