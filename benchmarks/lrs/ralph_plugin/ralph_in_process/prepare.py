"""Make ready what a Ralph needs: who may come in, and the statements that it holds.

python -m ralph_in_process.prepare <auth file> <key> <secret> [<file of JSON lines>]
"""

import json
import sys
from pathlib import Path

import bcrypt
from ralph.utils import now

from ralph_in_process.engine import EngineLRSBackend

PART = 10_000
AGENT = {"mbox": "mailto:benchmark@example.org"}


def main() -> None:
    """Write the file of users, and fill the engine as Ralph itself would."""
    users, key, secret, *statements = sys.argv[1:]
    hashed = bcrypt.hashpw(secret.encode(), bcrypt.gensalt()).decode()
    user = {"agent": AGENT, "scopes": ["all"], "hash": hashed, "username": key}
    Path(users).write_text(json.dumps([user]))
    for path in statements:
        with Path(path).open() as lines:
            EngineLRSBackend().write(map(_stored, lines), chunk_size=PART)


def _stored(line):
    """Return a statement as Ralph's router hands it to its backend."""
    return {**json.loads(line), "stored": now(), "authority": {"objectType": "Agent", **AGENT}}


if __name__ == "__main__":
    main()
