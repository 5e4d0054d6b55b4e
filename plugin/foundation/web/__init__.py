"""How the tool meets browsers and machines: who may call, what went wrong, in which language."""

from plugin.foundation.web.access import open_to, requires, visit
from plugin.foundation.web.tool import Tool, tool
from plugin.foundation.web.visit import Role, Visit

__all__ = ["Role", "Tool", "Visit", "open_to", "requires", "tool", "visit"]
