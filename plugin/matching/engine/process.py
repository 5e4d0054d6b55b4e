"""The engine in a process of its own: a task comes in as JSON, progress and the solution go out.

    python -m plugin.matching.engine.process

One line of standard input is the task (`task_of`). Every line of standard output is an object with
one key: `{"far": [stage, part]}` now and then, at last `{"solution": …}` or `{"problems": […]}`; or
`{"failed": …}` when the fault is ours: what kind of error and where, never its text, which may
quote. When the standard input ends, nobody waits any more, and the process ends too.

So neither a web process nor a worker ever loads numpy or scipy, what a large programme needs of
memory is given back, and whoever waits can do something else meanwhile.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from threading import Thread
from traceback import extract_tb
from typing import Any

from plugin.matching.engine.errors import MatchingError, Problem
from plugin.matching.engine.people import Answer, Answers, Mentee, Mentor

OFTEN = 0.25  # s

Json = dict[str, Any]


def task_of(
    mentees: Iterable[Mentee],
    mentors: Iterable[Mentor],
    rules: Json,
    *,
    accepted: Iterable[tuple[str, str]],
    proposed: Iterable[tuple[str, str]],
    options: Mapping[str, Any],
) -> Json:
    """Return a task; the same people, rules and options give the same task in any order.

    Args:
        rules: as `reading.py` reads them.
        options: the rest of what `match` takes, by its names there.
    """
    return {
        "mentees": sorted((_mentee_said(each) for each in mentees), key=_id),
        "mentors": sorted((_mentor_said(each) for each in mentors), key=_id),
        "rules": rules,
        "accepted": sorted(accepted),
        "proposed": sorted(proposed),
        "options": dict(options),
    }


def solution_of(task: Json, tell: Callable[[str, float], None]) -> Json:
    """Return the pairs, the unmatched and the statistics for a task.

    Raises:
        MatchingError: the task cannot be worked with.
    """
    from plugin.matching.engine.match import match  # numpy and scipy, in this process alone
    from plugin.matching.engine.reading import rules_from_json
    from plugin.matching.engine.results import Objective

    options = {**task["options"], "objective": Objective(task["options"]["objective"])}
    matching = match(
        (_mentee(each) for each in task["mentees"]),
        (_mentor(each) for each in task["mentors"]),
        rules_from_json(task["rules"]),
        accepted=[(mentee, mentor) for mentee, mentor in task["accepted"]],
        proposed=[(mentee, mentor) for mentee, mentor in task["proposed"]],
        progress=tell,
        **options,
    )
    return {
        "pairs": [asdict(each) for each in matching.pairs],
        "unmatched": [asdict(each) for each in matching.unmatched],
        "prices": dict(matching.prices),
        "before": asdict(matching.before),
        "after": asdict(matching.after),
        "total": matching.total,
        "bound": matching.bound,
        "gap": matching.gap,
        "floor": matching.floor,
    }


def main() -> None:
    """Read a task, solve it, say what came of it."""
    task = sys.stdin.buffer.readline()
    if not task:
        return
    Thread(target=_end_with_the_one_who_waits, daemon=True).start()
    try:
        _say("solution", solution_of(json.loads(task), _Far().tell))
    except MatchingError as error:
        _say("problems", [asdict(each) for each in error.problems])
    except Exception as error:
        _say("failed", {"error_type": type(error).__name__, "trace": _trace(error)})


def problems_of(said: Iterable[Mapping[str, str]]) -> list[Problem]:
    """Return the problems in what `main` said."""
    return [Problem(**each) for each in said]


def _trace(error: Exception) -> list[str]:
    frames = extract_tb(error.__traceback__)
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames]


class _Far:
    """Says how far the engine is, a few times a second at most."""

    def __init__(self) -> None:
        self._stage = ""
        self._next = 0.0

    def tell(self, stage: str, part: float) -> None:
        now = time.monotonic()
        if stage != self._stage or now >= self._next:
            self._stage, self._next = stage, now + OFTEN
            _say("far", [stage, part])


def _say(key: str, value: Any) -> None:
    sys.stdout.write(json.dumps({key: value}, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def _end_with_the_one_who_waits() -> None:
    while os.read(sys.stdin.fileno(), 1):  # ends when whoever started us does
        """Nothing more is said to us."""
    os._exit(1)


def _id(said: Json) -> str:
    return str(said["id"])


def _mentee_said(mentee: Mentee) -> Json:
    return {
        "id": mentee.id,
        "answers": _answers_said(mentee.answers),
        "wishes": list(mentee.wishes),
        "refuses": sorted(mentee.refuses),
        "never_matched": mentee.never_matched,
        "waiting_days": mentee.waiting_days,
    }


def _mentor_said(mentor: Mentor) -> Json:
    return {
        "id": mentor.id,
        "answers": _answers_said(mentor.answers),
        "wishes": list(mentor.wishes),
        "refuses": sorted(mentor.refuses),
        "capacity": mentor.capacity,
    }


def _answers_said(answers: Answers) -> Json:
    return {
        field: answer if isinstance(answer, int) else sorted(answer)
        for field, answer in sorted(answers.items())
    }


def _mentee(said: Json) -> Mentee:
    return Mentee(**{**said, **_sets(said)})


def _mentor(said: Json) -> Mentor:
    return Mentor(**{**said, **_sets(said)})


def _sets(said: Json) -> Json:
    return {
        "answers": {field: _answer(answer) for field, answer in said["answers"].items()},
        "wishes": tuple(said["wishes"]),
        "refuses": frozenset(said["refuses"]),
    }


def _answer(said: Any) -> Answer:
    return said if isinstance(said, int) else frozenset(said)


if __name__ == "__main__":
    main()
