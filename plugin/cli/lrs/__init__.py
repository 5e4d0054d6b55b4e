"""mentes lrs: looking after the embedded record store. Each module adds commands to the group."""

from plugin.cli.lrs import (  # noqa: F401 # they add their commands
    checking,
    credentials,
    erasing,
    exporting,
    importing,
    keeping,
    refused,
    statements,
    status,
)
from plugin.cli.lrs.group import lrs

__all__ = ["lrs"]
