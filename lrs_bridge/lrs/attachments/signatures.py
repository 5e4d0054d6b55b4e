"""Signed statements: what a signature must be to be stored (part 2, section 2.6).

A signature is an attachment whose content is a JWS in compact form. Its payload must be the
statement that it is attached to; if it names its certificates, it must be made with the first of
them, and each must vouch for the one before. This catches mistakes. Whether to trust the signer is
for whoever reads the statement to decide.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md#26-signed-statements
RFC 7515, sections 3.1 and 4.1.6
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Certificate, load_der_x509_certificate
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from lrs_bridge.errors import Malformed, StatementInvalid
from lrs_bridge.lrs.wire import read_json
from lrs_bridge.statement import equivalent
from lrs_bridge.validation import check_statement
from lrs_bridge.validation.rules import refuse
from lrs_bridge.version import Version

USAGE = "http://adlnet.gov/expapi/attachments/signature"
CONTENT_TYPE = "application/octet-stream"
ALGORITHMS = ("RS256", "RS384", "RS512")


class _Registry(jws.JWSRegistry):
    """What is read: as much as a long statement and a chain of certificates need."""

    max_header_length = 64 * 1024
    max_payload_length = 16 * 1024 * 1024
    max_signature_length = 8 * 1024


_registry = _Registry(algorithms=ALGORITHMS, strict_check_header=False)


def check_signature(
    statement: Mapping[str, Any], content: bytes | memoryview, version: Version
) -> None:
    """Check that `content` is a signature of a valid statement.

    Raises:
        StatementInvalid: saying what is wrong with it, without a pointer.
    """
    try:
        signature = jws.extract_compact(bytes(content), registry=_registry)
        algorithm = signature.headers().get("alg")
    except (JoseError, ValueError, AttributeError, RecursionError):
        raise refuse("is not a JSON Web Signature in compact form") from None
    if algorithm not in ALGORITHMS:
        raise refuse(f"must be signed by one of {', '.join(ALGORITHMS)}")
    if not signature.segments["signature"]:
        raise refuse("has no signature")
    _check_payload(statement, signature.payload, version)
    if "x5c" in signature.headers():
        _check_certificates(signature)


def _check_payload(statement: Mapping[str, Any], payload: bytes | None, version: Version) -> None:
    try:
        signed = read_json(str(payload or b"", "utf-8"))
        check_statement(signed, version)
    except (UnicodeDecodeError, Malformed):
        raise refuse("does not sign JSON") from None
    except StatementInvalid as error:
        raise refuse(f"signs a statement whose {error.pointer} {error.requirement}") from None
    if not equivalent(signed, statement, version):
        raise refuse("signs another statement than the one that it is attached to")


def _check_certificates(signature: jws.CompactSignature) -> None:
    try:
        chain = [_certificate(each) for each in signature.headers()["x5c"]]
        key = chain[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        verified = jws.validate_compact(signature, RSAKey.import_key(key), registry=_registry)
    except (JoseError, UnsupportedAlgorithm, ValueError, TypeError, LookupError):
        raise refuse("names no certificate of an RSA key in x5c") from None
    if not verified:
        raise refuse("is not made with the certificate that it names in x5c")
    try:
        for one, issuer in pairwise(chain):
            one.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        raise refuse("names certificates in x5c that do not vouch for one another") from None


def _certificate(text: Any) -> Certificate:
    """Return a certificate out of its DER in Base64 (not URL-safe, unlike the rest of a JWS)."""
    return load_der_x509_certificate(b64decode(text, validate=True))
