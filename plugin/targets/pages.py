"""Where statements go: the targets of an organisation, for its admins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lrs_bridge.lrs.tables import credential
from plugin.foundation.cipher import Cipher
from plugin.foundation.errors import FormInvalid
from plugin.foundation.tenancy import organisation_of
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.targets import forms, looking, service
from plugin.targets.model import Kind
from plugin.targets.sending import TargetDelivery
from plugin.targets.trying import Tried, tried
from plugin.targets.words import problem_in_words

KEY = "mentes.targets"

bp = Blueprint("targets", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What these pages need of the process."""

    delivery: TargetDelivery
    cipher: Cipher = field(repr=False)
    allow_private: bool
    installation: str
    """Where the installation sends statements: an address, or empty for the embedded store."""

    @property
    def own_store(self) -> str:
        """Where the embedded store is."""
        return f"{tool().public_url}/xapi"


def room() -> Room:
    """Return what the composition root made for these pages."""
    found: Room = current_app.extensions[KEY]
    return found


@contextmanager
def _writing() -> Iterator[Session]:
    with tool().database.transaction(visit().organisation_id) as session:
        yield session


@bp.get("/l/<uuid:launch_id>/targets")
@requires(Role.ADMIN)
def listed() -> str:
    """Show where statements go, and how each of these stores does."""
    with _writing() as session:  # the first look makes the target of the installation
        several = looking.shown(session, now=tool().clock())
    return render_template(
        "targets/list.html",
        page_title=words().gettext("Where statements go"),
        targets=several,
        problem_in_words=problem_in_words,
        installation=room().installation,
        done=request.args.get("done", ""),
    )


@bp.get("/l/<uuid:launch_id>/targets/new")
@requires(Role.ADMIN)
def new() -> str:
    """Ask for a new target."""
    return _form()


@bp.post("/l/<uuid:launch_id>/targets/new")
@requires(Role.ADMIN)
def add() -> Response | tuple[str, int]:
    """Add a target; it gets what happens from now on."""
    try:
        with _writing() as session:
            target = service.add(session, _described(), room().cipher, now=tool().clock())
            target_id = target.id
    except FormInvalid as error:
        return _form(errors=error.errors), 422
    return _to(target_id, "added")


@bp.get("/l/<uuid:launch_id>/targets/<uuid:target_id>")
@requires(Role.ADMIN)
def show(target_id: UUID) -> str:
    """Show one target with its settings."""
    return _form(target_id)


@bp.post("/l/<uuid:launch_id>/targets/<uuid:target_id>")
@requires(Role.ADMIN)
def change(target_id: UUID) -> Response | tuple[str, int]:
    """Keep other settings; what the store would not take is tried again."""
    try:
        with _writing() as session:
            target = service.one(session, target_id)
            service.change(session, target, _described(), room().cipher, now=tool().clock())
    except FormInvalid as error:
        return _form(target_id, errors=error.errors), 422
    return _to(target_id, "changed")


@bp.post("/l/<uuid:launch_id>/targets/<uuid:target_id>/test")
@requires(Role.ADMIN)
def test(target_id: UUID) -> str:
    """Ask the store who it is and whether it knows us."""
    with tool().database.reading(visit().organisation_id) as session:
        target = service.one(session, target_id)
    return _form(target_id, result=tried(room().delivery, target))


@bp.post("/l/<uuid:launch_id>/targets/<uuid:target_id>/pause")
@requires(Role.ADMIN)
def pause(target_id: UUID) -> Response:
    """Send nothing until somebody resumes."""
    with _writing() as session:
        service.pause(session, service.one(session, target_id), now=tool().clock())
    return _to(target_id, "paused")


@bp.post("/l/<uuid:launch_id>/targets/<uuid:target_id>/resume")
@requires(Role.ADMIN)
def resume(target_id: UUID) -> Response:
    """Send again, beginning with what waited."""
    with _writing() as session:
        service.resume(session, service.one(session, target_id), now=tool().clock())
    return _to(target_id, "resumed")


@bp.post("/l/<uuid:launch_id>/targets/<uuid:target_id>/remove")
@requires(Role.ADMIN)
def remove(target_id: UUID) -> Response:
    """Remove it with what waits for it; what it has, it keeps."""
    with _writing() as session:
        service.remove(session, service.one(session, target_id), now=tool().clock())
    address = url_for(".listed", launch_id=visit().launch_id, done="removed")
    return redirect(address, 303)


def _described() -> service.Described:
    return forms.described(
        request.form, allow_private=room().allow_private, own_store=room().own_store
    )


def _form(
    target_id: UUID | None = None,
    *,
    errors: dict[str, list[str]] | None = None,
    result: Tried | None = None,
) -> str:
    with _writing() as session:
        several = {it.target.id: it for it in looking.shown(session, now=tool().clock())}
        target = service.one(session, target_id) if target_id is not None else None
        credentials = _credentials(session)
    shown = several.get(target_id) if target_id is not None else None
    return render_template(
        "targets/form.html",
        page_title=target.name if target is not None else words().gettext("A new target"),
        shown=shown,
        has_embedded=any(it.target.kind == Kind.EMBEDDED for it in several.values()),
        credentials=credentials,
        installation=room().installation,
        problem_in_words=problem_in_words,
        result=result,
        errors=in_words(errors or {}),
        sent=request.form if errors else None,
        done=request.args.get("done", ""),
    )


def _credentials(session: Session) -> list[tuple[str, str]]:
    """Return the credentials of the embedded store, by their ids."""
    rows = session.execute(
        select(credential.c.id, credential.c.label, credential.c.key)
        .where(
            credential.c.organisation_id == organisation_of(session),
            credential.c.revoked_at.is_(None),
        )
        .order_by(credential.c.key)
    )
    return [(str(row.id), row.label or row.key) for row in rows]


def _to(target_id: UUID, done: str) -> Response:
    address = url_for(".show", launch_id=visit().launch_id, target_id=target_id, done=done)
    return redirect(address, 303)
