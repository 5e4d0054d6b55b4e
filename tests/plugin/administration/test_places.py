"""The one place that administrators start from."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask, url_for

from lti import claims
from lti.roles import ADMINISTRATOR, INSTRUCTOR, LEARNER
from plugin.administration.places import PLACES, is_within
from plugin.app import Mentes
from plugin.foundation.tenancy import EVERYWHERE
from plugin.foundation.web import Role
from plugin.platforms.model import RegistrationRow
from tests.plugin.launching import ADA, Browser, Campus
from tests.plugin.statements.conftest import INSTITUTION_ADMIN, launched_as_admin


@pytest.mark.parametrize("role", [INSTRUCTOR, LEARNER, ADMINISTRATOR])
def test_nobody_else_is_let_in_or_led_there(campus: Campus, role: str) -> None:
    browser = campus.launched(ADA, **{claims.ROLES: [role]})
    assert browser.get("administration").status_code == 403
    assert "Administration</a>" not in browser.get("mine").text


def test_whoever_only_administers_arrives_there(mentes: Mentes, campus: Campus) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        row = session.get_one(RegistrationRow, campus.registration_id)
        row.administrators_are_analysts = False
    admin = launched_as_admin(campus, **{claims.ROLES: [INSTITUTION_ADMIN]})
    home = admin.get("")
    assert urlsplit(home.headers["Location"]).path == f"/l/{admin.launch_id}/administration"


def test_every_place_is_named_explained_and_opens(admin: Browser, app: Flask) -> None:
    page = admin.get("administration").text
    assert re.search(r'aria-current="page">\s*Administration</a>', page)
    for place in PLACES:
        with app.test_request_context():
            address = url_for(place.endpoint, launch_id=admin.launch_id)
        assert f'<a href="{address}">{place.title}</a>' in page
        assert place.about in page
        opened = admin.get(address.removeprefix(f"/l/{admin.launch_id}/"))
        assert opened.status_code == 200
        assert re.search(r'aria-current="page">\s*Administration</a>', opened.text), place.title


def test_no_page_for_administrators_is_off_the_list(app: Flask) -> None:
    only_theirs = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "requires", None) == (Role.ADMIN,)
    }
    assert only_theirs
    assert {endpoint for endpoint in only_theirs if not is_within(endpoint)} == set()
