"""The language of a request: the launch's, else the browser's.

A launch that is refused is no visit. If its platform did sign it, `g.locale` is what it said.
"""

from __future__ import annotations

from datetime import datetime

from flask import Flask, g, request

from plugin.foundation.i18n import Words, spoken


def words() -> Words:
    """Return the words of this request's person."""
    if "visit" in g:
        if "visit_words" not in g:
            g.visit_words = Words(g.visit.language, g.visit.zone)
        found: Words = g.visit_words
        return found
    preferred = (tag for tag, quality in request.accept_languages if quality)
    return Words(spoken(g.get("locale"), *preferred))


def in_words(errors: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what is wrong with a form, by field, in the language of the request."""
    say = words().gettext
    return {field: [say(text) for text in texts] for field, texts in errors.items()}


def register(app: Flask) -> None:
    """Give templates `_`, `{% trans %}`, `when` and the locale."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: words().gettext(message),
        lambda one, many, n: words().plural(one, many, n),
        newstyle=True,
    )
    app.jinja_env.filters["when"] = _when
    app.jinja_env.filters["briefly"] = lambda moment: words().briefly(moment)
    app.jinja_env.filters["day"] = lambda moment: words().day(moment)
    app.context_processor(lambda: {"locale": words().language.replace("_", "-")})


def _when(moment: datetime) -> str:
    return words().when(moment)
