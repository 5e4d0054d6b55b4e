"""Where completions come from, on the administrators' pages."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from plugin.app import Mentes
from plugin.completions import sources
from plugin.completions.looking import LookFailed, claim, failed
from plugin.completions.model import CompletionRow, SourceKind, SourceRow
from plugin.completions.proofs import Proof
from plugin.foundation.tenancy import EVERYWHERE
from tests.conftest import MovableClock
from tests.plugin.factories import NOW, an_organisation, every
from tests.plugin.launching import ADA, Browser, Campus

WEBHOOK: dict[str, Any] = {
    "name": "Academy",
    "proof": "bearer",
    "source": "academy",
    "home": "https://academy.example",
    "states": "finished = completed",
    "event": "type",
    "account": "user",
    "course": "course",
    "at": "at",
}
EXAMPLE = {
    "type": "finished",
    "user": "u-7",
    "course": "https://academy.example/c/1",
    "at": "2026-11-22T10:00:00Z",
}


def the_source(mentes: Mentes, organisation_id: UUID) -> SourceRow:
    with mentes.database.reading(organisation_id) as session:
        (row,) = every(session, SourceRow)
        return row


def secret_on(page: TestResponse) -> str:
    found = re.search(r"<dt>Secret</dt><dd><code>([^<]+)</code>", page.text)
    return found[1] if found else ""


def test_nobody_else_sees_them(campus: Campus) -> None:
    assert campus.launched(ADA).get("sources").status_code == 403


def test_it_says_so_when_nothing_arrived_yet(admin: Browser) -> None:
    page = admin.get("sources")
    assert page.status_code == 200
    assert "Nothing has arrived yet" in page.text
    for preset in ("docebo", "adobe-learning-manager", "statements", ""):
        form = admin.get(f"sources/new/webhook?preset={preset}")
        assert form.status_code == 200
    assert (
        'value="completion_date | completed_at | fired_at"'
        in admin.get("sources/new/webhook?preset=docebo").text
    )


def test_a_webhook_is_added_and_its_secret_shown_once(
    admin: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    added = admin.submit("sources/new/webhook", **WEBHOOK)
    assert added.status_code == 200
    row = the_source(mentes, organisation_id)
    assert f"/completions/{row.path}" in added.text
    secret = secret_on(added)
    assert mentes.cipher.open(row.secret or "") == secret
    again = admin.get(f"sources/{row.id}")
    assert f"/completions/{row.path}" in again.text
    assert secret not in again.text
    rotated = admin.submit(f"sources/{row.id}/secret")
    assert secret_on(rotated) not in ("", secret)
    assert "Academy" in admin.get("sources").text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"home": "no address"}, "home"),
        ({"account": "", "email": ""}, "account"),
        ({"course": "a..b"}, "course"),
        ({"states": "finished = done"}, "states"),
        ({"proof": "hmac"}, "header"),
        ({"proof": "standard-webhooks", "secret": "plain"}, "secret"),
        ({"proof": "by word of mouth"}, "proof"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    admin: Browser, mentes: Mentes, organisation_id: UUID, changed: dict[str, str], field: str
) -> None:
    answer = admin.submit("sources/new/webhook", **{**WEBHOOK, **changed})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    with mentes.database.reading(organisation_id) as session:
        assert every(session, SourceRow) == []


def test_an_example_can_be_tried_before_anything_is_kept(
    admin: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    answer = admin.submit(
        "sources/new/webhook", **WEBHOOK, example=json.dumps(EXAMPLE), **{"try": "yes"}
    )
    assert "What the example gives" in answer.text
    assert "No course is known by that name yet" in answer.text
    assert "u-7" in answer.text
    broken = {name: text for name, text in EXAMPLE.items() if name != "user"}
    for example, said in ((json.dumps(broken), "must say who it is"), ("{", "must be one JSON")):
        answer = admin.submit("sources/new/webhook", **WEBHOOK, example=example, **{"try": "yes"})
        assert said in answer.text
    with mentes.database.reading(organisation_id) as session:
        assert every(session, SourceRow) == every(session, CompletionRow) == []


@pytest.mark.parametrize(
    ("kind", "form", "kept"),
    [
        (
            "canvas",
            {"site": "https://school.example/"},
            {"site": "https://school.example"},
        ),
        ("caliper", {"percent": "60"}, {"share": 0.6}),
        (
            "remote-store",
            {"endpoint": "https://lrs.example/xapi/", "key": "k", "secret": "s"},
            {"endpoint": "https://lrs.example/xapi", "key": "k"},
        ),
    ],
)
def test_every_kind_has_its_form_and_can_be_changed(
    admin: Browser,
    mentes: Mentes,
    organisation_id: UUID,
    kind: str,
    form: dict[str, str],
    kept: dict[str, Any],
) -> None:
    assert admin.get(f"sources/new/{kind}").status_code == 200
    assert admin.submit(f"sources/new/{kind}", name="First", **form).status_code == 200
    row = the_source(mentes, organisation_id)
    assert kept.items() <= row.configuration.items()
    assert admin.get(f"sources/{row.id}/change").status_code == 200
    secret = row.secret
    changed = {name: text for name, text in form.items() if name != "secret"}
    answer = admin.submit(f"sources/{row.id}/change", name="Second", **changed)
    assert answer.status_code == 303
    row = the_source(mentes, organisation_id)
    assert (row.name, row.secret) == ("Second", secret)


def test_it_is_turned_off_and_on_and_removed(
    admin: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    admin.submit("sources/new/webhook", **WEBHOOK)
    row = the_source(mentes, organisation_id)
    for what, is_on in (("off", False), ("on", True)):
        assert admin.submit(f"sources/{row.id}/{what}").status_code == 303
        assert the_source(mentes, organisation_id).enabled is is_on
    assert admin.submit(f"sources/{row.id}/remove").status_code == 303
    assert admin.get(f"sources/{row.id}").status_code == 404


def test_a_name_is_taken_once(admin: Browser) -> None:
    assert admin.submit("sources/new/webhook", **WEBHOOK).status_code == 200
    assert admin.submit("sources/new/webhook", **WEBHOOK).status_code == 422


def test_what_went_wrong_is_said_in_words(
    admin: Browser, mentes: Mentes, organisation_id: UUID, clock: MovableClock
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        row = sources.add(
            session,
            mentes.cipher,
            kind=SourceKind.REMOTE_STORE,
            name="The university's",
            configuration={"endpoint": "https://lrs.example/xapi", "key": "k"},
            secret="s",
            now=clock(),
        )
    with mentes.database.transaction(EVERYWHERE) as session:
        leased = claim(session, kinds=[SourceKind.REMOTE_STORE], now=clock(), lease=60)
    assert leased is not None
    with mentes.database.transaction(organisation_id) as session:
        failed(session, leased, LookFailed("remote-refused"), now=clock(), spread=0)
    assert "Something is wrong" in admin.get("sources").text
    page = admin.get(f"sources/{row.id}").text
    assert "The record store does not let Mentes read." in page
    assert "Check the key and secret" in page


def test_how_far_a_source_is_behind_is_said(
    admin: Browser, mentes: Mentes, organisation_id: UUID, clock: MovableClock
) -> None:
    admin.submit(
        "sources/new/remote-store",
        name="The university's",
        endpoint="https://lrs.example/xapi",
        key="k",
        secret="s",
    )
    row = the_source(mentes, organisation_id)

    def behind(read_to: datetime | None) -> str:
        with mentes.database.transaction(organisation_id) as session:
            session.get_one(SourceRow, row.id).read_to = read_to
        page = admin.get(f"sources/{row.id}").text
        found = re.search(r"<dt>Behind by</dt>\s*<dd>([^<]*)</dd>", page)
        return found[1].strip() if found else ""

    assert behind(None) == "Not read yet"
    assert behind(clock.now) == "Less than two minutes"
    assert behind(clock.now - timedelta(minutes=45)) == "45 minutes"
    assert behind(clock.now - timedelta(hours=3)) == "3 hours"


def test_other_organisations_sources_are_not_there(admin: Browser, mentes: Mentes) -> None:
    other = an_organisation(mentes.database)
    with mentes.database.transaction(other) as session:
        row = sources.add(
            session,
            mentes.cipher,
            kind=SourceKind.WEBHOOK,
            name="Theirs",
            configuration={"proof": Proof.BEARER, "mapping": "statements"},
            secret="s",
            now=NOW,
        )
    assert "Theirs" not in admin.get("sources").text
    assert admin.get(f"sources/{row.id}").status_code == 404
    assert admin.submit(f"sources/{row.id}/off").status_code == 404
