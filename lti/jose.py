"""The one seam to the JOSE library: sign, verify, import and export RSA keys.

Signatures are RS256 and nothing else, by Security Framework 1.0, section 5.1.3, step 6. What a
token's own header says about keys (`jwk`, `jku`, `x5c`, `x5u`) is never used.
"""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NoReturn

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.util import urlsafe_b64decode

from lti.errors import Worded

ALGORITHM: Final = "RS256"
LARGEST_TOKEN: Final = 256 * 1024  # bytes
LARGEST_HEADER: Final = 16 * 1024  # bytes, encoded; some hold chains of certificates (`x5c`)
SMALLEST_KEY: Final = 2048  # bits


class Unverifiable(Worded):
    """A token that cannot be trusted; `slug` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """Somebody's RSA verification key, parsed."""

    kid: str
    _key: RSAKey = field(repr=False)


_RS256: Final = jws.JWSRegistry(algorithms=[ALGORITHM]).get_alg(ALGORITHM)


def public_keys(key_set: object) -> Mapping[str, tuple[PublicKey, ...]]:
    """Return the usable keys of a JSON Web Key Set by `kid`, in order; a `kid` may have several.

    Keys that are not for RS256 signatures, are weaker than 2048 bits, broken or without a `kid` are
    passed over, as RFC 7517, section 5 advises.

    Raises:
        ValueError: if `key_set` is not a JSON Web Key Set at all.
    """
    entries = key_set.get("keys") if isinstance(key_set, dict) else None
    if not isinstance(entries, list):
        raise ValueError("not a JSON Web Key Set")
    found: dict[str, list[PublicKey]] = defaultdict(list)
    for entry in entries:
        key = _public_key(entry)
        if key is not None:
            found[key.kid].append(key)
    return {kid: tuple(keys) for kid, keys in found.items()}


def _public_key(entry: object) -> PublicKey | None:
    if not isinstance(entry, dict) or entry.get("kty") != "RSA":
        return None
    kid, n, e = entry.get("kid"), entry.get("n"), entry.get("e")
    if not (isinstance(kid, str) and kid and isinstance(n, str) and isinstance(e, str)):
        return None
    if entry.get("use", "sig") != "sig" or entry.get("alg", ALGORITHM) != ALGORITHM:
        return None
    n, e = n.rstrip("="), e.rstrip("=")  # 1EdTech's own sample pads, which RFC 7518 does not allow
    try:
        if int.from_bytes(urlsafe_b64decode(n.encode())).bit_length() < SMALLEST_KEY:
            return None
        return PublicKey(kid=kid, _key=RSAKey.import_key({"kty": "RSA", "n": n, "e": e}))
    except (JoseError, ValueError, IndexError):
        return None


def header(token: str) -> Mapping[str, Any]:
    """Return the header of a compact token; nothing in it is verified.

    Raises:
        Unverifiable: "id-token-malformed".
    """
    return _header(_parts(token)[0])


def unverified_claims(token: str) -> Mapping[str, Any]:
    """Return the claims of a compact token as `header` does: for choosing whose keys to try."""
    return _object_in(_parts(token)[1])


def _parts(token: str) -> Sequence[str]:
    parts = token.split(".") if len(token) <= LARGEST_TOKEN and token.isascii() else ()
    if len(parts) != 3:
        _malformed()
    return parts


@lru_cache(maxsize=64)
def _header(part: str) -> Mapping[str, Any]:
    """Read a header once: every token by one key of a platform's has the same."""
    return MappingProxyType(_object_in(part))


def _object_in(part: str) -> dict[str, Any]:
    try:
        return _strict_object(urlsafe_b64decode(part.encode()))
    except (ValueError, IndexError):
        _malformed()


