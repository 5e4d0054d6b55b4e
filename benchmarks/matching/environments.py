"""An environment for each peer: two of them install the same top-level package, `matching`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
KEPT_IN = CHECKOUT / ".bench"
"""Ignored by git; may be deleted at any time."""


class NotInstalled(Exception):
    """A peer could not be installed."""


def python_with(requirement: str) -> Path:
    """Return a Python that has `requirement` (`name==version`), installing it the first time.

    Raises:
        NotInstalled: pip did not manage.
    """
    folder = KEPT_IN / requirement.replace("==", "-")
    python, done = folder / "bin" / "python", folder / "installed"
    if done.exists():
        return python
    print(f"Installing {requirement} in an environment of its own …", file=sys.stderr)
    try:
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        _run(str(python), "-m", "pip", "install", "--disable-pip-version-check", requirement)
    except subprocess.CalledProcessError as error:
        raise NotInstalled(f"{requirement}: {error.stderr.strip()[-500:]}") from error
    done.touch()
    return python


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
