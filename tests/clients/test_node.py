"""@xapi/xapi and tincanjs, in Node; what they do and expect is in node/*.test.*.

https://www.npmjs.com/package/@xapi/xapi, https://www.npmjs.com/package/tincanjs
"""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.clients.installed import NODE_SCRIPTS, has_node
from tests.conformance.server import Store

pytestmark = pytest.mark.skipif(not has_node(), reason="run: make clients")


@pytest.mark.parametrize(
    ("script", "version"),
    [
        ("xapi.test.mjs", "1.0.3"),
        ("xapi.test.mjs", "2.0.0"),
        ("tincanjs.test.cjs", "1.0.2"),
        ("tincanjs.test.cjs", "1.0.0"),
    ],
)
def test_a_client_does_all_that_it_can(store: Store, script: str, version: str) -> None:
    done = subprocess.run(
        ["node", "--test", "--test-reporter=tap", script],
        cwd=NODE_SCRIPTS,
        env={
            **os.environ,
            "LRS_ENDPOINT": store.endpoint,
            "LRS_KEY": store.key,
            "LRS_SECRET": store.secret,
            "LRS_VERSION": version,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) >= 8
