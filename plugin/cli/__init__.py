"""mentes: the command. Every group says what it is for with `--help`."""

from plugin.cli import (  # noqa: F401 # they add their commands
    deployments,
    lrs,
    outbox,
    people,
    platforms,
    refusals,
    running,
    sources,
    targets,
    upkeep,
    uploads,
)
from plugin.cli.commands import main

__all__ = ["main"]
