"""Whether this process lives (`/healthz`) and whether it can serve (`/readyz`)."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from plugin.foundation.tenancy import EVERYWHERE, Organisation
from plugin.foundation.web.access import open_to
from plugin.foundation.web.tool import tool

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@open_to("anyone")
def alive() -> Response:
    """Say that the process answers."""
    return jsonify({"status": "alive"})


@bp.get("/readyz")
@open_to("anyone")
def ready() -> tuple[Response, int]:
    """Say whether the database answers and holds our tables."""
    try:
        with tool().database.reading(EVERYWHERE) as session:
            session.execute(select(Organisation.id).limit(1))
    except SQLAlchemyError as error:
        return jsonify({"status": "not ready", "reason": type(error).__name__}), 503
    return jsonify({"status": "ready"}), 200
