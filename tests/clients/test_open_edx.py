"""Open edX as the platform: its package lti-consumer-xblock launches us and keeps our scores.

What stands in for the rest of the LMS is in open_edx/lms.py. https://pypi.org/project/lti-consumer-xblock/
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
from flask import Flask

from plugin.app import Mentes
from plugin.platforms.profiles import PROFILES
from plugin.platforms.service import registered
from tests.clients.installed import has_open_edx
from tests.clients.open_edx_campus import OpenEdx, an_open_edx
from tests.plugin.launching import ADA, TEACHER

pytestmark = pytest.mark.skipif(not has_open_edx(), reason="run: make clients")


@pytest.fixture
def clock() -> type[datetime]:
    """The real time: the platform has no other."""
    return lambda: datetime.now(UTC)


@pytest.fixture
def edx(mentes: Mentes, app: Flask, organisation_id: UUID, tmp_path: Path) -> Iterator[OpenEdx]:
    """An Open edX that is registered with the tool as an author copies it from Studio."""
    public = mentes.settings.public_url
    keys = f"{public}/lti/keys/{organisation_id}.json"
    with an_open_edx(app, public, keys, tmp_path) as running:
        with mentes.database.transaction(organisation_id) as session:
            registered(
                session,
                running.registration(TEACHER),
                name="Open edX",
                administrators_are_analysts=True,
                now=mentes.clock(),
            )
        yield running


def test_what_studio_shows_is_what_our_profile_fills_in(edx: OpenEdx) -> None:
    shown = edx.registration(TEACHER)
    configuration = shown.jwks_uri.rsplit("/", 1)[-1]
    filled = PROFILES["openedx"].filled(edx.url)
    assert {
        "issuer": shown.issuer,
        "authorization_endpoint": shown.authorization_endpoint,
        "token_endpoint": shown.token_endpoint,
        "jwks_uri": shown.jwks_uri,
        "token_audience": "",
    } == {name: it.replace("{configuration}", configuration) for name, it in filled.items()}


def test_a_learner_and_an_instructor_open_the_block(edx: OpenEdx) -> None:
    learner = edx.launched(ADA).get("mine")
    assert learner.status_code == 200
    assert "Ada" in learner.text
    teacher = edx.launched(TEACHER).get("setup")
    assert teacher.status_code == 200
