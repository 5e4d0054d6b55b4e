"""The real exchanges behind a step, in short."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from lti.testing import Exchange as ServiceCall
from plugin.demo.browser import Exchange
from plugin.demo.logstore import Sending
from plugin.demo.mailbox import Mail
from plugin.demo.stage import Stage

FROM_BROWSERS = ("/mod/lti/auth.php", "/mod/lti/contentitem_return.php")
"""Endpoints of the platform that browsers go to, whose own logs have them."""


class Trace:
    """Writes down what browsers, the tool's services, the log store and the mail server did."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._last: dict[str, Any] = {}

    def note(self, exchange: Exchange) -> None:
        """Note what a browser asked."""
        self._lines.append(str(exchange))

    def taken(self, stage: Stage) -> tuple[str, ...]:
        """Return what was noted since the last time, and what happened behind the scenes."""
        lines, self._lines = self._lines, []
        calls = self._new("calls", stage.campus.platform.exchanges)
        sendings = self._new("sendings", stage.campus.log_store.sendings)
        mails = self._new("mails", stage.mailbox.mails)
        lines += [_call(call) for call in calls if call.path not in FROM_BROWSERS]
        lines += [_sending(sending) for sending in sendings]
        lines += [_mail(mail) for mail in mails]
        return tuple(_counted(lines))

    def _new(self, kind: str, things: Sequence[Any]) -> list[Any]:
        """Return what came after the last one that we saw."""
        last = self._last.get(kind)
        new: list[Any] = []
        for thing in reversed(things):
            if thing is last:
                break
            new.append(thing)
        if things:
            self._last[kind] = things[-1]
        return new[::-1]


def _call(call: ServiceCall) -> str:
    return f"tool → campus: {call.method} {call.path} → {call.status} ({call.summary})"


def _sending(sending: Sending) -> str:
    count = len(sending.statements)
    verbs = ", ".join(_verb(statement) for statement in sending.statements[:3])
    more = f" and {count - 3} more" if count > 3 else ""
    return f"campus → tool: POST /xapi/statements → {sending.status} ({verbs}{more})"


def _verb(statement: dict[str, Any]) -> str:
    return str(next(iter(statement["verb"]["display"].values()))).lower()


def _mail(mail: Mail) -> str:
    return f"tool → mail: “{mail.subject}”{' with an invitation' if mail.calendar else ''}"


def _counted(lines: list[str]) -> list[str]:
    """Write what came several times in a row once, with its number."""
    counted = []
    for line, repeated in groupby(lines):
        times = len(list(repeated))
        counted.append(f"{line} ×{times}" if times > 1 else line)
    return counted
