"""The mailbox of whoever is signed in."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound

from plugin.demo.mailbox import Mail
from plugin.demo.visitors import campus, for_, me

bp = Blueprint("mail", __name__)


@bp.get("/mail/")
@for_()
def inbox() -> str:
    """List my mail, newest first."""
    return render_template("inbox.html", mails=tuple(reversed(_mine())))


@bp.get("/mail/<int:number>")
@for_()
def message(number: int) -> str:
    """Show one message."""
    return render_template("message.html", mail=_mail(number))


@bp.get("/mail/<int:number>/invitation.ics")
@for_()
def invitation(number: int) -> Response:
    """Return the calendar file of a message."""
    calendar = _mail(number).calendar
    if calendar is None:
        raise NotFound("This message has no calendar file.")
    response = Response(calendar, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="invitation.ics"'
    return response


def _mine() -> tuple[Mail, ...]:
    mailbox = campus().mailbox
    return mailbox.messages_for(me().user.email) if mailbox is not None else ()


def _mail(number: int) -> Mail:
    found = next((mail for mail in _mine() if mail.number == number), None)
    if found is None:
        raise NotFound("There is no such message among yours.")
    return found
