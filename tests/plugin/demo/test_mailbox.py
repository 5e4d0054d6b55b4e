"""Mail arrives over SMTP and is read on the campus."""

import smtplib
from email.message import EmailMessage

from plugin.demo.mailbox import HOST, Mailbox

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


def sent(mailbox, to, subject="Check-in", *, calendar=None):
    message = EmailMessage()
    message["From"] = "Mentes <mentes@localhost>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content("Ten minutes – über Feedback.")
    if calendar is not None:
        message.add_attachment(
            calendar.encode(), maintype="text", subtype="calendar", filename="check-in.ics"
        )
    with smtplib.SMTP(HOST, mailbox.port, timeout=5) as server:
        server.send_message(message)


def test_mail_is_kept_for_whom_it_is(mailbox):
    sent(mailbox, "Ada.Okafor@campus.example", "One")
    sent(mailbox, "mo.mentor@campus.example", "Two")
    [mail] = mailbox.messages_for("ada.okafor@campus.example")
    assert (mail.subject, mail.text.strip()) == ("One", "Ten minutes – über Feedback.")
    assert mail.sender == "Mentes <mentes@localhost>"
    assert mail.calendar is None
    assert [mail.subject for mail in mailbox.mails] == ["One", "Two"]


def test_each_mailbox_has_a_port_of_its_own(mailbox):
    other = Mailbox()
    other.start()
    assert other.smtp_url != mailbox.smtp_url
    other.stop()


def test_a_calendar_file_can_be_taken_out(mailbox):
    sent(mailbox, "ada.okafor@campus.example", calendar=CALENDAR)
    [mail] = mailbox.mails
    assert mail.calendar.replace("\r\n", "\n") == CALENDAR.replace("\r\n", "\n")


def test_people_read_their_own_mail_on_the_campus(campus, signed_in, mailbox):
    sent(mailbox, "ada.okafor@campus.example", "Invitation", calendar=CALENDAR)
    sent(mailbox, "mo.mentor@campus.example", "For Mo")
    browser, page = signed_in("Ada")
    page = browser.click(page, "Mailbox")
    assert page.has("Invitation")
    assert not page.has("For Mo")
    page = browser.click(page, to="/mail/1")
    assert page.has("Ten minutes – über Feedback.")
    file = browser.click(page, to=".ics")
    assert file.headers["Content-Type"].startswith("text/calendar")
    assert "VCALENDAR" in file.text
    assert browser.open(f"{campus.issuer}/mail/2").status == 404
