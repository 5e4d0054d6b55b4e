"""An environment for each peer: what they need and what they call themselves clashes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
KEPT_IN = CHECKOUT / ".bench"
"""Ignored by git; may be deleted at any time."""


class NotInstalled(Exception):
    """A peer could not be installed."""


def python_with(requirement: str, *afterwards: str) -> Path:
    """Return a Python that has `requirement` (`name==version`), installing it the first time.

    Args:
        afterwards: what is installed on top of it, one after the other, even against its wishes.

    Raises:
        NotInstalled: pip did not manage.
    """
    folder = KEPT_IN / requirement.partition("[")[0].partition("==")[0]
    folder = folder.with_name(f"{folder.name}-{requirement.rpartition('==')[2]}")
    python, done = folder / "bin" / "python", folder / "installed"
    if done.exists():
        return python
    print(f"Installing {requirement} in an environment of its own …", file=sys.stderr)
    try:
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        for each in (requirement, *afterwards):
            _run(str(python), "-m", "pip", "install", "--disable-pip-version-check", each)
    except subprocess.CalledProcessError as error:
        raise NotInstalled(f"{requirement}: {error.stderr.strip()[-500:]}") from error
    done.touch()
    return python


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
