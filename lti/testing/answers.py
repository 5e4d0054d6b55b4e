"""Answers in the shapes that browsers and tools get."""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from werkzeug.wrappers import Response


def as_json(
    document: Any,
    *,
    status: int = 200,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return `document` as JSON."""
    return Response(
        json.dumps(document, ensure_ascii=False),
        status=status,
        content_type=f"{media_type}; charset=utf-8",
        headers=dict(headers or {}),
    )


def page(title: str, text: str, *, status: int = 200) -> Response:
    """Return a plain page."""
    return _html(title, f"<p>{escape(text)}</p>", status)


def form_post(action: str, fields: Mapping[str, str]) -> Response:
    """Return a page that posts `fields` to `action` by itself, or by its button without scripts."""
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    return _html(
        "Opening…",
        f'<form method="post" action="{escape(action)}">{inputs}'
        "<button>Continue</button></form>"
        "<script>document.forms[0].submit()</script>",
        200,
    )


def _html(title: str, body: str, status: int) -> Response:
    return Response(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<body>{body}</body></html>",
        status=status,
        content_type="text/html; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )
