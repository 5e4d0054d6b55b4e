"""Which of other people's clients are installed here; `make clients` installs them.

They are no part of what CI needs, unlike everything else that the tests use: npm's registry and
packages of others must not be able to stop a release of ours.
"""

from __future__ import annotations

import shutil
from pathlib import Path

NODE_SCRIPTS = Path(__file__).parent / "node"
NODE_MODULES = NODE_SCRIPTS / "node_modules"
BENCH = Path(__file__).parents[2] / ".bench"
RALPH = BENCH / "ralph-client" / "bin"
RALPH_SERVER = BENCH / "ralph-malph-5.1.0"
OPEN_EDX = BENCH / "lti-consumer-xblock-11.4.4"


def has_node() -> bool:
    """Return whether the JavaScript clients can run."""
    return shutil.which("node") is not None and (NODE_MODULES / ".package-lock.json").exists()


def has_ralph() -> bool:
    """Return whether Ralph's command is there."""
    return (RALPH / "ralph").exists()


def has_ralph_server() -> bool:
    """Return whether Ralph can run as a store, as the benchmarks run it."""
    return (RALPH_SERVER / "installed").exists()


def has_open_edx() -> bool:
    """Return whether Open edX's platform can run."""
    return (OPEN_EDX / "installed").exists()
