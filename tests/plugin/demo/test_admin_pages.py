"""What administrators do on the campus."""

from urllib.parse import parse_qs, urlsplit

import pytest


def test_a_registration_link_opens_in_a_frame_with_our_configuration_and_a_token(campus, signed_in):
    browser, page = signed_in("Alex")
    page = browser.submit(
        page, "/register.php", registration_url="http://127.0.0.1:9/lti/register/x"
    )
    [frame] = page.document.frames
    asked = parse_qs(urlsplit(frame).query)
    assert asked["openid_configuration"] == [campus.platform.at.configuration_url]
    assert campus.platform.grants.look_up("registration", asked["registration_token"][0])


@pytest.mark.parametrize("link", ["mentes", "ftp://127.0.0.1/x"])
def test_what_is_no_link_is_asked_for_again(signed_in, link):
    browser, page = signed_in("Alex")
    page = browser.submit(page, "/register.php", registration_url=link)
    assert page.status == 422
    assert page.form("/register.php").fields["registration_url"].values == [link]


def test_registered_tools_are_listed(campus, signed_in):
    campus.platform.register_tool(
        name="Mentes",
        login_url="http://127.0.0.1:9/lti/login",
        launch_url="http://127.0.0.1:9/lti/launch",
        jwks_uri="http://127.0.0.1:9/keys.json",
    )
    _, page = signed_in("Alex")
    assert page.has("Mentes", "client-1", "http://127.0.0.1:9/lti/login", "score")


def test_the_log_store_shows_what_was_sent_and_answered(campus, signed_in, sink):
    sink.answers.extend([400])
    signed_in("Ada")
    assert campus.log_store.settled(5)
    browser, page = signed_in("Alex")
    page = browser.click(page, "Log store")
    assert page.has("Ada Okafor viewed “Giving feedback that helps”", "400", "Refused 1")
    assert "http://id.tincanapi.com/verb/viewed" in page.text
    browser.submit(page, "/logstore.php")
    assert campus.log_store.settled(5)
    assert len(campus.log_store.refused) == 0
    assert browser.open(page.url).has("200")


@pytest.mark.parametrize("given_name", ["Ada", "Mo", "Ines"])
def test_the_pages_of_administrators_are_not_for_others(campus, signed_in, given_name):
    browser, _ = signed_in(given_name)
    assert browser.open(f"{campus.issuer}/admin/tools.php").status == 403
    assert browser.open(f"{campus.issuer}/admin/logstore.php").status == 403
