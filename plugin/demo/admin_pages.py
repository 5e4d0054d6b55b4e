"""The campus's pages for administrators: tools, and what goes to the learning record store."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti import urls
from plugin.demo.people import Part
from plugin.demo.visitors import campus, for_

bp = Blueprint("admin", __name__)


@bp.get("/admin/tools.php")
@for_(Part.ADMINISTRATOR)
def tools() -> str:
    """List the registered tools, and take the registration link of another."""
    return render_template("tools.html", tools=campus().tools(), error="", sent="")


@bp.post("/admin/register.php")
@for_(Part.ADMINISTRATOR)
def register() -> str | tuple[str, int]:
    """Open a tool's registration page in a frame, with our configuration and a one-time token."""
    url = request.form.get("registration_url", "").strip()
    if not urls.is_web_url(url):
        error = "Paste the whole link that the tool’s operator gave you, beginning with http."
        page = render_template("tools.html", tools=campus().tools(), error=error, sent=url)
        return page, 422
    return render_template("register.html", url=campus().platform.invitation(url))


@bp.get("/admin/logstore.php")
@for_(Part.ADMINISTRATOR, Part.ANALYST)
def log_store() -> str:
    """Show what was sent to the learning record store, and what it answered."""
    store = campus().log_store
    return render_template(
        "logstore.html",
        endpoint=store.endpoint,
        key=store.key,
        waiting=store.waiting,
        refused=len(store.refused),
        sendings=tuple(reversed(store.sendings)),
        brief=_brief,
        written=_written,
    )


@bp.post("/admin/logstore.php")
@for_(Part.ADMINISTRATOR)
def send_again() -> Response:
    """Send once more what the store refused."""
    campus().log_store.send_refused_again()
    return redirect(url_for(".log_store"), 303)


def _brief(statement: dict[str, Any]) -> str:
    """Return a statement as a sentence."""
    names = statement["object"].get("definition", {}).get("name", {})
    what = next(iter(names.values()), statement["object"]["id"])
    verb = next(iter(statement["verb"]["display"].values())).lower()
    return f"{statement['actor']['name']} {verb} “{what}”"


def _written(statement: dict[str, Any]) -> str:
    return json.dumps(statement, indent=2, ensure_ascii=False)
