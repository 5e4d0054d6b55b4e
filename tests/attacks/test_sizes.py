"""Addresses and names that are far longer than any that there are."""

from __future__ import annotations

import secrets

from lrs_bridge.testing import moodle_module_completed
from tests.journeys.stage import Stage
from tests.plugin.launching import ADA

ENDLESS = secrets.token_hex(4000)  # random, so that no database can press it together


def test_an_endless_address_is_for_the_form_to_refuse(stage: Stage) -> None:
    answer = stage.teacher.submit("modules", address=f"https://x.example/{ENDLESS}", name="Long")
    assert answer.status_code == 422


def test_a_statement_about_an_endless_address_is_stored_all_the_same(stage: Stage) -> None:
    site = stage.campus.platform.issuer
    number = "".join(secrets.choice("0123456789") for _ in range(9000))
    completed = moodle_module_completed(site, int(ADA.id), 2, 2, stage.mentes.clock())
    completed["object"]["id"] = f"{site}/mod/page/view.php?id={number}"
    assert stage.post_statements(completed).status_code == 200
