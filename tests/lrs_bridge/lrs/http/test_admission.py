"""Who is let in."""

import pytest


def test_without_a_credential_nothing_is_shown(lrs):
    """XAPI-00334."""
    answer = lrs.client.get("/xapi/statements", headers=lrs.headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="xAPI", charset="UTF-8"'


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic OnNlY3JldA==", "Bearer abc"])
def test_a_broken_authorization_header_is_no_credential(lrs, header):
    headers = {**lrs.headers, "Authorization": header}
    assert lrs.client.get("/xapi/statements", headers=headers).status_code == 401


def test_a_key_that_no_database_could_hold_is_no_credential(lrs):
    answer = lrs.client.get("/xapi/statements", auth=("a\x00b", "x"), headers=lrs.headers)
    assert answer.status_code == 401
