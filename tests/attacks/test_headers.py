"""Headers that say that we are somebody else."""

from __future__ import annotations

import pytest
from flask import Flask

from plugin.app import Mentes


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded"])
def test_no_header_makes_us_name_another_host(app: Flask, mentes: Mentes, header: str) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    headers = {header: value, "Accept": "application/problem+json"}
    problem = app.test_client().get("/nowhere", headers=headers).get_json()
    assert problem["type"] == f"{mentes.settings.public_url}/problems/http-404"
