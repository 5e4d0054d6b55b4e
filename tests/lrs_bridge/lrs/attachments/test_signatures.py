"""Signed statements: XAPI-00115, XAPI-00116, XAPI-00117, and the certificates of section 2.6."""

import json
from base64 import b64encode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from lrs_bridge.errors import StatementInvalid
from lrs_bridge.lrs.attachments.signatures import check_signature
from lrs_bridge.testing import a_statement, an_agent
from lrs_bridge.version import Version
from tests.lrs_bridge.signing import (
    certificate,
    elliptic_key,
    key,
    signature_attachment,
    signed,
    written,
)

STATEMENT = a_statement(id="0a6f7c1e-55a3-4d1c-9a53-7c2f0f000001")


def check(content, statement=STATEMENT, version=Version.V1_0):
    check_signature(statement, memoryview(content), version)


def refused(content, statement=STATEMENT, version=Version.V1_0):
    with pytest.raises(StatementInvalid) as refusal:
        check(content, statement, version)
    return refusal.value.requirement


def parts(header, payload, signature=b"x"):
    texts = [json.dumps(header).encode(), payload, signature]
    return b".".join(urlsafe_b64encode(text).rstrip(b"=") for text in texts)


# The statement


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
def test_a_statement_signed_by_rsa_is_accepted(algorithm):
    """XAPI-00117."""
    check(signed(STATEMENT, algorithm=algorithm))


def test_what_is_signed_is_the_statement_before_the_signature_was_added():
    """XAPI-00116."""
    signature = signed(STATEMENT)
    check(signature, {**STATEMENT, "attachments": [signature_attachment(signature)]})


@pytest.mark.parametrize(
    "original",
    [
        a_statement(),
        {**STATEMENT, "stored": "2026-11-22T10:00:00Z", "authority": an_agent("lrs")},
        {**STATEMENT, "version": "1.0.0"},
        {**STATEMENT, "timestamp": "2026-11-22T11:00:00+01:00"},
        {**STATEMENT, "verb": {"id": STATEMENT["verb"]["id"]}},
    ],
)
def test_what_an_lrs_may_change_need_not_be_signed(original):
    check(signed(original))


def test_a_long_statement_can_be_signed():
    long = a_statement(result={"response": "x" * 300_000})
    check(signed(long), long)


@pytest.mark.parametrize(
    "original",
    [
        {**STATEMENT, "actor": an_agent("another")},
        {**STATEMENT, "result": {"success": True}},
        {**STATEMENT, "timestamp": "2026-11-22T10:00:01Z"},
    ],
)
def test_another_statement_is_refused(original):
    assert "another statement" in refused(signed(original))


def test_in_2_0_a_duration_is_compared_to_a_hundredth_of_a_second():
    long, short = ({**STATEMENT, "result": {"duration": it}} for it in ("PT0.1237S", "PT0.12S"))
    check(signed(short), long, Version.V2_0)
    assert "another statement" in refused(signed(short), long, Version.V1_0)


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps(STATEMENT).replace('"', "'", 1),
        "",
        b"\xff",
        json.dumps(STATEMENT)[:-1] + ', "actor": {}}',
        "x",
    ],
)
def test_what_is_no_json_is_refused(payload):
    """XAPI-00116."""
    assert "does not sign JSON" in refused(signed(payload))


@pytest.mark.parametrize("payload", ["[]", "null", '"x"', "{}", json.dumps({"actor": {}})])
def test_what_is_no_statement_is_refused(payload):
    """XAPI-00116."""
    assert "signs a statement whose" in refused(signed(payload))


# The signature


@pytest.mark.parametrize(
    "header",
    [{"alg": "HS256"}, {"alg": "none"}, {"alg": "ES256"}, {"alg": "PS256"}, {"alg": 7}],
)
def test_another_algorithm_is_refused(header):
    """XAPI-00117."""
    assert "RS256, RS384, RS512" in refused(parts(header, json.dumps(STATEMENT).encode()))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"..",
        b"a.b.c.d",
        parts({}, b"{}"),
        parts([], b"{}"),
        parts("x", b"{}"),
        b"\xff.\xff.\xff",
        b"e30..e30.e30",
        b'{"payload": "", "signatures": []}',
    ],
)
def test_what_is_no_compact_jws_is_refused(content):
    """XAPI-00115."""
    assert "is not a JSON Web Signature" in refused(content)


