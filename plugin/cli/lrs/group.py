"""mentes lrs: what its commands hang from."""

from __future__ import annotations

from plugin.cli.commands import main


@main.group()
def lrs() -> None:
    """Look after the embedded record store."""
