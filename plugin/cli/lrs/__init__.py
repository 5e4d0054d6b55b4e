"""mentes lrs: looking after the embedded record store. Each module adds commands to the group."""

from plugin.cli.lrs import checking, credentials, refused  # noqa: F401 # they add their commands
from plugin.cli.lrs.group import lrs

__all__ = ["lrs"]
