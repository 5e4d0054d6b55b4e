"""How Alembic runs a migration here: online, on the engine that it is given."""

from typing import Literal

from alembic import context
from sqlalchemy import Engine

from lrs_bridge.lrs.types import UTCDateTime
from plugin.foundation.db import Text
from plugin.migrations.metadata import METADATA


def rendered(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own types as what the database sees."""
    if kind == "type" and type(item).__name__ == UTCDateTime.__name__:
        return "sa.DateTime(timezone=True)"
    return "sa.String()" if kind == "type" and isinstance(item, Text) else False


def run(engine: Engine) -> None:
    """Run the migrations in one transaction."""
    with engine.begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            render_item=rendered,
            compare_type=True,
        )
        context.run_migrations()


run(context.config.attributes["engine"])
