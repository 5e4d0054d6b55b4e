"""Six products: addresses from the site's, and something to do on both sides."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from lti import urls
from plugin.foundation.errors import FormInvalid
from plugin.platforms.forms import BRACES, platform_filled, site_filled
from plugin.platforms.profiles import PROFILES

ADDRESSES = {
    "moodle": {
        "issuer": "https://lms.example/m",
        "authorization_endpoint": "https://lms.example/m/mod/lti/auth.php",
        "token_endpoint": "https://lms.example/m/mod/lti/token.php",
        "jwks_uri": "https://lms.example/m/mod/lti/certs.php",
        "token_audience": "",
    },
    "canvas": {
        "issuer": "https://canvas.instructure.com",
        "authorization_endpoint": "https://sso.canvaslms.com/api/lti/authorize_redirect",
        "token_endpoint": "https://sso.canvaslms.com/login/oauth2/token",
        "jwks_uri": "https://sso.canvaslms.com/api/lti/security/jwks",
        "token_audience": "",
    },
    "desire2learn": {
        "issuer": "https://lms.example/m",
        "authorization_endpoint": "https://lms.example/m/d2l/lti/authenticate",
        "token_endpoint": "https://auth.brightspace.com/core/connect/token",
        "jwks_uri": "https://lms.example/m/d2l/.well-known/jwks",
        "token_audience": "https://api.brightspace.com/auth/token",
    },
    "blackboard": {
        "issuer": "https://blackboard.com",
        "authorization_endpoint": "https://developer.blackboard.com/api/v1/gateway/oidcauth",
        "token_endpoint": "https://developer.blackboard.com/api/v1/gateway/oauth2/jwttoken",
        "jwks_uri": "https://developer.blackboard.com/api/v1/management/applications/"
        "{client_id}/jwks.json",
        "token_audience": "",
    },
    "openedx": {
        "issuer": "https://lms.example/m",
        "authorization_endpoint": "https://lms.example/m/api/lti_consumer/v1/launch/",
        "token_endpoint": "https://lms.example/m/api/lti_consumer/v1/token/{configuration}",
        "jwks_uri": "https://lms.example/m/api/lti_consumer/v1/public_keysets/{configuration}",
        "token_audience": "",
    },
    "sakai": {
        "issuer": "https://lms.example/m",
        "authorization_endpoint": "https://lms.example/m/imsoidc/lti13/oidc_auth",
        "token_endpoint": "https://lms.example/m/imsblis/lti13/token/{tool}",
        "jwks_uri": "https://lms.example/m/imsblis/lti13/keyset",
        "token_audience": "",
    },
}


def a_form(of: str, site: str, **more: str) -> MultiDict[str, str]:
    filled = PROFILES[of].filled(site)
    return MultiDict({"name": "Ours", "client_id": "c-1", "product": of, **filled, **more})


@pytest.mark.parametrize("product", PROFILES)
def test_a_products_addresses_come_from_the_sites(product: str) -> None:
    assert PROFILES[product].filled("https://lms.example/m") == ADDRESSES[product]


@pytest.mark.parametrize(
    ("site", "stage"),
    [
        ("", ""),
        ("https://school.instructure.com", ""),
        ("https://school.beta.instructure.com", "beta."),
        ("https://school.test.instructure.com", "test."),
    ],
)
def test_canvas_has_its_own_two_hosts_for_beta_and_test(site: str, stage: str) -> None:
    filled = PROFILES["canvas"].filled(site)
    assert filled["issuer"] == f"https://canvas.{stage}instructure.com"
    assert filled["jwks_uri"].startswith(f"https://sso.{stage}canvaslms.com/")


@pytest.mark.parametrize("product", PROFILES)
def test_each_says_what_to_copy_where(product: str) -> None:
    profile = PROFILES[product]
    assert profile.give
    assert profile.take
    assert urls.is_web_url(profile.site)


def test_blackboards_key_set_is_the_applications() -> None:
    agreed, _ = platform_filled(a_form("blackboard", ""))
    assert agreed.jwks_uri.endswith("/applications/c-1/jwks.json")
    assert agreed.issuer == "https://blackboard.com"


def test_brightspace_has_an_audience_of_its_own() -> None:
    agreed, _ = platform_filled(a_form("desire2learn", "https://school.brightspace.com"))
    assert agreed.token_audience == "https://api.brightspace.com/auth/token"


@pytest.mark.parametrize("product", ["openedx", "sakai"])
def test_what_stands_between_braces_has_to_be_put_in(product: str) -> None:
    with pytest.raises(FormInvalid) as refusal:
        platform_filled(a_form(product, "https://lms.example"))
    assert refusal.value.errors["token_endpoint"] == [BRACES]


@pytest.mark.parametrize(
    "site", ["lms.example/m", "https://lms.example/m/", " https://lms.example/m "]
)
def test_a_site_is_written_as_people_write_it(site: str) -> None:
    sent = MultiDict({"profile": "moodle", "site": site})
    assert site_filled(sent) == ("moodle", "https://lms.example/m")


@pytest.mark.parametrize(
    ("profile", "site", "field"),
    [
        ("moodle", "", "site"),
        ("moodle", "not an address", "site"),
        ("moodle", "ftp://lms.example", "site"),
        ("unheard-of", "https://lms.example", "profile"),
        ("", "https://lms.example", "profile"),
    ],
)
def test_a_site_that_is_none_is_said(profile: str, site: str, field: str) -> None:
    with pytest.raises(FormInvalid) as refusal:
        site_filled(MultiDict({"profile": profile, "site": site}))
    assert list(refusal.value.errors) == [field]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("issuer", "lms.example"),
        ("issuer", ""),
        ("client_id", ""),
        ("client_id", "c" * 300),
        ("name", ""),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("token_endpoint", "/mod/lti/token.php"),
        ("jwks_uri", "http://lms.example/mod/lti/certs.php"),
        ("product", "<b>"),
    ],
)
def test_a_form_says_what_is_wrong_with_which_field(field: str, text: str) -> None:
    sent = a_form("moodle", "https://lms.example", **{field: text})
    with pytest.raises(FormInvalid) as refusal:
        platform_filled(sent)
    assert list(refusal.value.errors) == [field]
