"""The launch doctor's page: which launch was refused, why, and what to change in that LMS."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest

from lti import claims
from lti.roles import INSTRUCTOR, LEARNER
from plugin.app import Mentes
from plugin.foundation.tenancy import EVERYWHERE
from plugin.launches.model import RefusedLaunch
from plugin.platforms.advice import _CAUSES, title
from plugin.platforms.model import RegistrationRow
from plugin.platforms.profiles import PROFILES
from tests.plugin.factories import a_registration, an_organisation
from tests.plugin.launches.test_refusals import a_refusal, kept_of, refused
from tests.plugin.launching import ADA, Browser, Campus
from tests.plugin.statements.conftest import launched_as_admin


def keep(mentes: Mentes, registration_id: UUID, slug: str) -> UUID:
    """Keep a refusal as the tool does after its answer."""
    refusal = a_refusal(registration_id, slug)
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = session.get_one(RegistrationRow, registration_id).organisation_id
        row = RefusedLaunch(
            organisation_id=owner,
            registration_id=registration_id,
            refused_at=mentes.clock(),
            reference=refusal.reference,
            slug=slug,
            check=refusal.check,
            specification=refusal.specification,
            is_signed=False,
            claims={"iss": "<script>alert(1)</script>"},
        )
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def admin(campus: Campus) -> Browser:
    return launched_as_admin(campus)


@pytest.mark.parametrize("role", [INSTRUCTOR, LEARNER])
def test_nobody_else_sees_refused_launches(mentes: Mentes, campus: Campus, role: str) -> None:
    id = keep(mentes, campus.registration_id, "kid-unknown")
    browser = campus.launched(ADA, **{claims.ROLES: [role]})
    assert browser.get("refused-launches").status_code == 403
    assert browser.get(f"refused-launches/{id}").status_code == 403


def test_without_any_it_says_what_that_means(admin: Browser) -> None:
    assert "No launch was refused" in admin.get("refused-launches").text


def test_a_refusal_is_found_by_its_reference_and_explained(
    mentes: Mentes, campus: Campus, admin: Browser
) -> None:
    refused(campus, **{claims.VERSION: "2.0"})
    refused(campus, **{claims.DEPLOYMENT_ID: "course-7"})
    first = next(each for each in kept_of(mentes) if each.slug == "version-unsupported")
    everything = admin.get("refused-launches").text
    assert "deployment-pending" in everything
    found = admin.get("refused-launches", query_string={"reference": first.reference}).text
    assert "version-unsupported" in found
    assert "deployment-pending" not in found
    page = admin.get(f"refused-launches/{first.id}").text
    assert title(first.slug) in page
    assert first.reference in page
    assert "<dd>version</dd>" in page
    assert "https://www.imsglobal.org/spec/lti/v1p3/#lti-version-claim" in page
    assert ADA.email not in page
    assert "anybody may have sent" not in page


def test_what_was_claimed_is_text_and_where_it_may_be_forged_that_is_said(
    mentes: Mentes, campus: Campus, admin: Browser
) -> None:
    page = admin.get(f"refused-launches/{keep(mentes, campus.registration_id, 'kid-unknown')}").text
    assert "<script>alert" not in page
    assert "anybody may have sent" in page


@pytest.mark.parametrize("product", PROFILES)
def test_what_to_do_is_said_for_this_product(
    mentes: Mentes, campus: Campus, admin: Browser, product: str
) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        session.get_one(RegistrationRow, campus.registration_id).product = product
    page = admin.get(f"refused-launches/{keep(mentes, campus.registration_id, 'kid-unknown')}").text
    advised = re.findall(r"<li>(.*?)</li>", page)
    assert any(each.startswith("There: ") for each in advised), advised


@pytest.mark.parametrize("slug", [*_CAUSES, "something-new"])
def test_every_refusal_has_a_page(
    mentes: Mentes, campus: Campus, admin: Browser, slug: str
) -> None:
    id = keep(mentes, campus.registration_id, slug)
    page = admin.get(f"refused-launches/{id}")
    assert page.status_code == 200
    assert "What to do" in page.text


def test_one_platform_is_looked_at_alone(mentes: Mentes, campus: Campus, admin: Browser) -> None:
    keep(mentes, campus.registration_id, "kid-unknown")
    of_it = {"platform": str(campus.registration_id)}
    assert "kid-unknown" in admin.get("refused-launches", query_string=of_it).text
    of_none = {"platform": str(uuid4())}
    assert "kid-unknown" not in admin.get("refused-launches", query_string=of_none).text


def test_another_organisations_refusals_are_not_there(mentes: Mentes, admin: Browser) -> None:
    with mentes.database.transaction(an_organisation(mentes.database)) as session:
        theirs = a_registration(session).id
    id = keep(mentes, theirs, "kid-unknown")
    assert "kid-unknown" not in admin.get("refused-launches").text
    assert admin.get(f"refused-launches/{id}").status_code == 404
