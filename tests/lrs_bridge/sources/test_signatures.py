"""Real signatures: good ones pass, and anything that is off by a little does not."""

import hmac
import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import RSAKey

from lrs_bridge.sources.errors import EventInvalid, MappingInvalid, SignatureRefused
from lrs_bridge.sources.signatures import (
    canvas_payload,
    hmac_of_body,
    shared_token,
    standard_webhook,
    webhook_secret,
)

NOW = datetime(2026, 11, 30, 10, tzinfo=UTC)
SECRET = webhook_secret("whsec_" + b64encode(b"a secret of thirty-two bytes ....").decode())
OTHER = b"another secret, of some length"
BODY = b'{"type":"completed"}'
EVENT = {"metadata": {"event_name": "course_completed"}, "body": {}}
KEY = RSAKey.generate_key(2048, {"kid": "november"})
NEXT = RSAKey.generate_key(2048, {"kid": "december"})
with pytest.warns(SecurityWarning):
    WEAK = RSAKey.generate_key(1024, {"kid": "weak"})


def key_set(*keys, **changes):
    return {"keys": [{**key.as_dict(private=False), **changes} for key in keys]}


def signed(event=EVENT, key=KEY, algorithm="RS256", **header):
    header = {"alg": algorithm, "kid": key.kid, **header}
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    content = event if isinstance(event, bytes) else json.dumps(event).encode()
    return jws.serialize_compact(header, content, key, registry=registry).encode()


def sent(at=NOW, id="msg_1", body=BODY, secrets=(SECRET,), **changes):
    seconds = str(int(at.timestamp()))
    signature = " ".join(
        "v1," + b64encode(hmac.digest(it, f"{id}.{seconds}.".encode() + body, "sha256")).decode()
        for it in secrets
    )
    headers = {"Webhook-Id": id, "Webhook-Timestamp": seconds, "Webhook-Signature": signature}
    return {name: value for name, value in {**headers, **changes}.items() if value is not None}


def reason(refused):
    return refused.value.reason


def test_the_example_of_the_specification_is_good():
    secret = webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    now = datetime.fromtimestamp(1614265330, UTC)
    body = b'{"test": 2432232314}'
    assert standard_webhook(headers, body, [secret], now=now) == headers["webhook-id"]


def test_a_webhook_that_is_signed_gives_its_id():
    assert standard_webhook(sent(), BODY, [SECRET], now=NOW) == "msg_1"


def test_while_a_secret_is_changed_either_side_may_be_first():
    assert standard_webhook(sent(secrets=(OTHER, SECRET)), BODY, [SECRET], now=NOW)
    assert standard_webhook(sent(), BODY, [OTHER, SECRET], now=NOW)


@pytest.mark.parametrize("minutes", [-5, 5])
def test_clocks_may_differ_by_five_minutes(minutes):
    at = NOW + timedelta(minutes=minutes)
    assert standard_webhook(sent(at), BODY, [SECRET], now=NOW)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        (sent(NOW - timedelta(seconds=301)), "too-old"),
        (sent(NOW + timedelta(seconds=301)), "too-new"),
        (sent(**{"Webhook-Id": None}), "missing"),
        (sent(**{"Webhook-Signature": None}), "missing"),
        (sent(**{"Webhook-Timestamp": ""}), "missing"),
        (sent(**{"Webhook-Timestamp": "yesterday"}), "malformed"),
        (sent(**{"Webhook-Timestamp": "-5"}), "malformed"),
        (sent(**{"Webhook-Timestamp": "9" * 30}), "malformed"),
        (sent(**{"Webhook-Timestamp": "٣"}), "malformed"),
        (sent(**{"Webhook-Id": "msg_2"}), "wrong"),
        (sent(secrets=(OTHER,)), "wrong"),
        (sent(body=BODY + b" "), "wrong"),
        (sent(**{"Webhook-Signature": "v1,"}), "wrong"),
        (sent(**{"Webhook-Signature": "v1,é"}), "wrong"),
        (
            sent(**{"Webhook-Signature": sent()["Webhook-Signature"].replace("v1,", "v1a,")}),
            "wrong",
        ),
    ],
)
def test_a_webhook_that_is_off_by_a_little_is_refused(headers, why):
    with pytest.raises(SignatureRefused) as refused:
        standard_webhook(headers, BODY, [SECRET], now=NOW)
    assert reason(refused) == why


