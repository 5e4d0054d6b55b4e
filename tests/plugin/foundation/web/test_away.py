"""A database that is away or busy: a page that says to wait, not a fault."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.exc import OperationalError


def test_a_database_that_is_busy_is_told_calmly(app: Flask) -> None:
    @app.get("/busy")
    def busy() -> str:
        raise OperationalError("SELECT 1", {}, Exception("database is locked"))

    answer = app.test_client().get("/busy", headers={"Accept": "text/html"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert "Wait a moment" in text
    assert "SELECT" not in text
