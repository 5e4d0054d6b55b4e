"""A mail server that keeps what it gets: SMTP in, memory out. For the campus and for tests."""

from __future__ import annotations

import socket
from asyncio import AbstractServer
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Lock

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message as it arrived; `number` counts from 1 in the order of arrival."""

    number: int
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject."""
        return str(self.message["Subject"] or "")

    @property
    def sender(self) -> str:
        """Who it says it is from."""
        return str(self.message["From"] or "")

    @property
    def text(self) -> str:
        """The plain text."""
        body = self.message.get_body(preferencelist=("plain",))
        return str(body.get_content()) if body is not None else ""

    @property
    def calendar(self) -> str | None:
        """The calendar file, if there is one."""
        for part in self.message.walk():
            if part.get_content_type() == "text/calendar" and isinstance(part, EmailMessage):
                content = part.get_content()
                return content.decode() if isinstance(content, bytes) else str(content)
        return None


class Mailbox:
    """A mail server on a loopback port, with one box for each address. Thread-safe."""

    def __init__(self, port: int = 0) -> None:
        self._lock = Lock()
        self._mails: list[Mail] = []
        self._controller = _Controller(_Keeper(self), port)
        self.port = self._controller.port
        self.smtp_url = f"smtp://{HOST}:{self.port}"

    def start(self) -> None:
        """Begin to take mail, in a thread."""
        self._controller.start()

    def stop(self) -> None:
        """Take no more mail and free the port."""
        self._controller.stop()

    @property
    def mails(self) -> tuple[Mail, ...]:
        """Everything that arrived, oldest first."""
        with self._lock:
            return tuple(self._mails)

    def messages_for(self, address: str) -> tuple[Mail, ...]:
        """Return what arrived for one address, oldest first; case does not matter."""
        wanted = address.casefold()
        return tuple(
            mail for mail in self.mails if wanted in (each.casefold() for each in mail.recipients)
        )

    def keep(self, recipients: tuple[str, ...], content: bytes) -> None:
        """Keep a message."""
        message = message_from_bytes(content, policy=policy.default)
        with self._lock:
            self._mails.append(
                Mail(number=len(self._mails) + 1, recipients=recipients, message=message)
            )


class _Keeper:
    """What aiosmtpd asks when a message has arrived."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(  # noqa: N802 # aiosmtpd's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        self._mailbox.keep(
            tuple(envelope.rcpt_tos),
            content if isinstance(content, bytes) else str(content).encode(),
        )
        return "250 Kept"


class _Controller(Controller):
    """aiosmtpd's own, on a socket that is bound beforehand: so the port may be a free one."""

    def __init__(self, keeper: _Keeper, port: int) -> None:
        self._socket = socket.create_server((HOST, port))
        super().__init__(keeper, hostname=HOST, port=self._socket.getsockname()[1])

    async def _create_server(self) -> AbstractServer:
        return await self.loop.create_server(self._factory_invoker, sock=self._socket)
