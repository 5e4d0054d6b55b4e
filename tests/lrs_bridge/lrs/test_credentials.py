"""Keys and secrets: who gets in, how fast, and for how long."""

from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash

from lrs_bridge.errors import Forbidden, Unauthenticated
from lrs_bridge.lrs import proofs
from lrs_bridge.lrs.authentication import authenticate
from lrs_bridge.lrs.credentials import (
    Scope,
    add_credential,
    revoke_credential,
)


@pytest.fixture
def key(session, organisation_id, clock):
    key = f"key-{uuid4().hex}"
    add_credential(session, organisation_id, key, "right", ["statements/write"], clock())
    return key


def test_key_and_secret_prove_a_credential(session, organisation_id, clock, key):
    credential = authenticate(session, key, "right", clock())
    assert credential.organisation_id == organisation_id
    assert credential.scopes == {Scope.STATEMENTS_WRITE}
    credential.check_writing()
    with pytest.raises(Forbidden):
        credential.reads_only_its_own()


def test_anything_else_proves_none(session, clock, key):
    for wrong in ((key, "wrong"), (key, ""), ("nobody", "right"), (key.upper(), "right")):
        with pytest.raises(Unauthenticated):
            authenticate(session, *wrong, clock())


def test_a_right_secret_is_hashed_once(session, clock, key, monkeypatch):
    hashed = []

    def counted(*arguments):
        hashed.append(arguments)
        return check_password_hash(*arguments)

    monkeypatch.setattr(proofs, "check_password_hash", counted)  # it costs some 50 ms
    for _ in range(20):
        authenticate(session, key, "right", clock())
    assert len(hashed) == 1


def test_what_is_remembered_does_not_let_a_wrong_secret_in(session, clock, key):
    authenticate(session, key, "right", clock())
    with pytest.raises(Unauthenticated):
        authenticate(session, key, "wrong", clock())


def test_a_revoked_credential_stops_at_once_although_it_is_remembered(
    session, organisation_id, clock, key
):
    authenticate(session, key, "right", clock())
    revoke_credential(session, organisation_id, key, clock())
    with pytest.raises(Unauthenticated):
        authenticate(session, key, "right", clock())


def test_only_its_organisation_can_revoke_a_credential(session, clock, key):
    revoke_credential(session, uuid4(), key, clock())
    assert authenticate(session, key, "right", clock())


def test_a_key_exists_once(session, clock, key):
    with pytest.raises(IntegrityError), session.begin_nested():
        add_credential(session, uuid4(), key, "other", [Scope.ALL], clock())


@pytest.mark.parametrize(("key", "scopes"), [("a:b", ["all"]), ("", ["all"]), ("k", ["root"])])
def test_what_could_not_work_is_not_added(session, organisation_id, clock, key, scopes):
    with pytest.raises(ValueError, match=r"key|Scope"):
        add_credential(session, organisation_id, key, "secret", scopes, clock())


def test_the_authority_of_a_credential_is_an_account_that_is_not_its_key(session, clock, key):
    credential = authenticate(session, key, "right", clock())
    assert credential.authority("https://lrs.example") == {
        "objectType": "Agent",
        "account": {"homePage": "https://lrs.example", "name": str(credential.id)},
    }
