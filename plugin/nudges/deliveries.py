"""Sending mail by SMTP.

SMTP has no way to ask "did you get this already?", so a worker killed between the server's "250"
and our own record sends again. The Message-ID is fixed when the mail is composed: mail programs
show the two as one.
"""

from __future__ import annotations

import smtplib
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from plugin.foundation.outbox import LeasedDebt, Outcome, Postponed, Settled

TIMEOUT = 6  # s a step; all eight of them together end before the lease of the debt does


class MailDelivery:
    """Pays mail debts."""

    def __init__(self, smtp_url: str, mail_from: str) -> None:
        self._smtp = urlsplit(smtp_url)
        self._from = mail_from

    def __call__(self, debt: LeasedDebt) -> Settled | Postponed:
        """Send one mail."""
        if not self._smtp.hostname:
            return Postponed(problem="mail-switched-off")
        message = self.message(debt.payload)
        try:
            with self._server() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _ in error.recipients.values()}
            if all(500 <= code < 600 for code in codes):
                return Settled(outcome=Outcome.GIVEN_UP, problem="recipient-refused")
            return Postponed(problem="recipient-postponed")
        except smtplib.SMTPResponseException as error:
            if 500 <= error.smtp_code < 600 and not isinstance(
                error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError
            ):
                return Settled(
                    outcome=Outcome.GIVEN_UP, problem=f"mail-refused ({error.smtp_code})"
                )
            return Postponed(problem=f"mail-server-busy ({error.smtp_code})")
        except smtplib.SMTPNotSupportedError:
            return Settled(outcome=Outcome.GIVEN_UP, problem="address-not-supported")
        except (OSError, smtplib.SMTPException) as error:
            return Postponed(problem=f"mail-server-unreachable ({type(error).__name__})")
        return Settled()

    def message(self, payload: dict[str, str]) -> EmailMessage:
        """Return the mail that `payload` describes."""
        message = EmailMessage()
        message["From"] = self._from
        message["To"] = payload["to"]
        message["Subject"] = payload["subject"]
        message["Date"] = format_datetime(datetime.fromisoformat(payload["sent_at"]))
        message["Message-ID"] = payload["message_id"]
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(payload["text"])
        if "calendar" in payload:
            method = payload["method"]
            message.add_alternative(
                payload["calendar"], subtype="calendar", params={"method": method}
            )
            message.add_attachment(
                payload["calendar"].encode(),
                maintype="text",
                subtype="calendar",
                filename="check-in.ics",
                params={"method": method},
            )
        return message

    def _server(self) -> smtplib.SMTP:
        secure = self._smtp.scheme == "smtps"
        host = self._smtp.hostname or "localhost"
        port = self._smtp.port or (465 if secure else 25)
        kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
        server = kind(host, port, timeout=TIMEOUT)
        if self._smtp.username:
            if not secure:
                server.starttls()
            server.login(unquote(self._smtp.username), unquote(self._smtp.password or ""))
        return server
