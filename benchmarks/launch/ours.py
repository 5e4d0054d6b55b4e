"""Mentes itself, on a fresh SQLite file, opened in this process."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from config.settings import Settings
from lti.testing import serving
from plugin import migrations
from plugin.app import compose, create_app
from plugin.foundation.clock import utc_now
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.service import organisation
from tests.plugin.launching import ADA, Campus, a_campus

Costs = dict[str, float]
"""Seconds of CPU, by the request."""


@contextmanager
def opened() -> Iterator[Campus]:
    """Serve the tool, with a platform that was there before: keys are fetched, pages compiled."""
    with tempfile.TemporaryDirectory() as folder, serving() as server:
        settings = Settings(
            public_url=server.url,
            secret_key="k" * 40,
            database_url=f"sqlite:///{folder}/mentes.db",
            allow_private_addresses=True,
        )
        mentes = compose(settings, clock=utc_now)
        migrations.upgrade(mentes.database.engine)
        app = create_app(settings, mentes=mentes)
        server.app = app.wsgi_app
        with mentes.database.transaction(EVERYWHERE) as session:
            owner: UUID = organisation(session, "Acme", now=utc_now()).id
        with a_campus(mentes, app, owner) as campus:
            campus.launched(ADA).get("mine")
            yield campus
        mentes.database.dispose()


def costs(campus: Campus) -> Costs:
    """Open Mentes once in a browser that has been nowhere, and say what each request cost."""
    browser = campus.browser()
    nothing, _ = _cpu(browser.client.get, "/healthz")
    login, (state, nonce) = _cpu(browser.begin, ADA)
    token = browser.token(nonce, browser.claims(ADA))
    launch, answer = _cpu(browser.post, state, token)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    browser.launch_id = answer.headers["Location"].strip("/").split("/")[-1]
    page, answer = _cpu(browser.get, "mine")
    assert answer.status_code == 200
    return {"nothing": nothing, "login": login, "launch": launch, "page": page}


def _cpu(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    began = time.process_time()
    result = work(*arguments)
    return time.process_time() - began, result
