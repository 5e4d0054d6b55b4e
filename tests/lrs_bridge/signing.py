"""Signatures for tests: real keys, real certificates, real JSON Web Signatures."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.jwk import RSAKey

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
_NOW = datetime(2026, 11, 22, tzinfo=UTC)


@cache
def key(name: str) -> Any:
    """Return an RSA key; the same for the same name."""
    return generate_private_key(65537, 2048)


@cache
def elliptic_key() -> Any:
    """Return a key that no statement may be signed with."""
    return ec_key(SECP256R1())


def certificate(subject: str, issuer: str, subject_key: Any = None) -> x509.Certificate:
    """Return the certificate of `subject`'s key, signed by `issuer`'s."""

    def named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key((subject_key or key(subject)).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOW - timedelta(days=1))
        .not_valid_after(_NOW + timedelta(days=1))
    )
    return builder.sign(key(issuer), hashes.SHA256())


def written(one: x509.Certificate) -> str:
    """Return a certificate as x5c holds it."""
    return b64encode(one.public_bytes(Encoding.DER)).decode()


def signed(
    payload: Mapping[str, Any] | bytes | str,
    by: str = "ada",
    algorithm: str = "RS256",
    **header: Any,
) -> bytes:
    """Return a compact JWS of `payload`."""
    if isinstance(payload, Mapping):
        payload = json.dumps(payload)
    pem = key(by).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jws.serialize_compact(
        {"alg": algorithm, **header}, payload, RSAKey.import_key(pem), registry=registry
    ).encode()


def signature_attachment(signature: bytes, **overrides: Any) -> dict[str, Any]:
    """Return what a statement says of a signature that is attached to it."""
    return {
        "usageType": SIGNATURE,
        "display": {"en": "Signature"},
        "contentType": "application/octet-stream",
        "length": len(signature),
        "sha2": sha256(signature).hexdigest(),
        **overrides,
    }
