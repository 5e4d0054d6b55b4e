"""Ralph as a record store of somebody else: its API on ClickHouse's engine, in its own process.

How it is put together is the benchmarks' (`benchmarks/lrs/servers/ralph.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.lrs.servers.ralph import CLICKHOUSE, KEY, SECRET
from tests.conformance.server import Store


@contextmanager
def a_ralph(folder: Path) -> Iterator[Store]:
    """Run a Ralph with nothing in it for as long as the block lasts."""
    CLICKHOUSE.prepare(folder, 1)  # one statement: it makes its table when it writes
    process, way = CLICKHOUSE.start(folder)
    try:
        endpoint = f"http://127.0.0.1:{way.port}/xAPI"
        yield Store(endpoint=endpoint, key=KEY, secret=SECRET)
    finally:
        process.stop()
