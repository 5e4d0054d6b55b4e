"""What an operator is told of refused requests."""

from __future__ import annotations

from uuid import UUID

from flask import Flask

from lrs_bridge.lrs.access.credentials import add_credential
from plugin.app import Mentes
from tests.plugin.commanding import Run, refused, said

VERSION = {"X-Experience-API-Version": "1.0.3"}


def test_nothing_refused_is_said(run: Run, organisation_id: UUID) -> None:
    assert said(run("lrs", "refused", "--organisation", "Acme")) == "Nothing was refused.\n"


def test_an_unknown_organisation_is_said(run: Run, organisation_id: UUID) -> None:
    assert "no organisation Nobody" in refused(run("lrs", "refused", "--organisation", "Nobody"))


def test_refusals_are_listed_with_sender_reason_and_count(
    run: Run, app: Flask, mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        add_credential(
            session, organisation_id, "moodle", "x" * 12, ["all"], mentes.clock(), label="Campus"
        )
    for secret, body in (("x" * 12, "[{}]"), ("x" * 12, "[{}]"), ("wrong", "[]")):
        app.test_client().post(
            "/xapi/statements",
            data=body,
            content_type="application/json",
            auth=("moodle", secret),
            headers=VERSION,
            buffered=True,
        )
    lines = said(run("lrs", "refused", "--organisation", "Acme")).splitlines()
    whole = "\n".join(lines)
    assert "2 times  Campus\n  400 statement-invalid: A statement breaks a rule of xAPI." in whole
    assert "  POST statements: /0/" in whole
    assert "once  Campus (not proved)\n  401 unauthenticated" in whole
    last = said(run("lrs", "refused", "--organisation", "Acme", "--last", "1"))
    assert last.count("POST statements") == 1