def verified_claims(token: str, keys: Iterable[PublicKey]) -> dict[str, Any]:
    """Return the claims of `token` if one of `keys` signed it.

    Security Framework 1.0, section 5.1.3, steps 1 and 6:
    https://www.imsglobal.org/spec/security/v1p0/#authentication-response-validation

    Raises:
        Unverifiable: "id-token-malformed", "algorithm-refused" or "signature-invalid".
    """
    unverified = header(token)
    if unverified.get("alg") != ALGORITHM or unverified.keys() & {"crit", "b64"}:
        raise Unverifiable(
            "algorithm-refused",
            "The token must be signed with RS256 and without critical extensions.",
        )
    for key in keys:
        payload = _payload_signed_by(key, token)
        if payload is not None:
            try:
                return _strict_object(payload)
            except ValueError:
                _malformed()
    raise Unverifiable(
        "signature-invalid",
        "The token was not signed with the platform's key. "
        "An administrator should check the platform's key set URL.",
    )


def _payload_signed_by(key: PublicKey, token: str) -> bytes | None:
    signed, _, signature = token.encode().rpartition(b".")
    header_part, _, payload = signed.partition(b".")
    if len(header_part) > LARGEST_HEADER:
        return None
    try:
        is_good = _RS256.verify(signed, urlsafe_b64decode(signature), key._key)
        return urlsafe_b64decode(payload) if is_good else None
    except (JoseError, ValueError, TypeError):
        return None


def _malformed() -> NoReturn:
    raise Unverifiable("id-token-malformed", "The platform did not send a well-formed token.")


def _strict_object(text: bytes) -> dict[str, Any]:
    """Return the JSON object in `text`; ValueError for anything that two readers may read twice.

    Such are repeated members, numbers that are none, half characters, and nesting that exhausts
    the stack.
    """
    decoded = text.decode("utf-8")
    try:
        value = _STRICT.decode(decoded)
        if "\\u" in decoded:  # a lone surrogate can only be written as an escape
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is repeated")
    return members


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _not_a_number(digits)


def _not_a_number(text: str) -> NoReturn:
    raise ValueError("a number is out of range")


_STRICT: Final = json.JSONDecoder(
    object_pairs_hook=_distinct, parse_constant=_not_a_number, parse_float=_finite
)


def new_private_key() -> tuple[str, str]:
    """Return the `kid` (its RFC 7638 thumbprint) and the PEM of a new RSA key."""
    key = RSAKey.generate_key(SMALLEST_KEY)
    return key.thumbprint(), key.as_pem(private=True).decode()


class SigningKey:
    """An RSA key of ours and its `kid`, read from its PEM once.

    Reading and checking a PEM costs 50 times as much as signing, so keep it for as long as it
    signs.
    """

    def __init__(self, kid: str, private_pem: str) -> None:
        self._kid = kid
        self._key = RSAKey.import_key(private_pem)

    def public_jwk(self) -> dict[str, str]:
        """Return the public half as a JSON Web Key, with `kid`, `alg` and `use`.

        RFC 7517, section 4: https://www.rfc-editor.org/rfc/rfc7517#section-4
        """
        numbers = self._key.as_dict(private=False)
        return {
            "kty": "RSA",
            "n": str(numbers["n"]),
            "e": str(numbers["e"]),
            "kid": self._kid,
            "alg": ALGORITHM,
            "use": "sig",
        }

    def signed(self, claims: Mapping[str, Any]) -> str:
        """Return `claims` as a compact token signed with RS256.

        Security Framework 1.0, section 5.4: https://www.imsglobal.org/spec/security/v1p0/
        """
        return jws.serialize_compact(
            {"typ": "JWT", "alg": ALGORITHM, "kid": self._kid},
            json.dumps(claims, allow_nan=False, separators=(",", ":")),
            self._key,
            algorithms=[ALGORITHM],
        )


def public_jwk(kid: str, private_pem: str) -> dict[str, str]:
    """Return `SigningKey.public_jwk`, for whoever has a few keys and keeps none of them read."""
    return _signing_key(kid, private_pem).public_jwk()


def signed(claims: Mapping[str, Any], kid: str, private_pem: str) -> str:
    """Return `SigningKey.signed`, for whoever has a few keys and keeps none of them read."""
    return _signing_key(kid, private_pem).signed(claims)


_signing_key: Final = lru_cache(maxsize=64)(SigningKey)
