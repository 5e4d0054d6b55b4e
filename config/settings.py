"""The settings of one process: read once from the environment, complete or dead.

Every variable carries the prefix `MENTES_`; `config/environment.example` lists them all with their
defaults, and a test holds that list to this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from typing import Any
from urllib.parse import SplitResult, urlsplit

from environs import Env, EnvValidationError
from marshmallow.validate import Length, OneOf, Range

PREFIX = "MENTES_"
LOG_LEVELS = ("debug", "info", "warning", "error")


class SettingsError(Exception):
    """The environment cannot be used; the message names every fault at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one process needs to know from outside. Nothing below `plugin/app.py` reads it."""

    public_url: str = "http://127.0.0.1:5000"
    """Origin that platforms and people know us by; no path, no trailing slash."""
    secret_key: str = field(repr=False)
    """At least 32 characters; seals private keys at rest. Changing it makes them unreadable."""
    database_url: str = field(default="sqlite:///mentes.db", repr=False)
    smtp_url: str = field(default="", repr=False)
    """`smtp://user:password@host:port`, `smtps://…`, or empty: no mail leaves this process."""
    mail_from: str = "Mentes <mentes@localhost>"
    lrs_url: str = ""
    """The record store that our statements go to; empty: the embedded one."""
    lrs_key: str = field(default="", repr=False)
    lrs_secret: str = field(default="", repr=False)
    xapi_attachments: str = ""
    """Where the embedded store keeps large attachments; empty: in the database."""
    allow_private_addresses: bool = False
    """Whether platforms may live on loopback or private networks (development, intranets)."""
    session_hours: int = 8
    max_body: int = 4 * 1024 * 1024
    """Bytes of the largest request that is read."""
    outbox_lease: int = 60
    """Seconds a worker holds what it delivers; longer than the slowest delivery's timeout."""
    outbox_attempts: int = 34
    """Attempts before a debt is given up and shown to the operator (about four days)."""
    worker_threads: int = 4
    """Deliveries that one worker makes at a time: one target that is slow keeps one of them."""
    metrics_token: str = field(default="", repr=False)
    """Bearer token of /metrics; empty: only who calls from this machine, past the proxy."""
    report_min_cohort: int = 5
    """People; a cell of a report that counts fewer is not shown."""
    completion_cutoff_days: int = 30
    """Completions older than this open no check-in: logs are replayed."""
    completion_max_body: int = 1024 * 1024
    """Bytes of the largest request that a source of completions may send."""
    results_every: int = 900
    """Seconds between two looks at the results of a gradebook's column."""
    remote_store_every: int = 60
    """Seconds between two looks at a record store that completions are read from."""
    log_level: str = "info"

    @property
    def is_secure(self) -> bool:
        """True when people reach us over TLS."""
        return self.public_url.startswith("https://")


VALIDATORS: dict[str, Callable[[Any], Any]] = {
    "secret_key": Length(min=32),
    "session_hours": Range(1, 24 * 7),
    "max_body": Range(64 * 1024),
    "outbox_lease": Range(30, 3600),
    "outbox_attempts": Range(1, 100),
    "worker_threads": Range(1, 64),
    "report_min_cohort": Range(3, 50),
    "completion_cutoff_days": Range(1, 3650),
    "completion_max_body": Range(16 * 1024, 64 * 1024 * 1024),
    "results_every": Range(60, 24 * 3600),
    "remote_store_every": Range(5, 24 * 3600),
    "log_level": OneOf(LOG_LEVELS),
}


def read_settings() -> Settings:
    """Return the settings of this process's environment.

    Raises:
        SettingsError: naming every missing or malformed variable.
    """
    env = Env(eager=False, prefix=PREFIX)
    readers: dict[str, Callable[..., Any]] = {"str": env.str, "int": env.int, "bool": env.bool}
    values = {
        setting.name: readers[str(setting.type)](
            setting.name.upper(),
            **({} if setting.default is MISSING else {"default": setting.default}),
            validate=VALIDATORS.get(setting.name),
        )
        for setting in fields(Settings)
    }
    faults: dict[str, list[str]] = {}
    try:
        env.seal()
    except EnvValidationError as error:
        faults.update(error.error_messages)  # type: ignore[arg-type] # a mapping, when sealed
    _check_urls(values, faults)
    _check_attachments(str(values["xapi_attachments"] or ""), faults)
    if faults:
        lines = [f"{name}: {' '.join(faults[name])}" for name in sorted(faults)]
        raise SettingsError("These settings need attention:\n  " + "\n  ".join(lines))
    return Settings(**values)


def _check_urls(values: dict[str, object], faults: dict[str, list[str]]) -> None:
    public = _split(values["public_url"])
    if public.scheme not in ("http", "https") or not public.hostname or public.path or public.query:
        faults.setdefault(f"{PREFIX}PUBLIC_URL", []).append(
            "Give an origin such as https://mentes.example.org, without path or trailing slash."
        )
    smtp = _split(values["smtp_url"])
    if values["smtp_url"] and (smtp.scheme not in ("smtp", "smtps") or not smtp.hostname):
        faults.setdefault(f"{PREFIX}SMTP_URL", []).append(
            "Give smtp://user:password@host:port or smtps://…, or leave it empty."
        )
    lrs = _split(values["lrs_url"])
    is_usable = lrs.scheme in ("http", "https") and lrs.hostname
    if values["lrs_url"] and not (is_usable and values["lrs_key"] and values["lrs_secret"]):
        faults.setdefault(f"{PREFIX}LRS_URL", []).append(
            "A remote record store needs an http(s) URL, MENTES_LRS_KEY and MENTES_LRS_SECRET."
        )


def _check_attachments(where: str, faults: dict[str, list[str]]) -> None:
    parts = _split(where)
    if parts.scheme and not (parts.scheme == "s3" and parts.netloc):
        faults.setdefault(f"{PREFIX}XAPI_ATTACHMENTS", []).append(
            "Give a folder, or s3://bucket/prefix, or leave it empty for the database."
        )


def _split(url: object) -> SplitResult:
    try:
        return urlsplit(str(url or ""))
    except ValueError:  # such as an unclosed bracket
        return urlsplit("")
