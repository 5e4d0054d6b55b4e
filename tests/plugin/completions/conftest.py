"""An administrator's browser; fixtures of a campus are those of all rooms."""

from tests.plugin.statements.conftest import admin, held

__all__ = ["admin", "held"]
