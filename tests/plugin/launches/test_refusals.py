"""What is kept of refused launches, and what is not."""

from __future__ import annotations

import json
import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from lti import claims
from plugin.app import Mentes
from plugin.foundation.tenancy import EVERYWHERE
from plugin.launches import refusals
from plugin.launches.model import RefusedLaunch
from plugin.launches.refusals import KEPT, OF_A_KIND, Refusal, Refusals
from plugin.platforms.service import registration
from tests.conftest import MovableClock
from tests.plugin.factories import a_registration, an_organisation, every
from tests.plugin.launching import ADA, Campus


def refused(campus: Campus, **changed: object) -> TestResponse:
    """Launch with something wrong, until the answer has gone out."""
    answer = campus.browser().launch(ADA, **changed)
    assert answer.status_code in (400, 401, 403)
    answer.close()
    return answer


def kept_of(mentes: Mentes) -> list[RefusedLaunch]:
    with mentes.database.reading(EVERYWHERE) as session:
        return every(session, RefusedLaunch)


def a_refusal(registration_id: UUID, slug: str = "kid-unknown") -> Refusal:
    return Refusal(
        registration_ids=(registration_id,),
        reference=str(uuid4()),
        slug=slug,
        check="key",
        specification="https://www.imsglobal.org/spec/security/v1p0/",
        is_signed=False,
        claims={},
    )


def test_it_says_which_check_failed_by_which_section(campus: Campus, mentes: Mentes) -> None:
    answer = refused(campus, **{claims.VERSION: "2.0"})
    (kept,) = kept_of(mentes)
    assert (kept.slug, kept.check) == ("version-unsupported", "version")
    assert kept.specification == "https://www.imsglobal.org/spec/lti/v1p3/#lti-version-claim"
    assert kept.registration_id == campus.registration_id
    assert kept.is_signed
    assert kept.reference in answer.get_data(as_text=True)
    assert kept.claims[claims.VERSION] == "2.0"
    assert kept.claims[claims.DEPLOYMENT_ID] == campus.tool.deployment_id
    assert kept.claims["header"]["alg"] == "RS256"


def test_it_says_nothing_of_the_person(campus: Campus, mentes: Mentes) -> None:
    refused(campus, **{claims.VERSION: None, "sub": "subject-4711"})
    (kept,) = kept_of(mentes)
    words = json.dumps(kept.claims)
    for personal in (ADA.name, ADA.given_name, ADA.email, ADA.username, "subject-4711"):
        assert not re.search(rf"\b{re.escape(personal)}\b", words), words
    assert kept.claims["email"] == f"text of {len(ADA.email)} characters"


def test_a_login_for_a_page_that_is_not_ours_is_kept(campus: Campus, mentes: Mentes) -> None:
    initiation = campus.platform.login_initiation(campus.tool, ADA, campus.link)
    params = {**initiation.params, "target_link_uri": "https://elsewhere.example/"}
    campus.app.test_client().post("/lti/login", data=params).close()
    (kept,) = kept_of(mentes)
    assert kept.slug == "target-not-ours"


def kept_slugs(mentes: Mentes) -> list[str]:
    return [kept.slug for kept in kept_of(mentes)]


def begun(campus: Campus, path: str = "/lti/login", **changed: str | None) -> TestResponse:
    """Begin a login with parameters changed or (None) left out, until the answer has gone out."""
    initiation = campus.platform.login_initiation(campus.tool, ADA, campus.link)
    said = {**initiation.params, **changed}
    params = {name: value for name, value in said.items() if value is not None}
    answer = campus.app.test_client().post(path, data=params, headers={"Accept": "text/html"})
    answer.close()
    return answer


def test_a_launch_while_the_key_set_cannot_be_had_is_kept(campus: Campus, mentes: Mentes) -> None:
    campus.platform.answer_next("jwks", status=500, times=9)
    answer = campus.browser().launch(ADA)
    assert answer.status_code == 503
    answer.close()
    (kept,) = kept_of(mentes)
    assert (kept.slug, kept.is_signed) == ("key-set-unavailable", False)
    assert kept.registration_id == campus.registration_id
    assert kept.claims["header"]["alg"] == "RS256"


@pytest.mark.parametrize("code", ["login_required", "launch_no_longer_valid", "made up"])
def test_the_platforms_own_refusal_is_kept_by_the_state_that_it_brings(
    campus: Campus, mentes: Mentes, code: str
) -> None:
    state, _ = campus.browser().begin()
    answer = campus.app.test_client().post("/lti/launch", data={"error": code, "state": state})
    assert answer.status_code == 401
    answer.close()
    (kept,) = kept_of(mentes)
    slug = "error" if code == "made up" else code.replace("_", "-")
    assert (kept.slug, kept.registration_id) == (f"platform-{slug}", campus.registration_id)


def test_a_launch_that_is_posted_again_is_kept(campus: Campus, mentes: Mentes) -> None:
    browser = campus.browser()
    state, nonce = browser.begin()
    token = browser.token(nonce, browser.claims())
    assert browser.post(state, token).status_code == 303
    browser.post(state, token).close()
    assert kept_slugs(mentes) == ["state-unknown"]


