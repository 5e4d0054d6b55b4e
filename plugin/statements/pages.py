"""The statements of an organisation, for its admins: the list, one of them, what came with it."""

from __future__ import annotations

import mimetypes
import re
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from lrs_bridge.lrs.attachments.read import digests, one_attached, parts_of
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.statements import forms, service, views, who
from plugin.statements.looking import looked_at, looked_at_list, record_store
from plugin.statements.search import Search
from plugin.statements.verbs import IRIS
from plugin.statements.views.saying import actor_name
from plugin.statements.who import Who

bp = Blueprint("statements", __name__, template_folder="templates")

DIGEST = re.compile(r"[0-9a-f]{56,128}")
# What is attached may be a page with scripts. Nobody may be made to open it as one of ours.
NOT_A_PAGE = "sandbox; default-src 'none'"


@bp.get("/l/<uuid:launch_id>/statements")
@requires(Role.ADMIN)
def listed() -> str | tuple[str, int]:
    """Show the statements that are searched for, a page of them, the newest first."""
    try:
        search = forms.searched(request.args, words().zone)
        with tool().database.reading(visit().organisation_id) as session:
            meant, choices = _meant(session, search)
    except FormInvalid as error:
        return _list(errors=in_words(error.errors), meant=_chosen()), 422
    looked_at_list(search.kinds)
    if choices:
        return _list(choices=choices)
    with tool().database.reading(visit().organisation_id) as session:
        page = service.page(session, search, meant.ifis if meant else ())
        known = service.known_activities(session, page.read)
    rows = [views.row(read.found, read.statement, known, words()) for read in page.read]
    return _list(page=page, rows=rows, meant=meant)


def _meant(session: Session, search: Search) -> tuple[Who | None, list[Who]]:
    """Return who is searched for; if several may be meant, nobody but those.

    Raises:
        FormInvalid: if nobody is known who may be meant.
    """
    if search.who is not None:
        found = who.known(session, search.who)
        if found is None:
            raise FormInvalid("There is nobody like that.", {"person": [forms.NOBODY]})
        return found, []
    if search.person is None:
        return None, []
    named = who.typed(search.person)
    if named is not None:
        return named, []
    several = who.called(session, search.person)
    if not several:
        raise FormInvalid(
            "There is nobody like that.",
            {
                "person": [
                    "Nobody is known by that name. Give a mail address, or an account as "
                    "https://lms.example | 42."
                ]
            },
        )
    return (several[0], []) if len(several) == 1 else (None, several)


def _chosen() -> Who | None:
    """Return the person whom the address names, also if something else in it is wrong."""
    id = request.args.get("who", type=UUID)
    if id is None:
        return None
    with tool().database.reading(visit().organisation_id) as session:
        return who.known(session, id)


def _list(**found: Any) -> str:
    """Return the page of the list; what was asked for stays in its form."""
    given = {name: text for name, text in request.args.items() if text.strip()}
    asked = {name: text for name, text in given.items() if name not in ("older", "newer")}
    return render_template(
        "statements/list.html",
        page_title=words().gettext("Statements"),
        **{
            "page": None,
            "rows": [],
            "meant": None,
            "choices": [],
            "errors": {},
            **found,
        },
        sent=given,
        asked=asked,
        verbs=sorted(IRIS),
        zone=words().place(),
        most_people=who.MOST,
    )


@bp.get("/l/<uuid:launch_id>/statements/<uuid:statement_id>")
@requires(Role.ADMIN)
def show(statement_id: UUID) -> str:
    """Show one statement as a card, and raw."""
    looked_at(statement_id, "page")
    with tool().database.reading(visit().organisation_id) as session:
        read = service.one(session, statement_id)
        return render_template(
            "statements/show.html",
            page_title=words().gettext("Statement"),
            **_about(session, read),
            done=request.args.get("done", ""),
        )


def _about(session: Session, read: service.Read) -> dict[str, Any]:
    """Return what the page of a statement shows."""
    found, statement = read.found, read.statement
    held = digests(session, visit().organisation_id, found.seq)
    known = service.known_activities(session, [read])
    card = views.card(found, read.text, statement, known, held, words())
    referring = service.referring(session, card.id)
    several = service.known_activities(session, referring)
    voided_by = service.voiding_of(session, card.id) if found.voided else None
    home_page = record_store().home_page
    authority = statement["authority"]
    return {
        "card": card,
        "size": len(read.text.encode()),
        "referring": [views.row(one.found, one.statement, several, words()) for one in referring],
        "most_referring": service.REFERRING,
        "voiding": views.voiding(voided_by.statement, voided_by.found.stored, words())
        if voided_by
        else None,
        "reason": views.voiding(statement, found.stored, words()).reason,
        "stored_by": service.stored_by(session, authority, home_page),
        "is_ours": service.is_ours(authority, home_page),
        "authority": actor_name(authority, words()),
    }


@bp.get("/l/<uuid:launch_id>/statements/<uuid:statement_id>.json")
@requires(Role.ADMIN)
def raw(statement_id: UUID) -> Response:
    """Return one statement exactly as the store serves it, to be kept as a file."""
    looked_at(statement_id, "raw")
    with tool().database.reading(visit().organisation_id) as session:
        text = service.one(session, statement_id).text
    return _file(text.encode(), "application/json", f"statement-{statement_id}.json")


@bp.get("/l/<uuid:launch_id>/statements/<uuid:statement_id>/attachments/<digest>")
@requires(Role.ADMIN)
def attachment(statement_id: UUID, digest: str) -> Response:
    """Return content that a statement came with, to be kept as a file."""
    if not DIGEST.fullmatch(digest):
        raise NotFound("There is no such attachment.")
    looked_at(statement_id, "attachment")
    with tool().database.reading(visit().organisation_id) as session:
        read = service.one(session, statement_id)
        found = one_attached(session, visit().organisation_id, read.found.seq, digest)
    parts = parts_of([found], record_store().contents) if found else ()
    if not parts:
        raise NotFound("The store has no content of this attachment.")
    headers, content = parts[0]
    kind = headers["Content-Type"].partition(";")[0].strip()
    return _file(content, kind, f"attachment-{digest[:12]}{mimetypes.guess_extension(kind) or ''}")


def _file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = NOT_A_PAGE
    return response
