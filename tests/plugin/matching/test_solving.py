"""The engine in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.log import configure_logging
from plugin.matching import solving
from plugin.matching.engine.errors import MatchingError
from plugin.matching.engine.people import Mentee, Mentor
from plugin.matching.engine.presets import DEFAULT, PRESETS
from plugin.matching.engine.process import solution_of, task_of
from plugin.matching.engine.reading import rules_to_json
from plugin.matching.solving import EngineDied, EngineFailed, in_a_process

RULES = rules_to_json(PRESETS[DEFAULT])
OPTIONS = {"objective": "coverage", "floor": True, "balance": 0, "keep_bonus": 3, "seed": 7}


def a_task(people: int = 20, **changes: Any) -> dict[str, Any]:
    skills = ["a", "b", "c", "d"]
    mentees = [
        Mentee(id=f"e{number}", answers={"skill": frozenset({skills[number % 4]}), "level": 2})
        for number in range(people)
    ]
    mentors = [
        Mentor(id=f"o{number}", answers={"skill": frozenset(skills[: number % 4])}, capacity=2)
        for number in range(people)
    ]
    task = task_of(mentees, mentors, RULES, accepted=[("e1", "o1")], proposed=[], options=OPTIONS)
    return {**task, **changes}


def silent(_stage: str | None, _part: float) -> None:
    """Hear nothing."""


def test_it_answers_as_it_would_in_this_process() -> None:
    assert in_a_process(a_task(), silent) == solution_of(a_task(), silent)


def test_it_says_how_far_it_is() -> None:
    heard: list[tuple[str | None, float]] = []
    in_a_process(a_task(), lambda stage, part: heard.append((stage, part)))
    assert heard
    parts = [part for _, part in heard]
    assert parts == sorted(parts)
    assert all(0 <= part <= 1 for part in parts)


def test_what_is_wrong_with_a_task_comes_back_as_it_is() -> None:
    twice = a_task()["mentees"]
    for wrong in (
        {"options": {**OPTIONS, "balance": -1}},
        {"mentees": [*twice, twice[0]]},
        {"rules": {"version": 1, "rules": [{"kind": "guess"}]}},
    ):
        with pytest.raises(MatchingError) as here:
            solution_of(a_task(**wrong), silent)
        with pytest.raises(MatchingError) as there:
            in_a_process(a_task(**wrong), silent)
        assert there.value.problems == here.value.problems


def test_an_engine_that_fails_is_told_from_one_that_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for program in ("raise SystemExit(3)", "import sys; sys.stdin.readline(); sys.exit(137)"):
        monkeypatch.setattr(solving, "ENGINE", (sys.executable, "-c", program))
        with pytest.raises(EngineDied):
            in_a_process(a_task(), silent)


def test_a_fault_of_the_engine_is_told_without_what_it_was_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(solving, "ENGINE", (sys.executable, "-c", FAILING))
    configure_logging("error", stream=(said := StringIO()))
    with pytest.raises(EngineFailed) as failed:
        in_a_process(a_task(), silent)
    assert str(failed.value) == "KeyError"
    assert '"trace": ["process.py:' in said.getvalue()
    assert "Ada" not in said.getvalue()


def test_too_little_memory_is_no_fault_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    short = FAILING.replace("KeyError", "MemoryError")
    monkeypatch.setattr(solving, "ENGINE", (sys.executable, "-c", short))
    with pytest.raises(EngineDied):
        in_a_process(a_task(), silent)


def test_it_is_stopped_when_nobody_wants_the_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    for_ever = "import sys, time; sys.stdin.readline(); time.sleep(600)"
    monkeypatch.setattr(solving, "ENGINE", (sys.executable, "-c", for_ever))
    monkeypatch.setattr(solving, "BEAT", 0.05)

    class NotWanted(Exception):
        """Nobody wants it."""

    def not_wanted(_stage: str | None, _part: float) -> None:
        raise NotWanted

    began = time.monotonic()
    with pytest.raises(NotWanted):
        in_a_process(a_task(), not_wanted)
    assert time.monotonic() - began < 30


FAILING = (
    "from plugin.matching.engine import process\n"
    "def failing(task, tell):\n"
    "    raise KeyError('Ada')\n"
    "process.solution_of = failing\n"
    "process.main()\n"
)
BUSY = (
    "import time\n"
    "from plugin.matching.engine import process\n"
    "process.solution_of = lambda *_: print(flush=True) or time.sleep(600)\n"
    "process.main()\n"
)
WAITING = (
    "import subprocess, sys, time\n"
    f"engine = subprocess.Popen([sys.executable, '-c', {BUSY!r}], stdin=-1, stdout=-1)\n"
    "engine.stdin.write(b'{}\\n')\n"
    "engine.stdin.flush()\n"
    "engine.stdout.readline()\n"
    "print(engine.pid, flush=True)\n"
    "time.sleep(600)\n"
)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_it_ends_when_whoever_waits_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        engine = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 30
    while is_alive(engine) and time.monotonic() < deadline:
        time.sleep(0.05)
    alive = is_alive(engine)
    if alive:
        os.kill(engine, signal.SIGKILL)
    assert not alive


def is_alive(process: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


answers = st.dictionaries(
    st.sampled_from(["skill", "level"]),
    st.one_of(st.integers(0, 5), st.frozensets(st.sampled_from(["a", "b"]), min_size=1)),
)
ids = st.uuids().map(str)


@given(
    st.lists(st.builds(Mentee, id=ids, answers=answers, refuses=st.frozensets(ids, max_size=2))),
    st.randoms(use_true_random=False),
)
def test_a_task_is_the_same_whatever_the_order_of_the_people(
    mentees: list[Mentee], lots: Any
) -> None:
    shuffled = lots.sample(mentees, len(mentees))
    one, other = (
        task_of(people, [], RULES, accepted=[], proposed=[], options=OPTIONS)
        for people in (mentees, shuffled)
    )
    assert one == other


def test_neither_a_web_process_nor_a_worker_loads_numpy_or_scipy() -> None:
    looked = (
        "import sys, plugin.app, plugin.worker\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'numpy', 'scipy'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", looked],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
