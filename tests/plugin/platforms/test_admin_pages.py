"""Administrators look after their platforms; each deed is an event with its actor."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import select

from lti import claims
from lti.roles import INSTRUCTOR, LEARNER
from lti.testing import Platform, serving
from plugin.app import Mentes
from plugin.foundation.events import EventRow
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.model import DeploymentRow, DeploymentState, Invitation, RegistrationRow
from tests.plugin.factories import a_registration, an_organisation, every
from tests.plugin.launching import ADA, HTML, Browser, Campus
from tests.plugin.statements.conftest import INSTITUTION_ADMIN, launched_as_admin

FORM = {
    "name": "Second campus",
    "product": "moodle",
    "issuer": "https://second.example",
    "client_id": "client-2",
    "authorization_endpoint": "https://second.example/mod/lti/auth.php",
    "token_endpoint": "https://second.example/mod/lti/token.php",
    "jwks_uri": "https://second.example/mod/lti/certs.php",
}
LINK = re.compile(r'<input id="invitation" value="([^"]+)"')


def registrations(mentes: Mentes) -> dict[str, RegistrationRow]:
    with mentes.database.reading(EVERYWHERE) as session:
        return {row.name: row for row in every(session, RegistrationRow)}


def deployments(mentes: Mentes) -> dict[str, DeploymentRow]:
    with mentes.database.reading(EVERYWHERE) as session:
        return {row.deployment_id: row for row in every(session, DeploymentRow)}


def events(mentes: Mentes) -> list[tuple[str, dict[str, Any]]]:
    with mentes.database.reading(EVERYWHERE) as session:
        rows = session.scalars(
            select(EventRow).where(EventRow.kind.like("platform.%")).order_by(EventRow.at)
        ).all()
        assert all(row.actor_id is not None for row in rows)
        return [(row.kind, row.facts) for row in rows]


def pending(campus: Campus, deployment_id: str = "course-7") -> None:
    """Let somebody open Mentes from a deployment that nobody knows."""
    answer = campus.browser().launch(ADA, **{claims.DEPLOYMENT_ID: deployment_id})
    assert answer.status_code == 403


# Exceptions.


OTHER = "https://other-tool.example"


def its_form(mentes: Mentes, campus: Campus, **changed: str) -> dict[str, str]:
    """Return what the form of the campus holds, with some fields changed."""
    with mentes.database.reading(EVERYWHERE) as session:
        row = session.get_one(RegistrationRow, campus.registration_id)
        names = [*FORM, "token_audience"]
        return {**{name: getattr(row, name) or "" for name in names}, **changed}


def test_who_is_not_named_is_let_in_once_the_form_says_so(
    mentes: Mentes, admin: Browser, campus: Campus
) -> None:
    assert campus.browser().launch(ADA, sub=None).status_code == 400
    edit = f"platforms/{campus.registration_id}/edit"
    assert admin.submit(edit, **its_form(mentes, campus, anonymous="yes")).status_code == 303
    assert "each time as somebody new" in admin.get(f"platforms/{campus.registration_id}").text
    visitor = campus.launched(ADA, sub=None, name=None, email=None)
    page = visitor.client.get(f"/l/{visitor.launch_id}/", headers=HTML, follow_redirects=True)
    assert page.status_code == 200
    assert admin.submit(edit, **its_form(mentes, campus)).status_code == 303
    assert campus.browser().launch(ADA, sub=None).status_code == 400


def test_another_audience_is_trusted_once_the_form_says_so(
    mentes: Mentes, admin: Browser, campus: Campus
) -> None:
    both = {"aud": [OTHER, campus.tool.client_id], "azp": campus.tool.client_id}
    assert campus.browser().launch(ADA, **both).status_code == 401
    edit = f"platforms/{campus.registration_id}/edit"
    form = its_form(mentes, campus, trusted_audience=f" {OTHER}\r\n\r\nanother ")
    assert admin.submit(edit, **form).status_code == 303
    assert registrations(mentes)["Campus"].trusted_audiences == ["another", OTHER]
    assert f"another\n{OTHER}" in admin.get(edit).text
    assert campus.browser().launch(ADA, **both).status_code == 303
    stranger = {**both, "aud": [OTHER, campus.tool.client_id, "third"]}
    assert campus.browser().launch(ADA, **stranger).status_code == 401
    assert (
        admin.submit(edit, **its_form(mentes, campus, trusted_audience="x" * 300)).status_code
        == 422
    )


# Who may.


@pytest.mark.parametrize("role", [INSTRUCTOR, LEARNER])
def test_nobody_else_sees_or_changes_platforms(mentes: Mentes, campus: Campus, role: str) -> None:
    browser = campus.launched(ADA, **{claims.ROLES: [role]})
    own = f"platforms/{campus.registration_id}"
    for path in ("platforms", "platforms/new", "deployments", own, f"{own}/edit"):
        assert browser.get(path).status_code == 403, path
    for path in (
        *("platforms", "platforms/invitations", f"platforms/invitations/{uuid4()}/withdraw"),
        *(f"{own}/edit", f"{own}/settings", f"{own}/deployments", f"deployments/{uuid4()}"),
        f"deployments/{uuid4()}/administrators",
    ):
        assert browser.submit(path, **FORM).status_code == 403, path
    assert list(registrations(mentes)) == ["Campus"]


def test_another_organisations_platforms_are_not_there(mentes: Mentes, admin: Browser) -> None:
    other = an_organisation(mentes.database)
    with mentes.database.transaction(other) as session:
        theirs = a_registration(session, deployment_ids=frozenset({"d"}))
        theirs_id, name = theirs.id, theirs.name
        deployment_id = theirs.deployments[0].id
    assert str(theirs_id) not in admin.get("platforms").text
    own = f"platforms/{theirs_id}"
    for path in (own, f"{own}/edit"):
        assert admin.get(path).status_code == 404, path
    for path, form in (
        (f"{own}/edit", FORM),
        (f"{own}/settings", {"enabled": "false"}),
        (f"{own}/deployments", {"deployment": "x"}),
        (f"deployments/{deployment_id}", {"approve": "false"}),
        (f"deployments/{deployment_id}/administrators", {"administers": "true"}),
    ):
        assert admin.submit(path, **form).status_code == 404, path
    row = registrations(mentes)[name]
    assert (row.enabled, row.issuer) == (True, "https://lms.example")
    assert deployments(mentes)["d"].state == DeploymentState.APPROVED


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_forms_of_other_sites_change_nothing(
    mentes: Mentes, admin: Browser, campus: Campus, site: str | None
) -> None:
    headers = {"Accept": "text/html", "Origin": "https://evil.example"}
    if site:
        headers["Sec-Fetch-Site"] = site
    start = f"/l/{admin.launch_id}/platforms"
    for path, form in (
        (start, FORM),
        (f"{start}/invitations", {}),
        (f"{start}/{campus.registration_id}/settings", {"enabled": "false"}),
        (f"{start}/{campus.registration_id}/edit", FORM),
    ):
        answer = admin.client.post(path, data=form, headers=headers)
        assert answer.status_code == 403, path
    assert list(registrations(mentes)) == ["Campus"]
    assert registrations(mentes)["Campus"].enabled
    assert events(mentes) == []


# With a link.


def test_an_admins_link_registers_one_more_platform(mentes: Mentes, admin: Browser) -> None:
    made = admin.submit("platforms/invitations", analysts="yes")
    found = LINK.search(made.text)
    assert found is not None
    link = html.unescape(found[1])
    assert link not in admin.get("platforms").text
    assert "Links that nobody has used yet" in admin.get("platforms").text
    with serving() as server:
        platform = Platform(server.url, clock=mentes.clock)
        server.app = platform.wsgi
        opened = urlsplit(platform.invitation(link))
        page = admin.client.get(opened.path, query_string=opened.query, headers=HTML)
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        fields = {name: html.unescape(value) for name, value in fields.items()}
        done = admin.client.post(opened.path, data=fields, headers=HTML)
        assert done.status_code == 200, done.text
    new = registrations(mentes)[server.url.removeprefix("http://")]
    assert new.administrators_are_analysts
    assert new.organisation_id == registrations(mentes)["Campus"].organisation_id
    assert "Links that nobody has used yet" not in admin.get("platforms").text


def test_a_link_is_withdrawn(mentes: Mentes, admin: Browser) -> None:
    made = admin.submit("platforms/invitations")
    link = LINK.search(made.text)
    assert link is not None
    with mentes.database.reading(EVERYWHERE) as session:
        (invitation,) = every(session, Invitation)
    for _ in range(2):
        answer = admin.submit(f"platforms/invitations/{invitation.id}/withdraw")
        assert answer.status_code == 303
    path = urlsplit(link[1]).path
    asked = {"openid_configuration": "http://127.0.0.1:9/none"}
    assert admin.client.get(path, query_string=asked, headers=HTML).status_code == 404
    kinds = [kind for kind, _ in events(mentes)]
    assert kinds == ["platform.invited", "platform.invitation-withdrawn"]


# By hand.


@pytest.mark.parametrize(
    ("profile", "site", "expected"),
    [
        ("moodle", "lms.example", "https://lms.example/mod/lti/certs.php"),
        ("canvas", "", "https://sso.canvaslms.com/api/lti/security/jwks"),
        ("desire2learn", "https://s.brightspace.com", "https://api.brightspace.com/auth/token"),
        ("blackboard", "", "https://blackboard.com"),
        ("openedx", "https://lms.example", "https://lms.example/api/lti_consumer/v1/launch/"),
        ("sakai", "https://lms.example", "https://lms.example/imsoidc/lti13/oidc_auth"),
        ("other", "", 'name="issuer"'),
    ],
)
def test_a_product_fills_the_form(admin: Browser, profile: str, site: str, expected: str) -> None:
    page = admin.get("platforms/new", query_string={"profile": profile, "site": site})
    assert page.status_code == 200
    assert expected in page.text
    assert "/lti/launch</code>" in page.text


def test_a_product_without_its_site_asks_again(admin: Browser) -> None:
    page = admin.get("platforms/new", query_string={"profile": "moodle", "site": "here"})
    assert page.status_code == 200  # a name without dots is a host on an intranet
    page = admin.get("platforms/new", query_string={"profile": "moodle", "site": ""})
    assert page.status_code == 422
    assert 'href="#site"' in page.text


def test_a_form_registers_a_platform(mentes: Mentes, admin: Browser) -> None:
    done = admin.submit("platforms", **FORM, deployment="1", analysts="yes")
    row = registrations(mentes)["Second campus"]
    assert done.status_code == 303
    assert done.headers["Location"].endswith(f"/platforms/{row.id}")
    page = admin.get(f"platforms/{row.id}").text
    assert f"/lti/login/{row.id}" in page
    assert f"/lti/keys/{row.organisation_id}.json" in page
    assert (row.client_id, row.product, row.token_audience) == ("client-2", "moodle", None)
    assert row.administrators_are_analysts
    with mentes.database.reading(EVERYWHERE) as session:
        of_it = select(DeploymentRow.deployment_id).filter_by(registration_id=row.id)
        assert session.scalars(of_it).all() == ["1"]
    assert events(mentes) == [("platform.registered", {"how": "form"})]


def test_the_same_platform_twice_is_said(mentes: Mentes, admin: Browser) -> None:
    admin.submit("platforms", **FORM)
    again = admin.submit(
        "platforms", **{**FORM, "name": "Once more", "jwks_uri": "https://x.example"}
    )
    assert again.status_code == 422
    assert "registered here already" in again.text
    assert registrations(mentes).keys() == {"Campus", "Second campus"}


def test_what_another_organisation_has_cannot_be_taken_over(mentes: Mentes, admin: Browser) -> None:
    with mentes.database.transaction(an_organisation(mentes.database)) as session:
        theirs = a_registration(session)
        names = (theirs.issuer, theirs.client_id)
    taken = {**FORM, "issuer": names[0], "client_id": names[1]}
    assert admin.submit("platforms", **taken).status_code == 422
    admin.submit("platforms", **FORM)
    own = registrations(mentes)["Second campus"]
    assert admin.submit(f"platforms/{own.id}/edit", **taken).status_code == 422
    assert registrations(mentes)["Second campus"].issuer == FORM["issuer"]


def test_a_form_comes_back_with_what_was_written(mentes: Mentes, admin: Browser) -> None:
    wrong = {**FORM, "jwks_uri": "http://second.example/keys", "name": "<b>Mine</b>"}
    answer = admin.submit("platforms", **wrong)
    assert answer.status_code == 422
    assert 'href="#jwks_uri"' in answer.text
    assert "&lt;b&gt;Mine&lt;/b&gt;" in answer.text
    assert "<b>Mine" not in answer.text
    assert registrations(mentes).keys() == {"Campus"}


def test_a_registration_is_changed(mentes: Mentes, admin: Browser) -> None:
    admin.submit("platforms", **FORM, deployment="1")
    row = registrations(mentes)["Second campus"]
    assert FORM["jwks_uri"] in admin.get(f"platforms/{row.id}/edit").text
    changed = {**FORM, "client_id": "client-3", "jwks_uri": "https://second.example/keys"}
    assert admin.submit(f"platforms/{row.id}/edit", **changed).status_code == 303
    now = registrations(mentes)["Second campus"]
    assert (now.id, now.client_id) == (row.id, "client-3")
    assert now.jwks_uri == "https://second.example/keys"
    assert deployments(mentes)["1"].state == DeploymentState.APPROVED
    assert events(mentes)[-1] == ("platform.changed", {"what": "client_id jwks_uri"})
    admin.submit(f"platforms/{row.id}/edit", **changed)
    assert len(events(mentes)) == 2


def test_a_platform_is_closed_and_opened(mentes: Mentes, admin: Browser, campus: Campus) -> None:
    settings = f"platforms/{campus.registration_id}/settings"
    assert admin.submit(settings, enabled="false").status_code == 303
    initiation = campus.platform.login_initiation(campus.tool, ADA, campus.link)
    turned_away = campus.browser().client.post("/lti/login", data=initiation.params, headers=HTML)
    assert turned_away.status_code == 400
    assert "Closed" in admin.get("platforms").text
    assert admin.submit(settings, enabled="true").status_code == 303
    campus.launched(ADA)
    assert [facts["what"] for _, facts in events(mentes)] == ["enabled", "enabled"]


def test_settings_that_are_none_change_nothing(
    mentes: Mentes, admin: Browser, campus: Campus
) -> None:
    settings = f"platforms/{campus.registration_id}/settings"
    assert admin.submit(settings, enabled="perhaps").status_code == 422
    assert admin.submit(settings, policy="sometimes").status_code == 422
    assert admin.submit(settings).status_code == 303
    assert events(mentes) == []


# Deployments.


def test_a_deployment_that_waits_is_let_in(mentes: Mentes, admin: Browser, campus: Campus) -> None:
    assert "Nothing waits" in admin.get("deployments").text
    pending(campus)
    assert "1 waits for you" in admin.get("administration").text
    assert "course-7" in admin.get("deployments").text
    id = deployments(mentes)["course-7"].id
    done = admin.submit(f"deployments/{id}", approve="true", back="waiting")
    assert done.headers["Location"].endswith("/deployments")
    assert "Nothing waits" in admin.get("deployments").text
    campus.launched(ADA, **{claims.DEPLOYMENT_ID: "course-7"})
    assert events(mentes) == [("platform.deployment-decided", {"state": "approved"})]


def test_administrators_of_another_deployment_administer_once_that_is_said(
    mentes: Mentes, admin: Browser, campus: Campus
) -> None:
    pending(campus)
    id = deployments(mentes)["course-7"].id
    admin.submit(f"deployments/{id}", approve="true")

    def may_administer() -> bool:
        said = {claims.DEPLOYMENT_ID: "course-7", claims.ROLES: [INSTITUTION_ADMIN]}
        return campus.launched(ADA, **said).get("administration").status_code == 200

    own, trust = f"platforms/{campus.registration_id}", f"deployments/{id}/administrators"
    assert "Its administrators do not administer Mentes" in admin.get(own).text
    assert not may_administer()
    for _ in range(2):
        assert admin.submit(trust, administers="true").status_code == 303
    assert may_administer()
    assert "Its administrators do not administer Mentes" not in admin.get(own).text
    assert admin.submit(trust, administers="perhaps").status_code == 422
    admin.submit(trust, administers="false")
    assert not may_administer()
    admin.submit(trust, administers="true")
    for approve in ("false", "true"):  # who was kept out begins anew
        admin.submit(f"deployments/{id}", approve=approve)
    assert not may_administer()
    assert admin.get("administration").status_code == 200  # the first one has them still
    assert [kind for kind, _ in events(mentes)].count("platform.deployment-entrusted") == 3


@pytest.mark.parametrize("how", ["no more", "kept out"])
def test_who_administers_no_longer_cannot_take_it_back(
    mentes: Mentes, admin: Browser, campus: Campus, how: str
) -> None:
    assert admin.get("administration").status_code == 200
    with mentes.database.transaction(EVERYWHERE) as session:
        row = session.scalars(select(DeploymentRow)).one()
        if how == "no more":
            row.administers = False
        else:
            row.state = DeploymentState.REFUSED
        deployment, own = row.id, f"platforms/{row.registration_id}"
    for path in ("administration", "statements", own):
        assert admin.get(path).status_code == 403, path
    for path, form in (
        (f"deployments/{deployment}/administrators", {"administers": "true"}),
        (f"deployments/{deployment}", {"approve": "true"}),
        (f"{own}/settings", {"enabled": "true"}),
    ):
        assert admin.submit(path, **form).status_code == 403, path


def test_who_is_not_named_administers_nothing(
    mentes: Mentes, admin: Browser, campus: Campus
) -> None:
    edit = f"platforms/{campus.registration_id}/edit"
    assert admin.submit(edit, **its_form(mentes, campus, anonymous="yes")).status_code == 303
    said = {"sub": None, "name": None, "email": None, claims.ROLES: [INSTITUTION_ADMIN]}
    assert campus.launched(ADA, **said).get("statements").status_code == 403


def test_whoever_is_let_in_by_the_policy_administers_nothing(
    admin: Browser, campus: Campus
) -> None:
    admin.submit(f"platforms/{campus.registration_id}/settings", policy="all")
    said = {claims.DEPLOYMENT_ID: "course-8", claims.ROLES: [INSTITUTION_ADMIN]}
    assert campus.launched(ADA, **said).get("administration").status_code == 403


def test_a_deployment_is_kept_out(mentes: Mentes, admin: Browser, campus: Campus) -> None:
    pending(campus)
    id = deployments(mentes)["course-7"].id
    for _ in range(2):
        assert admin.submit(f"deployments/{id}", approve="false").status_code == 303
    assert admin.submit(f"deployments/{id}").status_code == 422
    refused = campus.browser().launch(ADA, **{claims.DEPLOYMENT_ID: "course-7"})
    assert refused.status_code == 403
    assert "not open to this part" in refused.text
    assert "Kept out" in admin.get(f"platforms/{campus.registration_id}").text
    assert events(mentes) == [("platform.deployment-decided", {"state": "refused"})]


def test_new_deployments_are_let_in_at_once_where_that_is_the_policy(
    mentes: Mentes, admin: Browser, campus: Campus
) -> None:
    own = f"platforms/{campus.registration_id}"
    admin.submit(f"{own}/settings", policy="all")
    campus.launched(ADA, **{claims.DEPLOYMENT_ID: "course-8"})
    admin.submit(f"{own}/settings", policy="by-hand")
    pending(campus, "course-9")
    assert deployments(mentes)["course-8"].state == DeploymentState.APPROVED


def test_a_deployment_is_let_in_before_it_launches(
    mentes: Mentes, admin: Browser, campus: Campus
) -> None:
    own = f"platforms/{campus.registration_id}"
    assert admin.submit(f"{own}/deployments", deployment="d 1").status_code == 303
    campus.launched(ADA, **{claims.DEPLOYMENT_ID: "d 1"})
    missing = admin.submit(f"{own}/deployments", deployment="")
    assert missing.status_code == 422
    assert 'href="#deployment"' in missing.text


def test_every_page_is_in_german_too(campus: Campus, admin: Browser) -> None:
    german = launched_in_german(campus)
    own = f"platforms/{campus.registration_id}"
    for path in ("administration", "platforms", "platforms/new", "deployments", own, f"{own}/edit"):
        assert 'lang="de"' in german.get(path).text, path
    assert "Lernplattformen" in german.get("platforms").text


def launched_in_german(campus: Campus) -> Browser:
    return launched_as_admin(campus, **{claims.LAUNCH_PRESENTATION: {"locale": "de"}})
