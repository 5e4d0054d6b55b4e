"""Whether a secret is right, and how often one may be wrong."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.security import check_password_hash, generate_password_hash

from lrs_bridge.errors import TooManyRequests
from lrs_bridge.lrs.access import proofs
from lrs_bridge.lrs.access.proofs import (
    SECONDS_A_TRY,
    SECONDS_A_TRY_OF_ALL,
    TRIES,
    TRIES_OF_ALL,
    Proofs,
)

QUICK = "pbkdf2:sha256:1"
RIGHT, FORMER = (generate_password_hash(secret, QUICK) for secret in ("right", "former"))


@pytest.fixture
def hashes(monkeypatch):
    """Return which hashes were computed; each costs some 50 ms."""
    done = []

    def counted(kept, secret):
        done.append(kept)
        return check_password_hash(kept, secret)

    monkeypatch.setattr(proofs, "check_password_hash", counted)
    monkeypatch.setattr(proofs, "_hash_of_nothing", lambda: RIGHT[:-1] + "x")
    return done


def test_a_right_secret_is_hashed_once(hashes, clock):
    known = Proofs()
    assert {known.matching("key", "right", [RIGHT], clock()) for _ in range(20)} == {0}
    assert len(hashes) == 1


def test_a_right_secret_is_hashed_once_by_many_at_once(hashes, clock):
    known = Proofs()
    with ThreadPoolExecutor(30) as threads:
        tries = [
            threads.submit(known.matching, "key", "right", [RIGHT], clock()) for _ in range(30)
        ]
        assert {each.result() for each in tries} == {0}
    assert len(hashes) == 1


def test_which_secret_it_is_is_said(hashes, clock):
    known = Proofs()
    for _ in range(2):
        assert known.matching("key", "former", [RIGHT, FORMER], clock()) == 1
        assert known.matching("key", "right", [RIGHT, FORMER], clock()) == 0
        assert known.matching("key", "neither", [RIGHT, FORMER], clock()) is None


def test_what_is_remembered_lets_no_wrong_secret_in(hashes, clock):
    known = Proofs()
    known.matching("key", "right", [RIGHT], clock())
    assert known.matching("key", "wrong", [RIGHT], clock()) is None
    assert known.matching("key", "right", [FORMER], clock()) is None


@pytest.mark.parametrize("kept", [[], [RIGHT], [RIGHT, FORMER]])
def test_a_wrong_secret_costs_the_same_whether_or_not_there_is_such_a_key(hashes, clock, kept):
    assert Proofs().matching("key", "wrong", kept, clock()) is None
    assert len(hashes) == 2


def test_who_tries_one_key_after_the_other_is_slowed_down_for_all_of_them(hashes, clock):
    known = Proofs()
    assert known.matching("known", "right", [RIGHT], clock()) == 0
    for number in range(TRIES_OF_ALL):
        assert known.matching(f"key {number}", "a guess", [], clock()) is None
    hashes.clear()
    for kept in ([], [FORMER]):
        for _ in range(2 * TRIES):  # asked in vain, nobody's own tries are used up
            with pytest.raises(TooManyRequests, match="all keys"):
                known.matching("another", "former", kept, clock())
    assert hashes == []
    assert known.matching("known", "right", [RIGHT], clock()) == 0  # whoever is known goes in
    clock.forward(seconds=SECONDS_A_TRY_OF_ALL)
    assert known.matching("another", "former", [FORMER], clock()) == 0


def test_right_secrets_use_nobodys_tries_up(hashes, clock):
    known = Proofs()
    for number in range(2 * TRIES_OF_ALL):
        kept = generate_password_hash("right", QUICK)
        assert known.matching(f"key {number}", "right", [kept], clock()) == 0


@pytest.mark.parametrize("kept", [[], [RIGHT]])
def test_who_guesses_is_slowed_down_whether_or_not_there_is_such_a_key(hashes, clock, kept):
    known = Proofs()
    for guess in range(TRIES):
        assert known.matching("key", f"guess {guess}", kept, clock()) is None
    with pytest.raises(TooManyRequests) as refusal:
        known.matching("key", "one more", kept, clock())
    assert refusal.value.seconds == SECONDS_A_TRY
    assert len(hashes) == 2 * TRIES
    clock.forward(seconds=SECONDS_A_TRY)
    assert known.matching("key", "one more", kept, clock()) is None
    with pytest.raises(TooManyRequests):
        known.matching("key", "another", kept, clock())


def test_who_was_let_in_before_is_not_shut_out_by_who_guesses(hashes, clock):
    known = Proofs()
    known.matching("key", "right", [RIGHT], clock())
    for guess in range(TRIES):
        known.matching("key", f"guess {guess}", [RIGHT], clock())
    with pytest.raises(TooManyRequests):
        known.matching("key", "wrong", [RIGHT], clock())
    assert known.matching("key", "right", [RIGHT], clock()) == 0


def test_a_right_secret_that_is_new_waits_for_seconds_only(hashes, clock):
    known = Proofs()
    for guess in range(TRIES):
        known.matching("key", f"guess {guess}", [RIGHT], clock())
    with pytest.raises(TooManyRequests) as refusal:
        known.matching("key", "right", [RIGHT], clock())
    clock.forward(seconds=refusal.value.seconds)
    assert known.matching("key", "right", [RIGHT], clock()) == 0


def test_guesses_of_one_key_are_not_held_against_another(hashes, clock):
    known = Proofs()
    for guess in range(TRIES):
        known.matching("key", f"guess {guess}", [RIGHT], clock())
    assert known.matching("another", "right", [RIGHT], clock()) == 0


def test_what_is_remembered_has_an_end(hashes, clock, monkeypatch):
    monkeypatch.setattr(proofs, "_MOST_KEYS", 3)
    monkeypatch.setattr(proofs, "_MOST_SECRETS", 3)
    known = Proofs()
    for number in range(9):
        kept = generate_password_hash(f"{number}", QUICK)
        known.matching(f"key {number}", "wrong", [kept], clock())
        known.matching(f"key {number}", f"{number}", [kept], clock())
    assert len(known._verified._digests) == 3
    assert len(known._guesses._full) <= 3
