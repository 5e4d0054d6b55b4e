"""`mentes demo` tells the story and checks it; `mentes serve --campus` leaves it to you."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from traceback import extract_tb

from config.log import configure_logging
from plugin.demo.acts import Story, story_on
from plugin.demo.browser import Blocked
from plugin.demo.cast import StepFailed
from plugin.demo.markup import NotOnThePage
from plugin.demo.stage import Stage, stage
from plugin.demo.story import SETTING_UP, STEPS, Facts
from plugin.demo.trace import Trace

FIRST_LINES, LAST_LINES = 6, 5
"""Exchanges that are printed of one step; those between them are counted."""

Step = Callable[[Story], Facts]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """How one step went; `why` says what did not hold, in `seconds`."""

    number: int
    title: str
    held: bool
    seconds: float
    why: str = ""
    facts: Facts = field(default_factory=dict)
    exchanges: tuple[str, ...] = ()


def run(json_path: Path | None = None) -> int:
    """Tell the story on temporary files, print it, and return 0 if every step held, else 1.

    Args:
        json_path: where to write the facts as well.
    """
    configure_logging("error")
    began = time.monotonic()
    results: list[StepResult] = []
    with TemporaryDirectory(prefix="mentes-demo-") as directory, stage(Path(directory)) as set_up:
        _say(f"Mentes demo: tool {set_up.tool_url}, campus {set_up.campus_url}")
        for result in told(set_up, STEPS):
            results.append(result)
            _show(result)
    seconds = time.monotonic() - began
    kept = sum(result.held for result in results)
    if json_path is not None:
        _write(json_path, results, seconds)
    _say(f"\ndemo: {kept} of {len(STEPS)} steps held ({seconds:.1f} s)")
    for result in results:
        if not result.held:
            _say(f"Step {result.number} did not hold: {result.title}\n  {result.why}")
    return 0 if kept == len(STEPS) else 1


def serve(port: int) -> int:
    """Serve tool, campus and mail until interrupted: registered, placed, mentors attached.

    The campus listens on `port` + 1. The rule is left to the visitor.
    """
    configure_logging("warning")
    with TemporaryDirectory(prefix="mentes-serve-") as directory:
        try:
            with stage(Path(directory), tool_port=port, campus_port=port + 1 if port else 0) as up:
                return _serve(up)
        except OSError as error:
            _say(f"Ports {port} and {port + 1} are needed, and one is taken ({error.strerror}).")
            return 1


def told(stage: Stage, steps: Sequence[Step]) -> Iterator[StepResult]:
    """Play `steps` in order and say how each went; the first that does not hold is the last."""
    trace = Trace()
    story = story_on(stage, trace.note)
    try:
        for number, step in enumerate(steps, start=1):
            result = _played(step, number, story, trace)
            yield result
            if not result.held:
                return
    finally:
        story.cast.close()


def _played(step: Step, number: int, story: Story, trace: Trace) -> StepResult:
    began = time.monotonic()
    facts: Facts = {}
    why = ""
    try:
        facts = step(story)
    except (StepFailed, NotOnThePage, Blocked) as failed:
        why = str(failed)
    except Exception as error:  # whatever it was, the step did not hold, and the rest is told
        why = f"{type(error).__name__}: {error} ({_where(error)})"
    return StepResult(
        number=number,
        title=(step.__doc__ or step.__name__).strip(),
        held=not why,
        seconds=round(time.monotonic() - began, 3),
        why=why,
        facts=facts,
        exchanges=trace.taken(story.stage),
    )


def _where(error: Exception) -> str:
    """Return the line of ours in which it happened."""
    lines = [
        f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)
    ]
    return " → ".join(lines[-3:])


def _serve(up: Stage) -> int:
    for result in told(up, SETTING_UP):
        if not result.held:
            _say(f"Setting up failed: {result.title}\n  {result.why}")
            return 1
    _say(f"Demo Campus   {up.campus_url}/        choose who you are")
    _say(f"Mentes        {up.tool_url}/    opens from the course, in a frame")
    _say(f"Mail          {up.mailbox.smtp_url}    read it on the campus, under Mailbox")
    _say(f"Statements    {up.tool_url}/xapi    key {up.reader.key}, secret {up.reader.secret}")
    _say("Begin as Ines: open Mentoring in the course and set a rule. Stop with Ctrl-C.")
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    stop.wait()
    return 0


def _show(result: StepResult) -> None:
    mark = "✔" if result.held else "✘"
    _say(f"\n{mark} {result.number:2}  {result.title}  {result.seconds:.2f} s")
    for line in _shortened(result.exchanges):
        _say(f"       {line}")


def _shortened(lines: Sequence[str]) -> list[str]:
    left_out = len(lines) - FIRST_LINES - LAST_LINES
    if left_out <= 1:
        return list(lines)
    return [*lines[:FIRST_LINES], f"… {left_out} more …", *lines[-LAST_LINES:]]


def _write(path: Path, results: Sequence[StepResult], seconds: float) -> None:
    document = {
        "held": sum(result.held for result in results),
        "of": len(STEPS),
        "seconds": round(seconds, 3),
        "steps": [asdict(result) for result in results],
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 # it is what the command is for
