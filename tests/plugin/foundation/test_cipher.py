"""Sealing what must not be read from a copy of the database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.foundation.cipher import Cipher, SealBroken

SECRET = "a secret key of the tests, long enough"


@given(st.text())
def test_what_is_sealed_can_be_opened_again(text: str) -> None:
    assert Cipher(SECRET).open(Cipher(SECRET).seal(text)) == text


def test_a_seal_hides_what_it_holds() -> None:
    sealed = Cipher(SECRET).seal("BEGIN PRIVATE KEY")
    assert "PRIVATE" not in sealed
    assert Cipher(SECRET).seal("BEGIN PRIVATE KEY") != sealed


@pytest.mark.parametrize("broken", ["", "nonsense", "gAAAAA=="])
def test_what_is_no_seal_is_refused(broken: str) -> None:
    with pytest.raises(SealBroken, match="MENTES_SECRET_KEY"):
        Cipher(SECRET).open(broken)


def test_another_secret_key_opens_nothing_and_says_what_to_do() -> None:
    sealed = Cipher(SECRET).seal("text")
    with pytest.raises(SealBroken) as refused:
        Cipher("another secret key of the tests!").open(sealed)
    assert refused.value.slug == "seal-broken"
    assert "restore MENTES_SECRET_KEY" in refused.value.next_step


def test_a_seal_that_was_tampered_with_is_refused() -> None:
    sealed = Cipher(SECRET).seal("text")
    changed = sealed[:30] + ("A" if sealed[30] != "A" else "B") + sealed[31:]
    with pytest.raises(SealBroken):
        Cipher(SECRET).open(changed)
