"""The tool's keys: sealed, published, rotated without anybody noticing."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from flask import Flask

from config.settings import Settings
from lti import jose
from plugin.app import Mentes, compose
from plugin.foundation.cipher import Cipher, SealBroken
from plugin.foundation.errors import NotFound
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.keys import KeyRings, rotate_if_due, rotate_now, stored_keys, withdraw
from plugin.platforms.model import ToolKeyRow
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.factories import an_organisation, at_once, every


def kids(app: Flask, organisation_id: UUID) -> list[str]:
    answer = app.test_client().get(f"/lti/keys/{organisation_id}.json")
    assert answer.status_code == 200
    return [key["kid"] for key in answer.get_json()["keys"]]


def test_a_key_set_is_published_with_public_halves_alone(app: Flask, organisation_id: UUID) -> None:
    answer = app.test_client().get(f"/lti/keys/{organisation_id}.json")
    (key,) = answer.get_json()["keys"]
    assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
    assert not set(key) & {"d", "p", "q", "dp", "dq", "qi"}
    assert answer.headers["Cache-Control"] == "public, max-age=600"


def test_the_private_half_is_sealed_in_the_database(
    mentes: Mentes, app: Flask, organisation_id: UUID
) -> None:
    kids(app, organisation_id)
    with mentes.database.reading(organisation_id) as session:
        (row,) = every(session, ToolKeyRow)
        (key,) = stored_keys(session, mentes.cipher)
    assert "PRIVATE" not in row.sealed_pem
    assert "PRIVATE" in key.private_pem


def test_organisations_have_keys_of_their_own(
    mentes: Mentes, app: Flask, organisation_id: UUID
) -> None:
    other = an_organisation(mentes.database)
    assert set(kids(app, organisation_id)).isdisjoint(kids(app, other))


def test_an_organisation_that_there_is_not_has_no_keys(app: Flask) -> None:
    assert app.test_client().get(f"/lti/keys/{uuid4()}.json").status_code == 404
    assert app.test_client().get("/lti/keys/nonsense.json").status_code == 404


def test_asking_again_makes_no_new_key(app: Flask, organisation_id: UUID) -> None:
    assert kids(app, organisation_id) == kids(app, organisation_id)


def test_many_who_need_the_first_key_at_once_can_all_use_what_they_got(
    mentes: Mentes, organisation_id: UUID, settings: Settings
) -> None:
    processes = [
        KeyRings(mentes.database, Cipher(settings.secret_key), mentes.clock) for _ in range(2)
    ]

    def sign(number: int) -> str:
        return processes[number % 2].of(organisation_id).sign({"n": number}, mentes.clock())

    tokens = at_once(4, sign)
    published = KeyRings(mentes.database, mentes.cipher, mentes.clock).of(organisation_id).jwks()
    known = jose.public_keys(published)
    for token in tokens:
        assert isinstance(token, str), token
        assert jose.verified_claims(token, known[jose.header(token)["kid"]])


def test_a_new_key_is_published_at_once_and_signs_a_day_later(
    mentes: Mentes, app: Flask, organisation_id: UUID, clock: MovableClock
) -> None:
    (first,) = kids(app, organisation_id)
    clock.forward(minutes=1)
    with mentes.database.transaction(organisation_id) as session:
        second = rotate_now(session, mentes.cipher, now=clock()).kid
    clock.forward(minutes=2)  # when processes look again
    assert kids(app, organisation_id) == [first, second]
    rings = mentes.protocol.key_rings
    assert signer(rings, organisation_id, clock) == first
    clock.forward(days=1)
    assert signer(rings, organisation_id, clock) == second


def test_a_key_that_is_withdrawn_signs_and_is_published_no_more(
    mentes: Mentes, app: Flask, organisation_id: UUID, clock: MovableClock
) -> None:
    (first,) = kids(app, organisation_id)
    rings = mentes.protocol.key_rings
    with mentes.database.transaction(organisation_id) as session:
        second = withdraw(session, mentes.cipher, first, now=clock()).kid
    clock.forward(minutes=2)  # when processes look again
    assert kids(app, organisation_id) == [second] != [first]
    assert signer(rings, organisation_id, clock) == second


def test_nobody_withdraws_another_organisations_key(
    mentes: Mentes, app: Flask, organisation_id: UUID, clock: MovableClock
) -> None:
    (theirs,) = kids(app, an_organisation(mentes.database))
    with (
        pytest.raises(NotFound),
        mentes.database.transaction(organisation_id) as session,
    ):
        withdraw(session, mentes.cipher, theirs, now=clock())


def signer(rings: KeyRings, organisation_id: UUID, clock: MovableClock) -> str:
    return str(jose.header(rings.of(organisation_id).sign({}, clock()))["kid"])


def test_the_worker_rotates_monthly_and_drops_what_is_long_out_of_use(
    mentes: Mentes, app: Flask, worker: Worker, organisation_id: UUID, clock: MovableClock
) -> None:
    (first,) = kids(app, organisation_id)
    clock.forward(days=30)
    worker.run_once()
    both = kids(app, organisation_id)
    assert (len(both), both[0]) == (2, first)
    clock.forward(days=16)
    worker.run_once()
    assert kids(app, organisation_id) == both[1:]


def test_rotating_when_nothing_is_due_changes_nothing(
    mentes: Mentes, app: Flask, organisation_id: UUID, clock: MovableClock
) -> None:
    kids(app, organisation_id)
    with mentes.database.transaction(organisation_id) as session:
        assert not rotate_if_due(session, mentes.cipher, now=clock())


def test_with_another_secret_key_nothing_is_signed_and_nothing_replaced(
    mentes: Mentes, app: Flask, organisation_id: UUID, settings: Settings, clock: MovableClock
) -> None:
    kids(app, organisation_id)
    rings = KeyRings(mentes.database, Cipher("another secret key of the tests!"), clock)
    with pytest.raises(SealBroken):
        rings.of(organisation_id)
    with mentes.database.reading(EVERYWHERE) as session:
        assert len(every(session, ToolKeyRow)) == 1


def test_a_second_process_publishes_the_same_keys(
    mentes: Mentes, app: Flask, organisation_id: UUID, settings: Settings, clock: MovableClock
) -> None:
    other = compose(settings, clock=clock)
    ring = other.protocol.key_rings.of(organisation_id)
    assert [key["kid"] for key in ring.jwks()["keys"]] == kids(app, organisation_id)
    other.database.dispose()
