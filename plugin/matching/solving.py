"""Waiting for the engine, which works in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any

import structlog

from plugin.matching.engine.errors import MatchingError
from plugin.matching.engine.process import problems_of

log = structlog.get_logger()

Json = dict[str, Any]
Beat = Callable[[str | None, float], None]
"""Called with the stage and the part of the whole that is done whenever it is known, and with no
stage every `BEAT` seconds besides; raises when nobody wants the solution any more."""
Solve = Callable[[Json, Beat], Json]
"""A task of `engine.process` → its solution."""

BEAT = 1.0  # s
ENGINE = (sys.executable, "-m", "plugin.matching.engine.process")


class EngineFailed(Exception):
    """The engine has a fault; its text is the kind of error."""


class EngineDied(Exception):
    """The engine's process was killed, or had not enough memory."""


def in_a_process(task: Json, beat: Beat) -> Json:
    """Return the engine's solution of a task.

    Raises:
        MatchingError: the engine cannot work with it.
        EngineDied: it may be tried again.
        EngineFailed: it would fail again.
        Exception: whatever `beat` raised; the engine is stopped.
    """
    engine = subprocess.Popen(ENGINE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
    try:
        return _awaited(engine, task, beat)
    finally:
        engine.kill()
        engine.communicate()


def _awaited(engine: subprocess.Popen[bytes], task: Json, beat: Beat) -> Json:
    lines: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_gathered, args=(engine.stdout, lines), daemon=True).start()
    _send(engine, task)
    part = 0.0
    while True:
        try:
            line = lines.get(timeout=BEAT)
        except Empty:
            beat(None, part)
            continue
        match json.loads(line) if line else None:
            case {"far": [stage, part]}:
                beat(stage, part)
            case {"solution": solution}:
                return dict(solution)
            case {"problems": problems}:
                raise MatchingError(problems_of(problems))
            case {"failed": {"error_type": kind, "trace": trace}} if kind != "MemoryError":
                log.error("engine.failed", error_type=kind, trace=trace)
                raise EngineFailed(kind)
            case _:
                raise EngineDied(f"exit status {engine.wait()}")


def _send(engine: subprocess.Popen[bytes], task: Json) -> None:
    """Write the task, and leave the pipe open: its end tells the engine that we are gone."""
    assert engine.stdin is not None  # noqa: S101 # we asked for a pipe
    try:
        engine.stdin.write(json.dumps(task, separators=(",", ":")).encode() + b"\n")
        engine.stdin.flush()
    except BrokenPipeError as error:
        raise EngineDied("ended before it read its task") from error


def _gathered(output: IO[bytes], lines: SimpleQueue[bytes]) -> None:
    """Queue what the engine says, at last b""."""
    for line in output:
        lines.put(line)
    lines.put(b"")
