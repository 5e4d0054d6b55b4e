"""What lti asks to be remembered, in our tables."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from lti.login import browser_digest
from lti.registration import PendingLogin
from plugin.app import Mentes
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.stores import (
    StoredLogins,
    StoredRegistrations,
    organisation_of_registration,
)
from tests.plugin.factories import ISSUER, NOW, a_registration, an_organisation, at_once, later


@pytest.fixture
def registration_id(mentes: Mentes, organisation_id: UUID) -> UUID:
    """A registration."""
    with mentes.database.transaction(organisation_id) as session:
        return a_registration(session).id


@pytest.fixture
def login(mentes: Mentes, registration_id: UUID) -> PendingLogin:
    """A login that began and has not come back."""
    pending = PendingLogin(
        state="state-1",
        nonce="nonce-1",
        registration_id=str(registration_id),
        browser_digest=browser_digest("verifier"),
        target_link_uri="https://mentes.example.org/lti/launch",
        storage_target=None,
        issued_at=NOW,
        expires_at=later(minutes=10),
    )
    with mentes.database.transaction(EVERYWHERE) as session:
        StoredLogins(session).add(pending)
    return pending


def spend(mentes: Mentes, state: str = "state-1", *, minutes: float = 1) -> bool:
    with mentes.database.transaction(EVERYWHERE) as session:
        return StoredLogins(session).spend(state, later(minutes=minutes))


def test_a_login_comes_back_as_it_was(mentes: Mentes, login: PendingLogin) -> None:
    with mentes.database.reading(EVERYWHERE) as session:
        assert StoredLogins(session).find("state-1") == login
        assert StoredLogins(session).find("state-2") is None


def test_a_login_is_spent_once(mentes: Mentes, login: PendingLogin) -> None:
    assert spend(mentes)
    assert not spend(mentes)
    with mentes.database.reading(EVERYWHERE) as session:
        assert StoredLogins(session).find("state-1") is None


def test_of_eight_who_spend_a_login_at_once_one_does(mentes: Mentes, login: PendingLogin) -> None:
    assert sorted(at_once(8, lambda _number: spend(mentes))) == [False] * 7 + [True]


@pytest.mark.parametrize("state", ["state-2", "", "x" * 5000])
def test_a_state_that_we_did_not_give_is_not_spent(
    mentes: Mentes, login: PendingLogin, state: str
) -> None:
    assert not spend(mentes, state)


def test_a_login_that_took_too_long_is_not_spent(mentes: Mentes, login: PendingLogin) -> None:
    assert not spend(mentes, minutes=10)


def test_logins_that_cannot_come_back_are_forgotten(mentes: Mentes, login: PendingLogin) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        StoredLogins(session).add(replace(login, state="later", expires_at=later(minutes=20)))
        assert StoredLogins(session).forget_expired(later(minutes=15)) == 1
        assert StoredLogins(session).find("later") is not None


def test_registrations_are_found_by_issuer_and_by_our_id(
    mentes: Mentes, organisation_id: UUID, registration_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        a_registration(session, client_id="client-2")
    with mentes.database.reading(EVERYWHERE) as session:
        store = StoredRegistrations(session)
        assert {each.client_id for each in store.by_issuer(ISSUER)} == {"client-1", "client-2"}
        assert list(store.by_issuer("https://other.example")) == []
        found = store.by_id(str(registration_id))
        assert found is not None
        assert found.deployment_ids == frozenset({"1"})


@pytest.mark.parametrize("id", ["", "nonsense", str(UUID(int=7)), "\x00"])
def test_an_id_that_is_none_finds_nothing(mentes: Mentes, id: str) -> None:
    with mentes.database.reading(EVERYWHERE) as session:
        assert StoredRegistrations(session).by_id(id) is None


def test_a_registration_that_is_switched_off_is_not_found(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        row = a_registration(session)
        row.enabled = False
    with mentes.database.reading(EVERYWHERE) as session:
        assert StoredRegistrations(session).by_id(str(row.id)) is None
        assert list(StoredRegistrations(session).by_issuer(ISSUER)) == []


def test_a_registration_knows_its_organisation(mentes: Mentes, registration_id: UUID) -> None:
    other = an_organisation(mentes.database)
    with mentes.database.transaction(other) as session:
        theirs = a_registration(session, client_id="theirs").id
    assert organisation_of_registration(mentes.database, theirs) == other
    assert organisation_of_registration(mentes.database, registration_id) != other
