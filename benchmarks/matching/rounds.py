"""Runs tools in turn, each time in a fresh process, and judges what they answer."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Any

import numpy as np

from benchmarks.environments import CHECKOUT, python_with
from benchmarks.matching import rows
from benchmarks.matching.judge import Verdict, verdict
from benchmarks.matching.populations import NOBODY, SEED, Kind, Population, population
from benchmarks.matching.tools.measuring import Answer, Job

LONGEST = 2 * 3600
"""Seconds that a tool may take once."""


class ToolFailed(Exception):
    """A tool gave no answer; what it said is on standard error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """What is measured, and where it lives."""

    name: str
    module: str
    """In `benchmarks.matching.tools`."""
    requirement: str | None = None
    """What pip installs into an environment of its own; None: ours has it."""
    warm_up: int = 60
    """Mentees of the instance on which code is loaded and caches are filled before measuring."""
    reads_rows: bool = False
    """Whether it takes its people as JSON, having no numpy to make them."""
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def python(self) -> str:
        """The interpreter to run it with."""
        return str(python_with(self.requirement)) if self.requirement else sys.executable


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The arguments of `populations.population`, and how skills count."""

    mentees: int
    kind: Kind = Kind.SURPLUS
    mentors: int | None = None
    most_places: int = 5
    seed: int = SEED
    share: bool = False

    def made(self) -> Population:
        """Make them up."""
        return population(
            self.mentees,
            self.kind,
            mentors=self.mentors,
            most_places=self.most_places,
            seed=self.seed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run of one tool, judged."""

    wall: float
    cpu: float
    peak: int
    """Bytes, of the whole process."""
    verdict: Verdict
    digest: str
    """The same for the same assignment."""
    solving: float | None = None
    """Seconds of `wall` after everybody had been read, where the tool says so."""
    gap: float | None = None
    """How far from the optimum it may be at most, by the tool's own certificate: 0.003 = 0.3 %."""
    changed: int = 0
    """Pairs that were accepted before and are others now."""
    claimed: int | None = None
    """The total by the tool's own account."""
    remark: str = ""

    @property
    def faults(self) -> list[str]:
        """What is wrong with the answer, in words."""
        verdict, claimed = self.verdict, self.claimed
        return [
            words
            for words, holds in (
                (f"{verdict.against_a_rule} pairs forbidden", verdict.against_a_rule),
                (f"{verdict.over_capacity} over capacity", verdict.over_capacity),
                (f"a total of {claimed} claimed", claimed not in {None, verdict.total}),
            )
            if holds
        ]


@dataclass(frozen=True)
class Rounds:
    """What one tool did in all rounds."""

    tool: Tool
    outcomes: tuple[Outcome, ...]

    @cached_property
    def wall(self) -> float:
        """Median seconds."""
        return median(each.wall for each in self.outcomes)

    @cached_property
    def cpu(self) -> float:
        """Median seconds of processor time, all threads together."""
        return median(each.cpu for each in self.outcomes)

    @cached_property
    def peak(self) -> int:
        """The most bytes in any round."""
        return max(each.peak for each in self.outcomes)

    @property
    def verdict(self) -> Verdict:
        """The first round's; `always_the_same` tells whether it is everyone's."""
        return self.outcomes[0].verdict

    @property
    def always_the_same(self) -> bool:
        """Whether every round gave the same pairs."""
        return len({each.digest for each in self.outcomes}) == 1


def in_turn(tools: list[Tool], people: People, *, many: int) -> list[Rounds]:
    """Run the tools one after the other, `many` times over, and judge every answer.

    What disturbs the machine for a while so disturbs all of them.
    """
    made = people.made()
    outcomes: list[list[Outcome]] = [[] for _ in tools]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(many):
            for tool, own in zip(tools, outcomes, strict=True):
                _say(f"  round {number + 1} of {many}: {tool.name}")
                own.append(judged(made, run(tool, people, Path(folder)), share=people.share))
    _say("")
    return [Rounds(tool, tuple(own)) for tool, own in zip(tools, outcomes, strict=True)]


def run(tool: Tool, people: People, folder: Path) -> Answer:
    """Let a tool do its job in a fresh process; `folder` takes what the two tell each other.

    Raises:
        ToolFailed: it ended without an answer, or took longer than `LONGEST`.
        NotInstalled: its environment could not be made.
    """
    job = _job(tool, people, folder)
    written = Path(job["answer"])
    written.unlink(missing_ok=True)
    command = [tool.python, "-m", f"benchmarks.matching.tools.{tool.module}", json.dumps(job)]
    try:
        done = subprocess.run(command, cwd=CHECKOUT, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(f"{tool.name} took longer than {LONGEST} s") from error
    if done.returncode or not written.exists():
        raise ToolFailed(f"{tool.name} ended with {done.returncode} and without an answer")
    answer: Answer = json.loads(written.read_text())
    return answer


def judged(people: Population, answer: Answer, *, share: bool) -> Outcome:
    """Judge one answer."""
    mentor_of = np.asarray(answer["mentor_of"])
    accepted = np.asarray(answer.get("accepted", ()), np.int64)
    before = mentor_of[: len(accepted)]
    return Outcome(
        wall=answer["wall"],
        cpu=answer["cpu"],
        peak=answer["peak"],
        verdict=verdict(people, mentor_of, share=share),
        digest=hashlib.sha256(mentor_of.tobytes()).hexdigest(),
        solving=answer.get("solving"),
        gap=answer.get("gap"),
        changed=int(((accepted != NOBODY) & (accepted != before)).sum()),
        claimed=answer.get("claimed"),
        remark=answer.get("with", ""),
    )


def _nine_tenths(people: People) -> tuple[int, int]:
    mentees, mentors = people.made().size
    return mentees * 9 // 10, mentors * 9 // 10


def _say(what: str) -> None:
    """Tell who waits how far it is, in a line that the next one overwrites."""
    if sys.stderr.isatty():
        print(f"\r{what:70}\r", end="", file=sys.stderr, flush=True)


def _job(tool: Tool, people: People, folder: Path) -> Job:
    job: Job = asdict(people) | dict(tool.options) | {"answer": str(folder / "answer.json")}
    few = People(mentees=tool.warm_up, kind=people.kind, share=people.share)
    job["warm_up"] = asdict(few) | ({"settled": _nine_tenths(few)} if "settled" in job else {})
    if tool.reads_rows:
        for those, of in ((people, job), (few, job["warm_up"])):
            path = folder / f"{those.mentees}.json"
            if not path.exists():
                rows.write(those.made(), path)
            of["rows"] = str(path)
    return job
