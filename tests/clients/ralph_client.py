"""Run by Ralph's own Python: its two clients, with the statements on standard input.

ralph_client.py COURSE < statements.json
"""

from __future__ import annotations

import asyncio
import json
import sys

from ralph.backends.data.async_lrs import AsyncLRSDataBackend
from ralph.backends.data.lrs import LRSDataBackend
from ralph.backends.lrs.base import LRSStatementsQuery


def main(course: str) -> None:
    """Write half with each, read everything with each, two statements a page."""
    statements = json.load(sys.stdin)
    one = LRSDataBackend()
    written = one.write(statements[:2])
    query = LRSStatementsQuery(activity=course, ascending=True)

    async def other() -> tuple[int, list[str]]:
        client = AsyncLRSDataBackend(one.settings)
        count = await client.write(statements[2:])
        ids = [it["id"] async for it in client.read(query.model_copy(), chunk_size=2)]
        await client.close()
        return count, ids

    rest, later = asyncio.run(other())
    found = [it["id"] for it in one.read(query.model_copy(), chunk_size=2)]
    status = one.status().value
    one.close()
    json.dump(
        {"status": status, "written": written + rest, "sync": found, "async": later}, sys.stdout
    )


if __name__ == "__main__":
    main(sys.argv[1])
