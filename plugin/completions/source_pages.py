"""Where completions come from: the list, one source, and adding or changing one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.completions import changing, source_forms, sources
from plugin.completions.advice import REFUSED, trouble_in_words
from plugin.completions.dry_run import tried
from plugin.completions.inlets import address, inlets
from plugin.completions.kinds import KINDS, kind_called
from plugin.completions.model import SourceKind, SourceRow
from plugin.completions.refused import newest
from plugin.foundation.errors import FormInvalid
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words

bp = Blueprint("completion_sources", __name__, template_folder="templates")


@bp.get("/l/<uuid:launch_id>/sources")
@requires(Role.ADMIN)
def listed() -> str:
    """Show where completions come from, what arrived and what went wrong."""
    with tool().database.reading(visit().organisation_id) as session:
        return render_template(
            "completions/sources.html",
            page_title=words().gettext("Where completions come from"),
            sources=sources.listed(session),
            kinds=KINDS,
            trouble_in_words=trouble_in_words,
            now=tool().clock(),
            done=request.args.get("done", ""),
        )


@bp.get("/l/<uuid:launch_id>/sources/new/<kind>")
@requires(Role.ADMIN)
def ask(kind: str) -> str:
    """Ask about a new source."""
    chosen = kind_called(kind)
    name = request.args.get("preset", "")
    shown = source_forms.preset(name, "") if chosen.kind is SourceKind.WEBHOOK else {}
    return _form(chosen.kind, shown)


@bp.post("/l/<uuid:launch_id>/sources/new/<kind>")
@requires(Role.ADMIN)
def add(kind: str) -> str | tuple[str, int]:
    """Keep a new source, and show its address and its secret: the secret this once."""
    chosen = kind_called(kind).kind
    try:
        wanted = source_forms.wanted(chosen, request.form, is_new=True)
        if "try" in request.form:
            return _form(chosen, request.form, tried=_tried(chosen, wanted))
        with tool().database.transaction(visit().organisation_id) as session:
            source = sources.add(
                session,
                inlets().cipher,
                kind=chosen,
                name=wanted.name,
                configuration=wanted.configuration,
                secret=wanted.secret,
                now=tool().clock(),
            )
    except FormInvalid as error:
        return _form(chosen, request.form, errors=error.errors), 422
    return _one(source, secret=wanted.secret if wanted.is_ours else "", done="added")


@bp.get("/l/<uuid:launch_id>/sources/<uuid:source_id>")
@requires(Role.ADMIN)
def show(source_id: UUID) -> str:
    """Show one source."""
    with tool().database.reading(visit().organisation_id) as session:
        source = sources.one(session, source_id)
    return _one(source, done=request.args.get("done", ""))


@bp.get("/l/<uuid:launch_id>/sources/<uuid:source_id>/change")
@requires(Role.ADMIN)
def ask_change(source_id: UUID) -> str:
    """Show a source's form as it stands."""
    with tool().database.reading(visit().organisation_id) as session:
        source = sources.one(session, source_id)
    kind = kind_called(source.kind).kind
    shown = source_forms.as_sent(kind, source.name, source.configuration)
    return _form(kind, shown, source=source)


@bp.post("/l/<uuid:launch_id>/sources/<uuid:source_id>/change")
@requires(Role.ADMIN)
def change(source_id: UUID) -> str | Response | tuple[str, int]:
    """Change what a source is called and how it is read."""
    with tool().database.reading(visit().organisation_id) as session:
        source = sources.one(session, source_id)
    kind = kind_called(source.kind).kind
    try:
        wanted = source_forms.wanted(kind, request.form, is_new=False)
        if "try" in request.form:
            return _form(kind, request.form, source=source, tried=_tried(kind, wanted))
        with tool().database.transaction(visit().organisation_id) as session:
            source = sources.one(session, source_id, locked=True)
            changing.change(
                session,
                source,
                inlets().cipher,
                name=wanted.name,
                configuration=wanted.configuration,
                secret=wanted.secret,
                now=tool().clock(),
            )
    except FormInvalid as error:
        return _form(kind, request.form, source=source, errors=error.errors), 422
    return _to(source_id, "changed")


@bp.post("/l/<uuid:launch_id>/sources/<uuid:source_id>/secret")
@requires(Role.ADMIN)
def rotate(source_id: UUID) -> str:
    """Give a source a new secret of ours, and show it this once."""
    with tool().database.transaction(visit().organisation_id) as session:
        source = sources.one(session, source_id, locked=True)
        secret = changing.rotate(source, inlets().cipher, None, now=tool().clock())
    return _one(source, secret=secret, done="rotated")


@bp.post("/l/<uuid:launch_id>/sources/<uuid:source_id>/<any(off, on, look):what>")
@requires(Role.ADMIN)
def switch(source_id: UUID, what: str) -> Response:
    """Turn a source off or on, or let it be looked at now."""
    now = tool().clock()
    with tool().database.transaction(visit().organisation_id) as session:
        source = sources.one(session, source_id, locked=True)
        if what == "off":
            sources.disable(source)
        elif what == "on":
            sources.enable(source, now=now)
        else:
            sources.look_now(source, now=now)
    return _to(source_id, what)


@bp.post("/l/<uuid:launch_id>/sources/<uuid:source_id>/remove")
@requires(Role.ADMIN)
def remove(source_id: UUID) -> Response:
    """Forget a source."""
    with tool().database.transaction(visit().organisation_id) as session:
        sources.remove(session, sources.one(session, source_id, locked=True))
    return redirect(url_for(".listed", launch_id=visit().launch_id, done="removed"), 303)


def _tried(kind: SourceKind, wanted: source_forms.Wanted) -> Any:
    """Return what the example in the form would give."""
    with tool().database.reading(visit().organisation_id) as session:
        return tried(
            session,
            kind,
            wanted.configuration,
            request.form.get("example", ""),
            now=tool().clock(),
            cutoff_days=inlets().cutoff_days,
        )


def _form(
    kind: SourceKind,
    sent: Any,
    *,
    source: SourceRow | None = None,
    errors: dict[str, list[str]] | None = None,
    tried: Any = None,
) -> str:
    return render_template(
        "completions/source_form.html",
        page_title=words().gettext("Change a source" if source else "Add a source"),
        kind=kind_called(kind),
        source=source,
        sent=sent,
        errors=in_words(errors or {}),
        tried=tried,
    )


def _one(source: SourceRow, *, secret: str | None = "", done: str = "") -> str:
    with tool().database.reading(visit().organisation_id) as session:
        refused = newest(session, source.id)
    return render_template(
        "completions/source.html",
        page_title=source.name,
        source=source,
        kind=kind_called(source.kind),
        address=address(tool().public_url, source.path) if source.path else "",
        secret=secret,
        refused=refused,
        refused_in_words=REFUSED,
        trouble_in_words=trouble_in_words,
        now=tool().clock(),
        done=done,
    )


def _to(source_id: UUID, done: str) -> Response:
    return redirect(
        url_for(".show", launch_id=visit().launch_id, source_id=source_id, done=done), 303
    )