def test_a_signature_must_be_there():
    assert "no signature" in refused(parts({"alg": "RS256"}, b"{}", b""))


def test_header_parameters_that_we_do_not_know_are_no_business_of_ours():
    check(signed(STATEMENT, kid="1", iss="https://signer.example", purpose="exam"))


# The certificates


def test_a_signature_by_the_certificate_it_names_is_accepted():
    check(signed(STATEMENT, x5c=[written(certificate("ada", "ada"))]))


def test_a_chain_in_which_each_vouches_for_the_one_before_is_accepted():
    chain = [certificate("ada", "school"), certificate("school", "root")]
    check(signed(STATEMENT, x5c=[written(one) for one in chain]))


def test_a_signature_by_another_than_the_certificate_is_refused():
    said = signed(STATEMENT, by="mallory", x5c=[written(certificate("ada", "ada"))])
    assert "is not made with the certificate" in refused(said)


def test_a_statement_that_was_changed_after_signing_is_refused():
    header, _, signature = signed(STATEMENT, x5c=[written(certificate("ada", "ada"))]).split(b".")
    forged = {**STATEMENT, "actor": an_agent("mallory")}
    payload = urlsafe_b64encode(json.dumps(forged).encode()).rstrip(b"=")
    said = b".".join([header, payload, signature])
    assert "is not made with the certificate" in refused(said, forged)


def test_a_chain_whose_links_do_not_hold_is_refused():
    other_name = certificate("mallory", "root")
    other_key = certificate("school", "root", subject_key=key("mallory"))
    for issuer in (other_name, other_key):
        chain = [written(certificate("ada", "school")), written(issuer)]
        assert "vouch for one another" in refused(signed(STATEMENT, x5c=chain))


@pytest.mark.parametrize("x5c", [[], "", ["x"], ["AAAA"], [7], None, {}], ids=str)
def test_what_is_no_certificate_is_refused(x5c):
    content = parts({"alg": "RS256", "x5c": x5c}, json.dumps(STATEMENT).encode())
    assert "x5c" in refused(content)


def of_a_kind_that_nobody_knows(one):
    """Return a certificate as x5c holds it, with a key of an algorithm that there is not."""
    rsa = bytes.fromhex("06092a864886f70d010101")
    der = one.public_bytes(Encoding.DER)
    assert der.count(rsa) == 1
    return b64encode(der.replace(rsa, rsa[:-1] + b"\x63")).decode()


def test_a_certificate_of_a_kind_of_key_that_nobody_knows_is_refused():
    own, issuer = certificate("ada", "school"), certificate("school", "root")
    for x5c, why in (
        ([of_a_kind_that_nobody_knows(own)], "of an RSA key"),
        ([written(own), of_a_kind_that_nobody_knows(issuer)], "vouch for one another"),
    ):
        assert why in refused(signed(STATEMENT, x5c=x5c))


def test_a_certificate_of_another_kind_of_key_is_refused():
    x5c = [written(certificate("ada", "ada", subject_key=elliptic_key()))]
    assert "of an RSA key" in refused(signed(STATEMENT, x5c=x5c))


@given(st.binary(max_size=200), st.sampled_from([b"", b".", b".."]))
def test_whatever_comes_is_refused_and_nothing_breaks(content, dots):
    assert refused(content + dots)


@given(st.recursive(st.none() | st.text(max_size=5), lambda it: st.lists(it, max_size=2)))
def test_whatever_the_header_holds_is_refused_or_read(value):
    for name in ("alg", "x5c", "crit", "b64", "kid", "jwk"):
        refused(parts({"alg": "RS256", name: value}, b"{}"))


def test_a_header_without_a_bottom_is_no_header():
    deep = b"[" * 20_000 + b"]" * 20_000
    header = urlsafe_b64encode(b'{"alg":"RS256","x":' + deep + b"}").rstrip(b"=")
    assert "not a JSON Web Signature" in refused(header + b".e30.eA")
