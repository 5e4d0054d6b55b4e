"""Whole-app tests: what no single room can promise."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from plugin.foundation.db import Base
from plugin.foundation.tenancy import Organisation, Owned
from plugin.launches.model import StrayRefusal
from plugin.migrations import metadata as every_table


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    silent = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not getattr(app.view_functions[rule.endpoint], "requires", None)
    ]
    assert silent == []


def test_every_row_belongs_to_an_organisation() -> None:
    assert every_table.METADATA
    nobodys = [
        mapper.class_
        for mapper in Base.registry.mappers
        if not issubclass(mapper.class_, Owned) and mapper.class_ is not Organisation
    ]
    assert nobodys == [StrayRefusal]  # it is kept because no organisation has what it is about


def test_the_tool_is_alive_and_ready(app: Flask) -> None:
    browser: FlaskClient = app.test_client()
    assert browser.get("/healthz").get_json() == {"status": "alive"}
    assert browser.get("/readyz").get_json() == {"status": "ready"}
