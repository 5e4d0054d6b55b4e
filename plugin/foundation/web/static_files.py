"""The few files that pages need: style sheets, one of them vendored, and a few small scripts."""

from __future__ import annotations

from flask import Blueprint, Response, send_from_directory

from plugin.foundation.web.access import open_to

DAY = 24 * 3600

bp = Blueprint("foundation", "plugin.foundation", template_folder="templates")


@bp.get("/static/<path:filename>")
@open_to("anyone")
def static(filename: str) -> Response:
    """Return one of our files."""
    return send_from_directory(f"{bp.root_path}/static", filename, max_age=DAY)
