"""What is refused and is no organisation's is kept for whoever runs the tool: little, and few."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from lti import claims
from plugin.app import Mentes
from plugin.foundation.tenancy import EVERYWHERE
from plugin.launches import refusals
from plugin.launches.model import StrayRefusal
from plugin.launches.refusals import KEPT, OF_A_KIND, STRAYS, Refusals
from tests.conftest import MovableClock
from tests.plugin.commanding import Run, refused, said
from tests.plugin.launches.test_refusals import a_refusal, begun, kept_of, kept_slugs
from tests.plugin.launches.test_refusals import refused as launch_refused
from tests.plugin.launching import Campus


def strays_of(mentes: Mentes) -> list[StrayRefusal]:
    with mentes.database.reading(EVERYWHERE) as session:
        return list(refusals.strays(session))


@pytest.mark.parametrize(
    ("changed", "issuer", "client_id"),
    [
        (
            {"iss": "https://lms.example/site?user=ada", "client_id": "client-1"},
            "https://lms.example/site",
            "client-1",
        ),
        (
            {"iss": "https://ada:secret@lms.example", "client_id": "ada@lms.example"},
            "text of 30 characters",
            "text of 15 characters",
        ),
        ({"iss": "https://lms.example", "client_id": None}, "https://lms.example", None),
    ],
)
def test_whom_nobody_has_registered_is_kept_as_they_call_themselves(
    campus: Campus,
    mentes: Mentes,
    changed: dict[str, str | None],
    issuer: str,
    client_id: str | None,
) -> None:
    answer = begun(campus, **changed)
    assert answer.status_code == 400
    assert kept_of(mentes) == []
    (kept,) = strays_of(mentes)
    assert (kept.slug, kept.issuer, kept.client_id) == ("registration-unknown", issuer, client_id)
    assert kept.reference in answer.get_data(as_text=True)


def test_a_client_that_the_platform_is_not_registered_for_is_kept(
    campus: Campus, mentes: Mentes
) -> None:
    begun(campus, client_id="mistyped")
    (kept,) = strays_of(mentes)
    assert (kept.issuer, kept.client_id) == (campus.platform.issuer, "mistyped")


def test_a_login_url_that_was_made_up_is_nobodys(campus: Campus, mentes: Mentes) -> None:
    assert begun(campus, f"/lti/login/{uuid4()}").status_code == 400
    assert kept_of(mentes) == []
    assert [kept.slug for kept in strays_of(mentes)] == ["registration-unknown"]


@pytest.mark.parametrize("path", ["/lti/launch", "/lti/launch/storage"])
def test_a_launch_that_nobody_began_is_kept_with_what_its_token_says(
    campus: Campus, mentes: Mentes, path: str
) -> None:
    browser = campus.browser()
    form = {"state": "made up", "id_token": browser.token("nonce", browser.claims())}
    answer = browser.client.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 401
    answer.close()
    assert kept_of(mentes) == []
    (kept,) = strays_of(mentes)
    assert (kept.slug, kept.issuer) == ("state-unknown", campus.platform.issuer)
    assert kept.client_id == campus.tool.client_id


def test_a_flood_of_them_is_bounded_and_hides_nobody_who_is_known(
    campus: Campus, mentes: Mentes, clock: MovableClock
) -> None:
    for number in range(STRAYS + 5):
        begun(campus, iss=f"https://lms-{number}.example")
    begun(campus, f"/lti/login/{uuid4()}")
    assert len(strays_of(mentes)) == STRAYS
    launch_refused(campus, **{claims.VERSION: "2.0"})
    assert kept_slugs(mentes) == ["version-unsupported"]
    clock.forward(minutes=1)
    for _ in range(OF_A_KIND + 2):
        begun(campus, iss="https://lms.example")
    assert len(strays_of(mentes)) == STRAYS + OF_A_KIND


def test_the_newest_are_kept_and_for_a_month(mentes: Mentes, clock: MovableClock) -> None:
    keeper = Refusals(mentes.database)
    for number in range(KEPT + 5):
        stray = replace(a_refusal(uuid4(), f"kind-{number}"), registration_ids=())
        keeper.keep(stray, clock.forward(minutes=1))
    slugs = [kept.slug for kept in strays_of(mentes)]
    assert slugs == [f"kind-{number}" for number in reversed(range(5, KEPT + 5))]
    with mentes.database.transaction(EVERYWHERE) as session:
        refusals.forget_old(session, clock.forward(days=31))
    assert strays_of(mentes) == []


def test_the_operator_reads_of_them_and_what_to_do(
    campus: Campus, mentes: Mentes, run: Run
) -> None:
    begun(campus, iss="https://lms.example", client_id="client-1")
    (kept,) = strays_of(mentes)
    assert said(run("platform", "refused")) == (
        "And 1 of what is not registered here: see --unknown.\n"
    )
    for asked in (("--unknown",), ("--reference", kept.reference)):
        output = said(run("platform", "refused", *asked))
        assert kept.reference in output
        assert "https://lms.example" in output
        assert "client-1" in output
        assert "mentes platform add" in output
    begun(campus, f"/lti/login/{campus.registration_id}", target_link_uri="https://not.ours/")
    assert "target-not-ours" not in said(run("platform", "refused", "--unknown"))
    assert "client-1" not in said(run("platform", "refused", "Campus"))
    assert "--unknown" in refused(run("platform", "refused", "Campus", "--unknown"))
    assert "three a minute" in said(run("platform", "refused", "--help"))
