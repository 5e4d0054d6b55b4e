"""mentes lrs: what its commands hang from, and what they are asked alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from plugin.cli.commands import main


@main.group()
def lrs() -> None:
    """Look after the embedded record store."""


class Moment(click.ParamType[datetime]):
    """A moment as ISO 8601 writes it, with its zone."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> datetime:
        """Return it in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.fail("Write it with its zone, as 2027-01-31T12:00Z or 2027-01-31T12:00+01:00.")
        return moment.astimezone(UTC)