def test_a_launch_without_its_token_is_kept(campus: Campus, mentes: Mentes) -> None:
    state, _ = campus.browser().begin()
    campus.app.test_client().post("/lti/launch", data={"state": state}).close()
    assert kept_slugs(mentes) == ["launch-incomplete"]


@pytest.mark.parametrize(
    ("changed", "slug"),
    [
        ({"iss": "https://other.example"}, "registration-mismatch"),
        ({"client_id": "other"}, "registration-mismatch"),
        ({"login_hint": None}, "login-parameter-missing"),
        ({"iss": "https://lms.example\x00"}, "login-parameter-malformed"),
    ],
)
def test_what_is_wrong_at_a_registrations_own_login_url_is_kept(
    campus: Campus, mentes: Mentes, changed: dict[str, str | None], slug: str
) -> None:
    answer = begun(campus, f"/lti/login/{campus.registration_id}", **changed)
    assert answer.status_code == 400
    (kept,) = kept_of(mentes)
    assert (kept.slug, kept.registration_id) == (slug, campus.registration_id)


def test_a_login_at_a_registration_that_is_switched_off_is_kept(
    campus: Campus, mentes: Mentes
) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        registration(session, campus.registration_id).enabled = False
    assert begun(campus, f"/lti/login/{campus.registration_id}").status_code == 400
    assert kept_slugs(mentes) == ["registration-unknown"]


def test_a_step_of_a_login_that_comes_too_late_is_kept(campus: Campus, mentes: Mentes) -> None:
    state, _ = campus.browser().begin()
    answer = campus.app.test_client().get(f"/lti/login/frame/{state}")
    assert answer.status_code == 400
    answer.close()
    assert kept_slugs(mentes) == ["login-moved-on"]


def test_an_ambiguous_login_is_kept_once_by_each_organisation_that_it_may_be_for(
    campus: Campus, mentes: Mentes
) -> None:
    issuer = campus.platform.issuer
    other = an_organisation(mentes.database)
    with mentes.database.reading(EVERYWHERE) as session:
        own = registration(session, campus.registration_id).organisation_id
    for owner, client_id in ((own, "second"), (other, "third"), (other, "fourth")):
        with mentes.database.transaction(owner) as session:
            a_registration(session, issuer=issuer, client_id=client_id)
    answer = begun(campus, client_id=None, lti_deployment_id=None)
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert f"{mentes.settings.public_url}/lti/login/…" in page
    assert "Learning platforms" in page
    assert str(campus.registration_id) not in page
    assert kept_slugs(mentes) == ["registration-ambiguous"] * 2
    assert {kept.organisation_id for kept in kept_of(mentes)} == {own, other}
    assert len({kept.reference for kept in kept_of(mentes)}) == 1


def test_made_up_login_urls_without_end_are_not_counted_without_end(
    mentes: Mentes, clock: MovableClock
) -> None:
    keeper = Refusals(mentes.database)
    for _ in range(refusals.KINDS):
        keeper._is_wanted(a_refusal(uuid4()), clock())
    assert not keeper._is_wanted(a_refusal(uuid4()), clock())
    assert keeper._is_wanted(a_refusal(uuid4()), clock.forward(minutes=1))


def test_a_launch_that_is_let_in_is_not_kept(campus: Campus, mentes: Mentes) -> None:
    campus.browser().launch(ADA).close()
    assert kept_of(mentes) == []


def test_a_flood_is_not_a_flood_of_writes(
    campus: Campus, mentes: Mentes, clock: MovableClock
) -> None:
    for _ in range(OF_A_KIND + 4):
        refused(campus, **{claims.VERSION: "2.0"})
    assert len(kept_of(mentes)) == OF_A_KIND
    refused(campus, **{claims.ROLES: None})  # of another kind
    clock.forward(minutes=1)
    refused(campus, **{claims.VERSION: "2.0"})
    assert len(kept_of(mentes)) == OF_A_KIND + 2


def test_the_newest_are_kept(campus: Campus, mentes: Mentes, clock: MovableClock) -> None:
    keeper = Refusals(mentes.database)
    for number in range(KEPT + 5):
        keeper.keep(a_refusal(campus.registration_id, f"kind-{number}"), clock.forward(seconds=1))
    slugs = {kept.slug for kept in kept_of(mentes)}
    assert slugs == {f"kind-{number}" for number in range(5, KEPT + 5)}


def test_after_a_month_they_are_forgotten(
    campus: Campus, mentes: Mentes, clock: MovableClock
) -> None:
    Refusals(mentes.database).keep(a_refusal(campus.registration_id), clock())
    with mentes.database.transaction(EVERYWHERE) as session:
        refusals.forget_old(session, clock.forward(days=31))
    assert kept_of(mentes) == []


def test_when_it_cannot_be_kept_the_answer_is_the_same(campus: Campus, mentes: Mentes) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no disk")

    event.listen(mentes.database.engine, "begin", fail)
    try:
        Refusals(mentes.database).keep(a_refusal(campus.registration_id), mentes.clock())
    finally:
        event.remove(mentes.database.engine, "begin", fail)
    assert kept_of(mentes) == []
