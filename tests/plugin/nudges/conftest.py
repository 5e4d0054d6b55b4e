"""A mail server on a real socket, and a tool that sends to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from config.settings import Settings
from lti.testing import Server
from plugin.demo.mailbox import Mailbox
from plugin.demo.mailbox import _Keeper as Keeper
from tests.conftest import SECRET


class PickyKeeper(Keeper):
    """A server that answers recipients as `answers` says; others it takes."""

    def __init__(self, mailbox: Mailbox, answers: dict[str, str]) -> None:
        super().__init__(mailbox)
        self._answers = answers

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        answer = self._answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer


class MailServer(Mailbox):
    """A mail server whose answers a test may choose, by address."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, str] = {}
        self._controller.handler = PickyKeeper(self, self.answers)
        self._runs = False

    def start(self) -> None:
        """Begin to take mail."""
        super().start()
        self._runs = True

    def stop(self) -> None:
        """Go away; twice is once."""
        if self._runs:
            self._runs = False
            super().stop()


@pytest.fixture
def mails() -> Iterator[MailServer]:
    """A running mail server."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def settings(database_url: str, tool_server: Server, mails: MailServer) -> Settings:
    """Settings of a tool that sends mail."""
    base = Settings(
        public_url=tool_server.url,
        secret_key=SECRET,
        database_url=database_url,
        mail_from="Mentes at Acme <mentes@acme.example>",
        allow_private_addresses=True,
    )
    return replace(base, smtp_url=mails.smtp_url)
