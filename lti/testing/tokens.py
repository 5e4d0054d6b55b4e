"""Tokens, genuine and put together by hand: with any header, any payload, any key."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lti import jose
from lti.testing.values import Claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Genuine:
    """What a platform would sign for one launch: its claims, its key, and what time it is there.

    `now` is in seconds since 1970.
    """

    claims: Claims
    kid: str
    pem: str = field(repr=False)
    now: int

    @property
    def client_id(self) -> str:
        """The tool's client id."""
        return str(self.claims["aud"])

    def signed(self) -> str:
        """Return the token as it should be."""
        return jose.signed(self.claims, self.kid, self.pem)

    def header(self, **changes: Any) -> dict[str, Any]:
        """Return the header of the token as it should be, with `changes`."""
        return {"typ": "JWT", "alg": "RS256", "kid": self.kid, **changes}

    def by_hand(self, payload: Any = None, **header: Any) -> str:
        """Return a token with the platform's signature under any payload and header."""
        return put_together(
            self.header(**header), self.claims if payload is None else payload, self.pem
        )


def put_together(
    header: Mapping[str, Any],
    payload: Any,
    pem: str,
    algorithm: hashes.HashAlgorithm | None = None,
) -> str:
    """Return a token that is RSA-signed whatever its header says; `payload` is JSON, or bytes."""
    message = _message(header, payload)
    signature = _private_key(pem).sign(message, padding.PKCS1v15(), algorithm or hashes.SHA256())
    return (message + b"." + encoded(signature)).decode()


def with_public_key_as_secret(header: Mapping[str, Any], payload: Any, pem: str) -> str:
    """Return a token whose HMAC has the public key, which anybody can fetch, for its secret."""
    public = _private_key(pem).public_key()
    secret = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    message = _message(header, payload)
    return (message + b"." + encoded(hmac.digest(secret, message, hashlib.sha256))).decode()


def unsigned(header: Mapping[str, Any], payload: Any) -> str:
    """Return a token without a signature."""
    return _message(header, payload).decode() + "."


@cache
def stranger() -> tuple[str, str]:
    """Return `kid` and PEM of a key that no platform publishes, the same for a whole run."""
    return jose.new_private_key()


def encoded(data: bytes) -> bytes:
    """Return `data` in the alphabet of tokens."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _message(header: Mapping[str, Any], payload: Any) -> bytes:
    if not isinstance(payload, bytes):
        payload = json.dumps(payload).encode()
    return encoded(json.dumps(header).encode()) + b"." + encoded(payload)


@cache
def _private_key(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("an RSA key is needed")
    return key
