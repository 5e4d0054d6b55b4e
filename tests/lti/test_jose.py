"""Keys and signatures, and the traps in other people's key sets."""

import ast
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lti
from lti import jose
from tests.lti.factories import compact, public_keys, resource_link_claims, rs256_header, rsa_key

PACKAGE = Path(lti.__file__).parent


def jwk(**changes: Any) -> dict[str, Any]:
    entry = {**jose.public_jwk(*rsa_key("platform")), **changes}
    return {name: value for name, value in entry.items() if value is not None}


def kids(*entries: Any) -> set[str]:
    return set(jose.public_keys({"keys": list(entries)}))


def test_only_one_module_knows_the_jose_library() -> None:
    knowing = {
        path.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "joserfc" in f"{getattr(node, 'module', '')} {[name.name for name in node.names]}"
    }
    assert knowing == {"jose.py"}


def test_a_published_key_is_public_and_says_what_it_is_for() -> None:
    kid, pem = rsa_key("platform")
    published = jose.public_jwk(kid, pem)
    assert set(published) == {"kty", "n", "e", "kid", "alg", "use"}
    assert (published["alg"], published["use"], published["kid"]) == ("RS256", "sig", kid)


def test_a_modulus_that_is_padded_as_in_1edtechs_sample_is_read() -> None:
    padded = jwk(n=jwk()["n"] + "==")
    keys = jose.public_keys({"keys": [padded]})[padded["kid"]]
    token = compact(rs256_header(), {"sub": "1"})
    assert jose.verified_claims(token, keys) == {"sub": "1"}


def test_a_key_without_alg_and_use_is_read() -> None:
    assert kids(jwk(alg=None, use=None)) == {"platform-kid"}


@pytest.mark.parametrize(
    "entry",
    [
        jwk(use="enc"),
        jwk(alg="RS512"),
        jwk(kid=None),
        jwk(kid=""),
        jwk(kid=7),
        jwk(n=None),
        jwk(n="!!!"),
        jwk(n="AQAB"),  # far too short
        jwk(e="AA"),
        jwk(n=7),
        {"kty": "EC", "kid": "ec", "crv": "P-256", "x": "x", "y": "y"},
        {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"},
        "text",
        None,
    ],
)
def test_a_key_that_cannot_be_used_does_not_spoil_the_others(entry: Any) -> None:
    assert kids(entry, jwk(kid="good")) == {"good"}


def test_keys_with_the_same_kid_are_all_kept() -> None:
    other = jose.public_jwk("platform-kid", rsa_key("other")[1])
    keys = jose.public_keys({"keys": [other, jwk()]})["platform-kid"]
    assert len(keys) == 2
    assert jose.verified_claims(compact(rs256_header(), {"sub": "1"}), keys) == {"sub": "1"}


@pytest.mark.parametrize("document", [None, [], {}, {"keys": {}}, {"keys": None}, "keys", [[]]])
def test_what_is_no_key_set_is_refused(document: Any) -> None:
    with pytest.raises(ValueError, match="Key Set"):
        jose.public_keys(document)


@given(
    entries=st.lists(
        st.dictionaries(
            st.sampled_from(["kty", "kid", "n", "e", "use", "alg"]),
            st.sampled_from(["RSA", "sig", "RS256", "AQAB"]) | st.text() | st.integers(),
        )
    )
)
def test_any_list_of_keys_can_be_read(entries: list[dict[str, Any]]) -> None:
    assert kids(*entries, jwk(kid="good")) == {"good"}


def test_no_keys_verify_nothing() -> None:
    with pytest.raises(jose.Unverifiable) as refusal:
        jose.verified_claims(compact(rs256_header(), {}), ())
    assert refusal.value.slug == "signature-invalid"


def test_what_we_sign_can_be_verified() -> None:
    content = resource_link_claims(name="Émilie Fünf")
    token = jose.signed(content, *rsa_key("platform"))
    assert jose.verified_claims(token, public_keys()) == content
    assert jose.header(token) == rs256_header()


def test_a_long_header_is_no_obstacle() -> None:
    token = compact(rs256_header(x5c=["A" * 3000]), {"sub": "1"})
    assert jose.verified_claims(token, public_keys()) == {"sub": "1"}


def test_keys_do_not_show_their_secrets() -> None:
    assert repr(public_keys()[0]) == "PublicKey(kid='platform-kid')"
