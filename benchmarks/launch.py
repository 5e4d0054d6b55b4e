"""What a launch costs this process, as a multiple of a request that does nothing.

    python -m benchmarks.launch            (from the root of a checkout)

One run, one machine, one process: the ratios can be compared between machines, the times cannot.
CPU time is counted, since other processes' load disturbs it least; signing the platform's token is
not counted, since a platform does that elsewhere.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from config.log import configure_logging
from config.settings import Settings
from lti.testing import serving
from plugin import migrations
from plugin.app import compose, create_app
from plugin.foundation.clock import utc_now
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.service import organisation
from tests.plugin.launching import ADA, Campus, a_campus

ROUNDS = 200


def main() -> None:
    """Measure on a fresh SQLite file and print a table."""
    configure_logging("critical")
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
            campus.launched(ADA)  # keys are fetched, templates compiled
            _print(_measured(campus))
        mentes.database.dispose()


def _measured(campus: Campus) -> dict[str, float]:
    client = campus.app.test_client()
    times: dict[str, list[float]] = {"nothing": [], "login": [], "launch": [], "page": []}
    for _ in range(ROUNDS):
        browser = campus.browser()
        times["nothing"].append(_cpu(client.get, "/healthz")[0])
        seconds, (state, nonce) = _cpu(browser.begin, ADA)
        times["login"].append(seconds)
        token = browser.token(nonce, browser.claims(ADA))
        seconds, answer = _cpu(browser.post, state, token)
        times["launch"].append(seconds)
        browser.launch_id = answer.headers["Location"].strip("/").split("/")[-1]
        times["page"].append(_cpu(browser.get, "mine")[0])
    return {name: statistics.median(each) * 1000 for name, each in times.items()}


def _cpu(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    began = time.process_time()
    result = work(*arguments)
    return time.process_time() - began, result


def _print(medians: dict[str, float]) -> None:
    nothing = medians["nothing"]
    print(f"{'request':10} {'CPU ms':>8} {'ratio':>7}   (median of {ROUNDS}, SQLite)")
    for name, milliseconds in medians.items():
        print(f"{name:10} {milliseconds:8.2f} {milliseconds / nothing:6.1f}×")


if __name__ == "__main__":
    main()
