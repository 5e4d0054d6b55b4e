"""How the browser that finishes a login is known, seen from the server; it trusts none of it."""

from __future__ import annotations

import re
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import MovableClock
from tests.plugin.launching import ADA, BEN, Browser, Campus

FRAME = {"Accept": "text/html", "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
OURS = {"Accept": "text/html", "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"}


def page(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def begun(campus: Campus, client: FlaskClient, *, storage: str | None = None) -> TestResponse:
    """Begin a login in a frame."""
    campus.platform.storage_frame = storage
    initiation = campus.platform.login_initiation(campus.tool, ADA, campus.link)
    return client.post("/lti/login", data=initiation.params, headers=FRAME)


def looked(answer: TestResponse, client: FlaskClient, *, keeps: bool) -> TestResponse:
    """Follow to where the browser shows whether it keeps cookies."""
    assert answer.status_code == 303
    if not keeps:
        forget(client)
    return client.get(answer.headers["Location"], headers=FRAME)


def forget(client: FlaskClient) -> None:
    for cookie in list(client._cookies.values()):
        client.delete_cookie(cookie.key, domain=cookie.domain, path=cookie.path)


def said(answer: TestResponse, name: str) -> str:
    """Return a hidden field, or what a script is given."""
    found = re.search(rf'(?:name="{name}" value|data-{name})="([^"]*)"', page(answer))
    assert found, page(answer)
    return found[1].replace("&amp;", "&")


def asked(url: str) -> tuple[str, str]:
    parameters = parse_qs(urlsplit(url).query)
    return parameters["state"][0], parameters["nonce"][0]


@pytest.fixture
def client(campus: Campus) -> FlaskClient:
    """A browser that has been nowhere yet."""
    return campus.app.test_client()


def test_a_frame_that_keeps_the_cookie_goes_on_to_the_platform(
    campus: Campus, client: FlaskClient
) -> None:
    answer = looked(begun(campus, client), client, keeps=True)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(campus.platform.at.authorization_endpoint)


def test_a_frame_that_has_shown_that_it_keeps_cookies_goes_on_at_once(
    campus: Campus, client: FlaskClient
) -> None:
    client.set_cookie("__Host-mentes", "anything", secure=True)
    assert begun(campus, client).status_code == 302


def test_a_window_of_its_own_goes_on_at_once(campus: Campus, client: FlaskClient) -> None:
    initiation = campus.platform.login_initiation(campus.tool, ADA, campus.link)
    answer = client.post(
        "/lti/login", data=initiation.params, headers={**FRAME, "Sec-Fetch-Dest": "document"}
    )
    assert answer.status_code == 302


def test_another_browsers_cookie_is_as_good_as_none(campus: Campus, client: FlaskClient) -> None:
    answer = begun(campus, client)
    (cookie,) = client._cookies.values()
    client.set_cookie(cookie.key, "another", secure=True)
    assert "Open in a new tab" in page(client.get(answer.headers["Location"], headers=FRAME))


def test_the_other_ways_are_offered_once(campus: Campus, client: FlaskClient) -> None:
    answer = begun(campus, client)
    assert looked(answer, client, keeps=False).status_code == 200
    again = looked(answer, client, keeps=False)
    assert again.status_code == 400
    assert "opened twice" in page(again)


def test_the_page_asks_the_platforms_own_origin_and_no_other(
    campus: Campus, client: FlaskClient
) -> None:
    shown = looked(begun(campus, client, storage="keeper"), client, keeps=False)
    assert said(shown, "frame") == "keeper"
    assert said(shown, "origin") == campus.platform.issuer
    assert said(shown, "onward").startswith(campus.platform.at.authorization_endpoint)


def stored(campus: Campus, client: FlaskClient) -> tuple[str, str, str]:
    """Return state, token and verifier of a launch whose verifier the platform keeps."""
    shown = looked(begun(campus, client, storage="keeper"), client, keeps=False)
    state, nonce = asked(said(shown, "onward"))
    browser = Browser(campus, client)
    token = browser.token(nonce, browser.claims(ADA))
    asking = client.post("/lti/launch", data={"state": state, "id_token": token}, headers=FRAME)
    assert asking.status_code == 200
    assert said(asking, "state") == state
    assert said(asking, "id_token") == token
    return state, token, said(shown, "value")


def finished(client: FlaskClient, state: str, token: str, verifier: str) -> TestResponse:
    form = {"state": state, "id_token": token, "browser": verifier}
    return client.post("/lti/launch/storage", data=form, headers=OURS)


def test_what_the_platform_kept_lets_in_without_a_cookie(
    campus: Campus, client: FlaskClient
) -> None:
    answer = finished(client, *stored(campus, client))
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    home = client.get(answer.headers["Location"], headers=OURS)
    assert home.headers["Location"].startswith("/s/")
    mine = client.get(home.headers["Location"], headers=OURS)
    assert mine.status_code == 200
    targets = re.findall(r'(?:href|action)="(/[^"]*)"', page(mine))
    assert targets
    assert all(target.startswith("/s/") for target in targets)


@pytest.mark.parametrize("verifier", ["", "made-up"])
def test_the_server_decides_what_the_platform_kept(
    campus: Campus, client: FlaskClient, verifier: str
) -> None:
    state, token, kept = stored(campus, client)
    assert finished(client, state, token, verifier).status_code == 401
    assert finished(client, state, token, kept).status_code == 303  # nothing was spent


def test_the_platforms_page_cannot_bring_the_verifier_itself(
    campus: Campus, client: FlaskClient
) -> None:
    state, token, kept = stored(campus, client)
    form = {"state": state, "id_token": token, "browser": kept}
    assert client.post("/lti/launch/storage", data=form, headers=FRAME).status_code == 403


def test_of_two_that_bring_the_same_launch_one_wins(campus: Campus, client: FlaskClient) -> None:
    launch = stored(campus, client)
    answers: list[int] = []
    start = threading.Barrier(3)

    def race() -> None:
        start.wait()
        answers.append(finished(campus.app.test_client(), *launch).status_code)

    threads = [threading.Thread(target=race) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 401, 401]


@pytest.mark.parametrize("site", ["none", "cross-site", "same-site"])
def test_the_key_in_an_address_counts_on_our_own_pages_alone(
    campus: Campus, client: FlaskClient, site: str
) -> None:
    address = finished(client, *stored(campus, client)).headers["Location"]
    assert client.get(address, headers={**OURS, "Sec-Fetch-Site": site}).status_code == 401


def test_older_browsers_show_by_the_address_that_they_come_from_us(
    campus: Campus, client: FlaskClient
) -> None:
    address = finished(client, *stored(campus, client)).headers["Location"]
    referer = {"Accept": "text/html", "Referer": f"{campus.tool.login_url}"}
    assert client.get(address, headers=referer).status_code == 303
    assert client.get(address, headers={"Accept": "text/html"}).status_code == 401


def test_a_key_opens_its_own_visit_alone(campus: Campus, client: FlaskClient) -> None:
    address = finished(client, *stored(campus, client)).headers["Location"]
    bens = campus.launched(BEN).launch_id
    foreign = re.sub(r"/l/.*", f"/l/{bens}/mine", address)
    assert client.get(foreign, headers=OURS).status_code == 401


def ticket(campus: Campus, client: FlaskClient) -> dict[str, str]:
    shown = looked(begun(campus, client), client, keeps=False)
    return {"state": said(shown, "state"), "ticket": said(shown, "ticket")}


def in_a_new_tab(
    client: FlaskClient, form: dict[str, str], site: str = "same-origin"
) -> TestResponse:
    headers = {"Accept": "text/html", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": site}
    return client.post("/lti/login/tab", data=form, headers=headers)


def test_a_new_tab_signs_in_by_a_cookie_of_its_own(campus: Campus, client: FlaskClient) -> None:
    answer = in_a_new_tab(client, ticket(campus, client))
    assert answer.status_code == 302
    state, nonce = asked(answer.headers["Location"])
    browser = Browser(campus, client)
    token = browser.token(nonce, browser.claims(ADA))
    assert Browser(campus, campus.app.test_client()).post(state, token).status_code == 401
    launched = browser.post(state, token)
    assert launched.status_code == 303
    assert client.get(launched.headers["Location"]).status_code == 303


def test_a_ticket_is_good_once(campus: Campus, client: FlaskClient) -> None:
    form = ticket(campus, client)
    assert in_a_new_tab(client, form).status_code == 302
    assert in_a_new_tab(client, form).status_code == 400


def test_a_ticket_is_good_for_a_minute(
    campus: Campus, client: FlaskClient, clock: MovableClock
) -> None:
    form = ticket(campus, client)
    clock.forward(seconds=60)
    assert in_a_new_tab(client, form).status_code == 400


def test_a_ticket_is_taken_from_our_own_page_alone(campus: Campus, client: FlaskClient) -> None:
    form = ticket(campus, client)
    assert in_a_new_tab(client, form, "cross-site").status_code == 403
    assert in_a_new_tab(client, {**form, "ticket": "made-up"}).status_code == 400
    assert in_a_new_tab(client, form).status_code == 302
