"""What the story is played on: the tool, its worker, the campus and a mail server, all real.

Everything listens on loopback and is kept in one directory; nothing is left when it closes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from config.settings import Settings
from lrs_bridge.lrs.access.credentials import Scope, add_credential
from lti.testing import Server
from plugin import migrations
from plugin.app import Mentes, compose, create_app
from plugin.demo.campus import Campus
from plugin.demo.mailbox import Mailbox
from plugin.demo.site import create_campus
from plugin.foundation.clock import utc_now
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import invitations
from plugin.platforms import service as platforms
from plugin.worker import Worker

MAIL_FROM = "Mentes <mentes@tool.example>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A key and secret of the record store."""

    key: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A tool and a campus that do not know each other yet.

    Attributes:
        invitation: the one-time link by which a platform registers.
        reader: a credential that may read statements, and do nothing else.
    """

    tool_url: str
    campus: Campus
    mailbox: Mailbox
    mentes: Mentes
    invitation: str
    reader: Credential

    @property
    def campus_url(self) -> str:
        """The campus's origin."""
        return self.campus.issuer

    @property
    def places(self) -> dict[str, str]:
        """What the log calls each origin."""
        return {self.tool_url: "tool", self.campus_url: "campus"}


@contextmanager
def stage(directory: Path, *, tool_port: int = 0, campus_port: int = 0) -> Iterator[Stage]:
    """Set everything up in `directory`; port 0 is a free one.

    Raises:
        OSError: a port is taken.
    """
    with ExitStack() as stack:
        tool_server = _started(stack, tool_port)
        campus_server = _started(stack, campus_port)
        mailbox = Mailbox()
        mailbox.start()
        stack.callback(mailbox.stop)
        mentes = compose(_settings(tool_server.url, directory, mailbox), clock=utc_now)
        stack.callback(mentes.database.dispose)
        migrations.upgrade(mentes.database.engine)
        writer, reader = _credential("campus"), _credential("reader")
        invitation = _furnished(mentes, writer, reader)
        tool_server.app = create_app(mentes.settings, clock=utc_now, mentes=mentes)
        campus = create_campus(
            f"http://localhost:{campus_server.port}",
            clock=utc_now,
            lrs_endpoint=f"{tool_server.url}/xapi",
            lrs_key=writer.key,
            lrs_secret=writer.secret,
            mailbox=mailbox,
        )
        stack.callback(campus.stop)
        campus_server.app = campus.wsgi
        stack.enter_context(_working(mentes))
        yield Stage(
            tool_url=tool_server.url,
            campus=campus,
            mailbox=mailbox,
            mentes=mentes,
            invitation=invitation,
            reader=reader,
        )


def _started(stack: ExitStack, port: int) -> Server:
    server = Server(port)
    server.start()
    stack.callback(server.stop)
    return server


def _settings(url: str, directory: Path, mailbox: Mailbox) -> Settings:
    return Settings(
        public_url=url,
        secret_key=secrets.token_urlsafe(32),
        database_url=f"sqlite:///{directory / 'mentes.db'}",
        smtp_url=mailbox.smtp_url,
        mail_from=MAIL_FROM,
        allow_private_addresses=True,
        log_level="error",
    )


def _credential(key: str) -> Credential:
    return Credential(key=key, secret=secrets.token_urlsafe(24))


def _furnished(mentes: Mentes, writer: Credential, reader: Credential) -> str:
    """Do what an operator does beforehand: an organisation, two credentials, an invitation."""
    now = mentes.clock()
    with mentes.database.transaction(EVERYWHERE) as session:
        organisation_id = platforms.organisation(session, "Demo", now=now).id
        for credential, scope in (
            (writer, Scope.STATEMENTS_WRITE),
            (reader, Scope.STATEMENTS_READ),
        ):
            add_credential(
                session, organisation_id, credential.key, credential.secret, [scope], now
            )
    with mentes.database.transaction(organisation_id) as session:
        _, secret = invitations.invite(session, administrators_are_analysts=True, now=now)
    return f"{mentes.settings.public_url}/lti/register/{secret}"


@contextmanager
def _working(mentes: Mentes) -> Iterator[None]:
    stop = Event()
    thread = Thread(target=Worker(mentes).run, args=(stop,), name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
