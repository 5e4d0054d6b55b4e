"""Keys and secrets as whoever looks after the store sees them, and how far scopes reach."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from lrs_bridge.errors import Forbidden, Unauthenticated
from lrs_bridge.lrs.access.authentication import authenticate
from lrs_bridge.lrs.access.credentials import (
    Credential,
    Scope,
    add_credential,
    disable_credential,
    enable_credential,
    entries,
    limit_credential,
    revoke_credential,
    rotate_credential,
)
from lrs_bridge.lrs.access.limits import Limits
from lrs_bridge.lrs.access.proofs import Proofs


@pytest.fixture
def key(session, organisation_id, clock):
    key = f"key-{uuid4().hex}"
    add_credential(session, organisation_id, key, "right", ["statements/write"], clock())
    return key


@pytest.fixture
def proofs():
    return Proofs()


def test_a_key_exists_once(session, clock, key):
    with pytest.raises(IntegrityError), session.begin_nested():
        add_credential(session, uuid4(), key, "other", [Scope.ALL], clock())


@pytest.mark.parametrize(
    ("key", "secret", "scopes", "label"),
    [
        ("a:b", "secret", ["all"], None),
        ("", "secret", ["all"], None),
        ("a\x00b", "secret", ["all"], None),
        ("k" * 201, "secret", ["all"], None),
        ("k", "", ["all"], None),
        ("k", "one\ntwo", ["all"], None),
        ("k", "secret", ["root"], None),
        ("k", "secret", ["all"], "for jo@example.org"),
    ],
)
def test_what_could_not_work_is_not_added(
    session, organisation_id, clock, key, secret, scopes, label
):
    with pytest.raises(ValueError, match=r"key|secret|Scope|label"):
        add_credential(session, organisation_id, key, secret, scopes, clock(), label=label)


def test_the_authority_of_a_credential_is_an_account_that_is_not_its_key(
    session, clock, key, proofs
):
    credential = authenticate(session, proofs, key, "right", clock())
    assert credential.authority("https://lrs.example") == {
        "objectType": "Agent",
        "account": {"homePage": "https://lrs.example", "name": str(credential.id)},
    }


def test_only_its_organisation_can_change_a_credential(session, clock, key, proofs):
    other, now = uuid4(), clock()
    assert not revoke_credential(session, other, key, now)
    assert not disable_credential(session, other, key, now)
    assert not rotate_credential(session, other, key, "new", former_until=now)
    assert not limit_credential(session, other, key, Limits(largest_batch=1))
    assert entries(session, other, now) == []
    assert authenticate(session, proofs, key, "right", now).limits is None


def test_it_keeps_its_id_and_so_its_authority_through_everything(
    session, organisation_id, clock, key, proofs
):
    before = authenticate(session, proofs, key, "right", clock())
    rotate_credential(session, organisation_id, key, "new", former_until=clock())
    disable_credential(session, organisation_id, key, clock())
    enable_credential(session, organisation_id, key)
    assert authenticate(session, proofs, key, "new", clock()).id == before.id


def test_what_is_known_of_a_key_is_shown(session, organisation_id, clock, key):
    add_credential(
        session,
        organisation_id,
        "another",
        "secret",
        ["state", "all/read"],
        clock(),
        label="the course on bees",
        expires_at=clock() + timedelta(days=1),
    )
    limit_credential(session, organisation_id, "another", Limits(requests_per_minute=60))
    other, one = entries(session, organisation_id, clock())
    assert (other.key, other.label, other.scopes) == (
        "another",
        "the course on bees",
        (Scope.ALL_READ, Scope.STATE),
    )
    assert other.limits == Limits(requests_per_minute=60)
    assert (one.key, one.limits, one.last_used_at, one.tokens) == (key, Limits(), None, 0)
    assert entries(session, organisation_id, clock(), key=key) == [one]


def test_a_credential_is_in_one_state_at_a_time(session, organisation_id, clock, key):
    def state():
        (one,) = entries(session, organisation_id, clock())
        return one.state(clock())

    assert state() == "active"
    disable_credential(session, organisation_id, key, clock())
    assert state() == "disabled"
    revoke_credential(session, organisation_id, key, clock())
    assert state() == "revoked"


def test_what_was_revoked_comes_back_in_no_way(session, organisation_id, clock, key, proofs):
    revoke_credential(session, organisation_id, key, clock())
    assert not enable_credential(session, organisation_id, key)
    assert not rotate_credential(session, organisation_id, key, "new", former_until=clock())
    for secret in ("right", "new"):
        with pytest.raises(Unauthenticated):
            authenticate(session, proofs, key, secret, clock())


scopes = st.frozensets(st.sampled_from(Scope))


def permits(credential):
    """Return how far a credential reaches in each direction, as numbers."""

    def is_allowed(check, *arguments, **options):
        try:
            return 2 - (check(*arguments, **options) is True)
        except Forbidden:
            return 0

    return (
        is_allowed(credential.check_writing),
        is_allowed(credential.reads_only_its_own),
        is_allowed(credential.check_looking_up),
        *(
            is_allowed(credential.check_documents, scope, writing=writing)
            for scope in (Scope.STATE, Scope.PROFILE)
            for writing in (True, False)
        ),
        int(credential.reads_everything()),
        int(credential.may_define()),
    )


def having(some):
    return Credential(id=uuid4(), organisation_id=uuid4(), scopes=some)


@given(scopes, scopes)
def test_whatever_is_included_in_a_scope_never_permits_more(had, asked):
    narrower = frozenset(one for one in asked if any(its.includes(one) for its in had))
    far, less_far = permits(having(had)), permits(having(narrower))
    assert all(one <= other for one, other in zip(less_far, far, strict=True))


@given(scopes, scopes)
def test_more_scopes_never_permit_less(some, others):
    far, further = permits(having(some)), permits(having(some | others))
    assert all(one <= other for one, other in zip(far, further, strict=True))


@given(st.sampled_from(Scope), st.sampled_from(Scope), st.sampled_from(Scope))
def test_scopes_are_ordered(one, other, third):
    assert one.includes(one)
    if one.includes(other) and other.includes(third):
        assert one.includes(third)
    if one.includes(other) and other.includes(one):
        assert one is other
