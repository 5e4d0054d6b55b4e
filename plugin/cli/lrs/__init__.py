"""mentes lrs: looking after the embedded record store. Each module adds commands to the group."""

from plugin.cli.lrs import credentials  # noqa: F401 # it adds its commands
from plugin.cli.lrs.group import lrs

__all__ = ["lrs"]
