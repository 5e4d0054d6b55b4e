"""Server processes: started, told to wait, measured by the kernel's own accounts, ended.

Everything comes from /proc, so that it holds for any server, in any language, with any number of
processes; it needs Linux.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PATIENCE = 60
"""Seconds that a server may take to answer its port."""


class NotServing(Exception):
    """A server did not come up, or went down."""


class Process:
    """A server: one process and all that it started, and perhaps a database server beside it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        port: int,
        environment: Mapping[str, str],
        folder: Path,
        beside: int | None = None,
    ) -> None:
        """Start it and wait until it answers.

        Args:
            beside: the parent process of a database server whose time counts as this one's.

        Raises:
            NotServing: it did not; with the end of what it wrote.
        """
        self.port = port
        self._beside = beside
        self._log = folder / "server.log"
        with self._log.open("ab") as log:
            self._popen = subprocess.Popen(
                command,
                cwd=folder,
                env=os.environ | dict(environment),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    def cpu(self) -> float:
        """Return the seconds of processor time that the server has used so far."""
        own = sum(_cpu(pid) for pid in self._pids())
        return own + (_tree_cpu(self._beside) if self._beside else 0)

    def memory(self) -> int:
        """Return the bytes that it holds in memory now, shared pages counted once a process."""
        return sum(_resident(pid) for pid in self._pids())

    def pause(self) -> None:
        """Let it stand still, so that what it does when idle disturbs nobody."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it and all that it started."""
        self.resume()
        self._popen.terminate()
        try:
            self._popen.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._popen.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, number)

    def _pids(self) -> list[int]:
        """Return every process of the session that the server was started in."""
        return [pid for pid in _all_pids() if _session(pid) == self._popen.pid]

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and self._popen.poll() is None:
            with contextlib.suppress(OSError):
                if _answers(self.port):
                    return
            time.sleep(0.1)
        self.stop()
        raise NotServing(self._log.read_text(errors="replace")[-2000:])


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(port: int) -> bool:
    """Return whether something is answered: a port is often open before anybody is behind it."""
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as opened:
        opened.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return bool(opened.recv(1))


def _tree_cpu(root: int) -> float:
    """Return the seconds of processor time of a process and of its children, living or not."""
    return _cpu(root) + sum(_cpu(pid) for pid in _all_pids() if _parent(pid) == root)


def _all_pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from the third on; empty if it has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _cpu(pid: int) -> float:
    """User and system time, also of children that ended and were waited for."""
    return sum(map(int, _stat(pid)[11:15])) / _TICKS


def _resident(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[21]) * _PAGE if fields else 0


def _session(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[3]) if fields else -1


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[1]) if fields else -1
