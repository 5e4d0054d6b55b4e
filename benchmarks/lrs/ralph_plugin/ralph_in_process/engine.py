"""Ralph's ClickHouse backend, on ClickHouse's engine within the process (chdb).

Kinder than a server: no network between them, and no buffer to wait for on inserts.
"""

import os
from pathlib import Path

import clickhouse_connect
from ralph.backends.lrs.clickhouse import ClickHouseLRSBackend

PATH = "RALPH_IN_PROCESS_PATH"
TABLE = """
CREATE TABLE IF NOT EXISTS xapi_events_all (
    event_id UUID NOT NULL,
    emission_time DateTime64(6) NOT NULL,
    event String NOT NULL
)
ENGINE MergeTree ORDER BY (emission_time, event_id)
PRIMARY KEY (emission_time, event_id)
"""  # as Ralph's documentation creates it


class EngineLRSBackend(ClickHouseLRSBackend):
    """The same backend with another client."""

    name = "engine"

    @property
    def client(self):
        """Return the engine, opened at first use."""
        if not self._client:
            folder = Path(os.environ[PATH])
            self._client = clickhouse_connect.get_client(
                dsn=f"chdb://{folder}", settings=self.settings.CLIENT_OPTIONS.model_dump()
            )
            self._client.command(TABLE)
        return self._client
