"""mentes: the command. Every group says what it is for with `--help`."""

from plugin.cli import deployments, lrs, people, platforms, refusals, running, sources, upkeep  # noqa: F401 # they add their commands
from plugin.cli.commands import main

__all__ = ["main"]
