"""Servers of the tool as processes of their own: started, killed, started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECONDS_TO_START = 60
_MENTES = (sys.executable, "-m", "plugin", "serve", "--port")
_GUNICORN = (sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.conf.py")


@dataclass
class Server:
    """A server of a database: `mentes serve`, or gunicorn as it runs for real.

    Attributes:
        workers: processes of gunicorn; 0 runs `mentes serve`.
        settings: more of the environment, without the prefix MENTES_.
    """

    database_url: str
    folder: Path
    workers: int = 0
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: free_port())
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The origin that it answers at."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process that all others of the server are children of."""
        assert self._process is not None
        return self._process.pid

    @property
    def said(self) -> str:
        """All that it wrote since it was first started."""
        return self._log.read_text()

    def start(self) -> None:
        """Start it, and return once it answers."""
        command = _GUNICORN if self.workers else (*_MENTES, str(self.port))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **self.environment},
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that it can be killed with its children
            )
        self._wait()

    @property
    def environment(self) -> dict[str, str]:
        """What tells it what to serve."""
        return {
            "MENTES_DATABASE_URL": self.database_url,
            "MENTES_PUBLIC_URL": self.url,
            "MENTES_SECRET_KEY": "a secret key of a test, long enough to be one",
            "BIND": f"127.0.0.1:{self.port}",
            "WEB_CONCURRENCY": str(self.workers),
            **{f"MENTES_{name}": value for name, value in self.settings.items()},
        }

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it at once, with all its processes."""
        self._end(signal.SIGKILL)

    @property
    def _log(self) -> Path:
        return self.folder / f"server-{self.port}.log"

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            if how is signal.SIGKILL:
                os.killpg(self._process.pid, how)
            else:
                self._process.send_signal(how)
            self._process.wait()

    def _wait(self) -> None:
        assert self._process is not None
        until = time.monotonic() + SECONDS_TO_START
        while self._process.poll() is None and time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):  # noqa: S310 # ours
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"The server did not start:\n{self.said}")


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
