"""What came of the events of one message: one that cannot be read loses none of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from lrs_bridge.completion import Completion
from lrs_bridge.sources.errors import EventInvalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a message brought.

    Attributes:
        faults: of events that are about completions and could not be read.
        passed_over: how many events were about something else.
    """

    completions: tuple[Completion, ...] = ()
    faults: tuple[EventInvalid, ...] = ()
    passed_over: int = 0


def gathered(
    events: Iterable[tuple[str, Any]], read: Callable[[Any, str], Completion | None]
) -> Batch:
    """Read events one by one.

    Args:
        events: each with its JSON pointer into the message.
        read: what one event reports, or None; raises EventInvalid with such a pointer.
    """
    completions, faults, passed_over = [], [], 0
    for pointer, event in events:
        try:
            completion = read(event, pointer)
        except EventInvalid as fault:
            faults.append(fault)
            continue
        if completion is None:
            passed_over += 1
        else:
            completions.append(completion)
    return Batch(completions=tuple(completions), faults=tuple(faults), passed_over=passed_over)