def test_without_a_secret_nothing_is_good():
    with pytest.raises(SignatureRefused):
        standard_webhook(sent(secrets=()), BODY, [], now=NOW)
    with pytest.raises(SignatureRefused):
        shared_token("", [""])


@pytest.mark.parametrize("written", ["", "whsec_", "whsec_!", "c2hvcnQ=", "whsec_" + "A" * 400])
def test_a_secret_has_a_form(written):
    with pytest.raises(MappingInvalid, match="secret must be whsec_"):
        webhook_secret(written)


@given(
    st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()
    )
)
def test_whatever_the_headers_are_a_webhook_is_refused(headers):
    with pytest.raises(SignatureRefused):
        standard_webhook(headers, BODY, [SECRET], now=NOW)


def test_a_digest_of_the_body_may_be_written_in_two_ways():
    digest = hmac.digest(OTHER, BODY, "sha256")
    hmac_of_body(f"sha256={digest.hex()}", BODY, [SECRET, OTHER], prefix="sha256=")
    hmac_of_body(digest.hex().upper(), BODY, [OTHER])
    hmac_of_body(b64encode(digest).decode(), BODY, [OTHER])
    for signature, why in ((None, "missing"), ("", "missing"), (digest.hex()[:-1], "wrong")):
        with pytest.raises(SignatureRefused) as refused:
            hmac_of_body(signature, BODY, [OTHER])
        assert reason(refused) == why


def test_a_secret_that_is_sent_as_it_is():
    shared_token("open sesame", ["other", "open sesame"])
    for given_token, why in ((None, "missing"), ("open sesamé", "wrong")):
        with pytest.raises(SignatureRefused) as refused:
            shared_token(given_token, ["open sesame"])
        assert reason(refused) == why


def test_an_event_of_canvas_is_what_was_signed():
    assert canvas_payload(signed(), key_set(KEY)) == EVENT
    assert canvas_payload(signed() + b"\n", key_set(NEXT, KEY)) == EVENT


def test_a_large_event_is_one_event():
    large = {**EVENT, "body": {"x": "y" * 200_000}}
    assert canvas_payload(signed(large), key_set(KEY)) == large


def test_when_keys_change_the_new_one_is_not_known_until_they_are_fetched():
    token = signed(key=NEXT)
    with pytest.raises(SignatureRefused) as refused:
        canvas_payload(token, key_set(KEY))
    assert reason(refused) == "unknown-key"
    assert canvas_payload(token, key_set(KEY, NEXT)) == EVENT


def unsigned():
    parts = [{"alg": "none", "kid": KEY.kid}, EVENT]
    return (
        b".".join([urlsafe_b64encode(json.dumps(it).encode()).rstrip(b"=") for it in parts]) + b"."
    )


@pytest.mark.parametrize(
    ("token", "keys", "why"),
    [
        (signed(key=NEXT, kid="november"), key_set(KEY), "wrong"),
        (signed()[:-4] + b"AAAA", key_set(KEY), "wrong"),
        (signed(), {"keys": []}, "unknown-key"),
        (signed(), {}, "unknown-key"),
        (signed(), key_set(KEY, use="enc"), "unknown-key"),
        (signed(), key_set(KEY, alg="RS512"), "unknown-key"),
        (signed(), key_set(KEY, n="AQAB"), "unknown-key"),
        (signed(kid="weak"), key_set(WEAK), "unknown-key"),
        (signed(algorithm="RS512"), key_set(KEY), "malformed"),
        (signed(kid=""), key_set(KEY), "malformed"),
        (unsigned(), key_set(KEY), "malformed"),
        (b'{"metadata": {}}', key_set(KEY), "malformed"),
        (b"a.b.c", key_set(KEY), "malformed"),
        (b"", key_set(KEY), "malformed"),
        (b"x" * 2_000_000, key_set(KEY), "malformed"),
    ],
)
def test_an_event_of_canvas_that_is_not_signed_by_its_key_is_refused(token, keys, why):
    with pytest.raises(SignatureRefused) as refused:
        canvas_payload(token, keys)
    assert reason(refused) == why


def test_what_is_signed_must_be_json():
    with pytest.raises(EventInvalid):
        canvas_payload(signed(b"hello"), key_set(KEY))


@given(st.binary())
def test_whatever_is_sent_is_refused(token):
    with pytest.raises(SignatureRefused):
        canvas_payload(token, key_set(KEY))
