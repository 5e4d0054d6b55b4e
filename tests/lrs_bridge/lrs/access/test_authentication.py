"""Who gets in, for how long, and what is said to who does not."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from lrs_bridge.errors import Forbidden, TokenRefused, Unauthenticated
from lrs_bridge.lrs.access.authentication import authenticate, authenticate_token
from lrs_bridge.lrs.access.credentials import (
    Scope,
    add_credential,
    disable_credential,
    enable_credential,
    entries,
    revoke_credential,
    rotate_credential,
)
from lrs_bridge.lrs.access.oauth import LASTS, give_token
from lrs_bridge.lrs.access.proofs import Proofs
from lrs_bridge.lrs.tables import credential, token

DAY = timedelta(days=1)


@pytest.fixture
def proofs():
    return Proofs()


@pytest.fixture
def key(session, organisation_id, clock):
    key = f"key-{uuid4().hex}"
    add_credential(session, organisation_id, key, "right", ["statements/write"], clock())
    return key


@pytest.fixture
def prove(session, proofs, clock, key):
    """Return what `key` and a secret prove at the present moment."""
    return lambda secret="right": authenticate(session, proofs, key, secret, clock())


@pytest.fixture
def enter(session, clock):
    """Return what an access token proves at the present moment."""
    return lambda grant: authenticate_token(session, grant.token, clock())


@pytest.fixture
def give(session, clock, prove):
    """Return a new access token."""
    return lambda asked=None, secret="right": give_token(session, prove(secret), asked, clock())


def test_key_and_secret_prove_a_credential(prove, organisation_id):
    proved = prove()
    assert proved.organisation_id == organisation_id
    assert proved.scopes == {Scope.STATEMENTS_WRITE}
    assert (proved.until, proved.limits) == (None, None)
    proved.check_writing()
    with pytest.raises(Forbidden):
        proved.reads_only_its_own()


def test_anything_else_proves_none(session, proofs, clock, key):
    for wrong in (
        (key, "wrong"),
        (key, ""),
        ("nobody", "right"),
        (key.upper(), "right"),
        ("", "right"),
        (f"{key}\x00", "right"),
        ("k" * 100_000, "right"),
        (key, "s" * 100_000),
        ("' OR 1=1 --", "right"),
    ):
        with pytest.raises(Unauthenticated) as refusal:
            authenticate(session, proofs, *wrong, clock())
        assert str(refusal.value) == "The key and secret do not belong to a valid credential."


def test_a_revoked_credential_stops_at_once_although_it_is_remembered(
    session, organisation_id, clock, key, prove
):
    prove()
    revoke_credential(session, organisation_id, key, clock())
    with pytest.raises(Unauthenticated, match="revoked"):
        prove()


def test_a_credential_expires_to_the_second(session, organisation_id, clock, proofs):
    until = clock() + DAY
    add_credential(session, organisation_id, "short", "right", ["all"], clock(), expires_at=until)
    clock.forward(seconds=DAY.total_seconds() - 1)
    assert authenticate(session, proofs, "short", "right", clock()).until == until
    clock.forward(seconds=1)
    with pytest.raises(Unauthenticated, match="expired"):
        authenticate(session, proofs, "short", "right", clock())


def test_a_disabled_credential_is_out_until_it_is_enabled(
    session, organisation_id, clock, key, prove
):
    disable_credential(session, organisation_id, key, clock())
    with pytest.raises(Unauthenticated, match="disabled"):
        prove()
    enable_credential(session, organisation_id, key)
    assert prove()


def test_why_is_only_said_to_who_knows_the_secret(session, organisation_id, clock, key, prove):
    disable_credential(session, organisation_id, key, clock())
    with pytest.raises(Unauthenticated, match="do not belong to a valid credential"):
        prove("wrong")


def test_two_secrets_work_until_the_old_one_is_through(session, organisation_id, clock, key, prove):
    prove()
    until = clock() + DAY
    rotate_credential(session, organisation_id, key, "new", former_until=until)
    assert prove("right").until == until
    assert prove("new").until is None
    assert prove("right").id == prove("new").id
    clock.forward(days=1)
    assert prove("new")
    with pytest.raises(Unauthenticated):
        prove("right")


def test_two_secrets_work_never_three(session, organisation_id, clock, key, prove):
    for secret in ("second", "third"):
        rotate_credential(session, organisation_id, key, secret, former_until=clock() + DAY)
    assert prove("second")
    assert prove("third")
    with pytest.raises(Unauthenticated):
        prove("right")


def test_a_token_proves_what_it_was_given_for_an_hour(clock, prove, give, enter):
    grant = give()
    assert (grant.seconds, grant.scope) == (3600, "statements/write")
    assert enter(grant).id == prove().id
    clock.forward(seconds=3599)
    assert enter(grant)
    clock.forward(seconds=1)
    with pytest.raises(Unauthenticated):
        enter(grant)


@pytest.mark.parametrize("change", [revoke_credential, disable_credential])
def test_a_token_stops_with_its_credential(
    session, organisation_id, clock, key, give, enter, change
):
    grant = give()
    change(session, organisation_id, key, clock())
    with pytest.raises(Unauthenticated):
        enter(grant)


def test_a_token_lasts_no_longer_than_its_credential(session, organisation_id, clock, proofs):
    add_credential(
        session,
        organisation_id,
        "short",
        "right",
        ["all"],
        clock(),
        expires_at=clock() + timedelta(minutes=10),
    )
    holder = authenticate(session, proofs, "short", "right", clock())
    grant = give_token(session, holder, None, clock())
    assert grant.seconds == 600
    clock.forward(minutes=10)
    with pytest.raises(Unauthenticated):
        authenticate_token(session, grant.token, clock())


def test_a_token_lives_as_long_as_the_secret_it_was_given_for(
    session, organisation_id, clock, key, give, enter
):
    before = give()
    rotate_credential(
        session, organisation_id, key, "new", former_until=clock() + timedelta(minutes=10)
    )
    still = give(secret="right")
    new = give(secret="new")
    assert (still.seconds, new.seconds) == (600, 3600)
    assert enter(before)
    (entry,) = entries(session, organisation_id, clock())
    assert entry.tokens == 3
    clock.forward(minutes=10)
    assert enter(new)
    for old in (before, still):
        with pytest.raises(Unauthenticated):
            enter(old)
    (entry,) = entries(session, organisation_id, clock())
    assert entry.tokens == 1


def test_a_token_of_a_secret_that_was_rotated_away_twice_stops_at_once(
    session, organisation_id, clock, key, give, enter
):
    grant = give()
    for secret in ("second", "third"):
        rotate_credential(session, organisation_id, key, secret, former_until=clock() + DAY)
    with pytest.raises(Unauthenticated):
        enter(grant)


def test_a_token_reaches_no_further_than_its_credential_does_now(
    session, organisation_id, clock, proofs
):
    add_credential(session, organisation_id, "wide", "right", ["all"], clock())
    holder = authenticate(session, proofs, "wide", "right", clock())
    grant = give_token(session, holder, "statements/read state", clock())
    session.execute(update(credential).values(scopes="all/read"))
    reach = authenticate_token(session, grant.token, clock()).scopes
    assert reach == {Scope.STATEMENTS_READ}


@pytest.mark.parametrize(
    "asked",
    ["all", "statements/write all", "define", "profile", "nonsense", " ", "a  b", "x" * 9999],
)
def test_no_token_is_given_beyond_the_credential(give, asked):
    with pytest.raises(TokenRefused) as refusal:
        give(asked)
    assert refusal.value.error == "invalid_scope"


def test_linkedin_learning_calls_the_scope_by_its_own_name(give, enter):
    grant = give("xapi:write")
    assert grant.scope == "xapi:write"
    assert enter(grant).scopes == {Scope.STATEMENTS_WRITE}


@pytest.mark.parametrize("wrong", ["", "a", "\x00", "ü", "x" * 100_000, "a.b.c"])
def test_what_is_no_token_proves_nothing(session, clock, give, wrong):
    give()
    with pytest.raises(Unauthenticated):
        authenticate_token(session, wrong, clock())


def test_what_is_kept_of_a_token_is_not_one(session, clock, give):
    give()
    (kept,) = session.scalars(token.select().with_only_columns(token.c.digest))
    for text in (kept.hex(), kept.decode("latin-1")):
        with pytest.raises(Unauthenticated):
            authenticate_token(session, text, clock())


def test_tokens_past_their_time_are_forgotten(session, clock, give):
    for _ in range(3):
        give()
    clock.forward(seconds=LASTS.total_seconds())
    give()
    assert len(session.execute(token.select()).all()) == 1
