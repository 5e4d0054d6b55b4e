"""By what an event is known to be of its source. Nothing is fetched or remembered here.

* Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
* Canvas's Live Events: a compact JWS (RFC 7515) around the event, RS256, with keys that change.
* An HMAC of the body in a header, or a secret in one, for systems that can do no more.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode, urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from lrs_bridge.sources.errors import EventInvalid, MappingInvalid, SignatureRefused
from lrs_bridge.sources.payload import listed, mapping, read_json, text

TOLERANCE: Final = timedelta(minutes=5)
LARGEST: Final = 1024 * 1024  # bytes of a signed event
_SMALLEST_KEY: Final = 2048  # bits of RSA
_SMALLEST_SECRET, _LARGEST_SECRET = 24, 64  # bytes, as Standard Webhooks has them


def webhook_secret(written: str) -> bytes:
    """Return the secret that is written as "whsec_" and base64.

    Raises:
        MappingInvalid: if it is not.
    """
    try:
        secret = b64decode(written.strip().removeprefix("whsec_"), validate=True)
    except (NotBase64, ValueError):
        secret = b""
    if not _SMALLEST_SECRET <= len(secret) <= _LARGEST_SECRET:
        raise MappingInvalid("secret", "must be whsec_ and 24 to 64 bytes in base64")
    return secret


def standard_webhook(
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[bytes],
    *,
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> str:
    """Return the id of a webhook whose signature is good: to use one id once is the caller's.

    Args:
        headers: names in any letter case.
        body: exactly as it came.
        secrets: any of them may have signed, so that they can be changed without a gap.
        now: aware.
        tolerance: how far the time of sending may be from now.

    Raises:
        SignatureRefused: in all other cases.
    """
    given = {name.lower(): value for name, value in headers.items()}
    id, sent_at, signatures = (
        given.get(f"webhook-{it}") for it in ("id", "timestamp", "signature")
    )
    if not id or not sent_at or not signatures:
        raise SignatureRefused(
            "missing", "The headers webhook-id, webhook-timestamp and webhook-signature are needed."
        )
    _check_time(sent_at, now, tolerance)
    signed = b".".join((id.encode("utf-8", "replace"), sent_at.encode(), body))
    wanted = [b64encode(hmac.digest(secret, signed, "sha256")) for secret in secrets]
    offered = [it.partition(",")[2] for it in signatures.split() if it.startswith("v1,")]
    if not _any_equal(offered, wanted):
        raise SignatureRefused("wrong", "No signature of the webhook is by a secret of ours.")
    return id


def hmac_of_body(
    signature: str | None, body: bytes, secrets: Sequence[bytes], *, prefix: str = ""
) -> None:
    """Check the HMAC-SHA256 of a body, in hexadecimal digits or base64.

    Args:
        signature: what the header says.
        prefix: what stands before the digits, such as "sha256=".

    Raises:
        SignatureRefused: if no secret gives it.
    """
    if not signature:
        raise SignatureRefused("missing", "The header with the signature is missing.")
    digests = [hmac.digest(secret, body, "sha256") for secret in secrets]
    wanted = [it for digest in digests for it in (digest.hex().encode(), b64encode(digest))]
    plain = signature.strip().removeprefix(prefix)
    if not _any_equal([plain, plain.lower()], wanted):
        raise SignatureRefused("wrong", "The signature of the event is not by a secret of ours.")


def shared_token(given: str | None, tokens: Sequence[str]) -> None:
    """Check a secret that is sent as it is.

    Raises:
        SignatureRefused: if it is none of `tokens`.
    """
    if not given:
        raise SignatureRefused("missing", "The secret of the source is missing.")
    if not _any_equal([given], [token.encode() for token in tokens]):
        raise SignatureRefused("wrong", "The secret is not one that we gave to the source.")


def canvas_payload(token: bytes, key_set: Mapping[str, Any]) -> Any:
    """Return the event that is signed in `token`.

    Args:
        token: the body of the request.
        key_set: a JSON Web Key Set (RFC 7517) as it was fetched; keys that are not for this, or
            are weaker than 2048 bits, are passed over.

    Raises:
        SignatureRefused: "unknown-key" if the set lacks the key: fetch it anew, but not for every
            such token, since anybody can make one up.
        EventInvalid: if what is signed is not JSON.
    """
    if len(token) > LARGEST:
        raise SignatureRefused("malformed", "The signed event is too large.")
    token = token.strip().strip(b'"')
    header = _header(token)
    kid = text(header.get("kid"))
    if header.get("alg") != "RS256" or kid is None or header.keys() & {"crit", "b64"}:
        raise SignatureRefused("malformed", "Events must be signed with RS256 and name their key.")
    keys = list(_keys(key_set, kid))
    if not keys:
        raise SignatureRefused("unknown-key", "The event is signed with a key that is not known.")
    for key in keys:
        try:
            return read_json(jws.deserialize_compact(token, key, registry=_REGISTRY).payload)
        except (JoseError, ValueError, TypeError, IndexError):
            continue
    raise SignatureRefused("wrong", "The event was not signed by the key that it names.")


class _Registry(jws.JWSRegistry):
    """The library's bounds, made to fit events."""

    max_header_length = 16 * 1024
    max_payload_length = LARGEST


_REGISTRY: Final = _Registry(algorithms=["RS256"], strict_check_header=False)


def _header(token: bytes) -> Mapping[str, Any]:
    parts = token.split(b".")
    if len(parts) == 3:
        try:
            return mapping(read_json(urlsafe_b64decode(parts[0] + b"=" * (-len(parts[0]) % 4))))
        except (NotBase64, ValueError, EventInvalid):
            pass
    raise SignatureRefused("malformed", "The body must be a signed event: three parts, two dots.")


def _keys(key_set: Mapping[str, Any], kid: str) -> Iterable[RSAKey]:
    for entry in listed(mapping(key_set).get("keys")):
        said = mapping(entry)
        n, e = text(said.get("n")), text(said.get("e"))
        if said.get("kid") != kid or said.get("kty") != "RSA" or n is None or e is None:
            continue
        if said.get("use", "sig") != "sig" or said.get("alg", "RS256") != "RS256":
            continue
        n, e = n.rstrip("="), e.rstrip("=")
        try:
            if _bits(n) >= _SMALLEST_KEY:
                yield RSAKey.import_key({"kty": "RSA", "n": n, "e": e})
        except (JoseError, ValueError, IndexError, TypeError):
            continue


def _bits(number: str) -> int:
    return int.from_bytes(urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()


def _check_time(sent_at: str, now: datetime, tolerance: timedelta) -> None:
    if not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) <= 11):
        raise SignatureRefused("malformed", "webhook-timestamp must be seconds since 1970.")
    sent = datetime.fromtimestamp(int(sent_at), UTC)
    if sent < now - tolerance:
        raise SignatureRefused("too-old", "The webhook was sent too long ago.")
    if sent > now + tolerance:
        raise SignatureRefused("too-new", "The webhook was sent in the future: compare the clocks.")


def _any_equal(offered: Iterable[str], wanted: Sequence[bytes]) -> bool:
    """Compare all with all, in a time that tells nothing of how much was equal."""
    digests = [sha256(it).digest() for it in wanted]
    found = [
        hmac.compare_digest(sha256(one.encode("utf-8", "replace")).digest(), other)
        for one in offered
        for other in digests
    ]
    return any(found)
