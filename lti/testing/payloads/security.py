"""The Security Framework 1.0, section 5.1.3: what its nine steps refuse, S1 to S9."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from cryptography.hazmat.primitives import hashes

from lti import jose
from lti.testing.payloads.values import STEPS, Token, changing, claiming, lacking
from lti.testing.tokens import (
    Genuine,
    put_together,
    stranger,
    unsigned,
    with_public_key_as_secret,
)

DAY: Final = 86400
FOREIGN: Final = "https://another-tool.example"


def _case(row: str, name: str, changes: str, token: Callable[[Genuine], str]) -> Token:
    return Token(name=name, row=row, specification=STEPS, changes=changes, token=token)


def _is(row: str, claim: str, what: str, value: Any) -> Token:
    return _case(row, f"{claim} {what}", f"{claim} is {json.dumps(value)}", claiming(claim, value))


def _tampered(genuine: Genuine) -> str:
    header, _, signature = genuine.signed().split(".")
    other = replace(genuine, claims={**genuine.claims, "sub": "somebody-else"})
    return f"{header}.{other.signed().split('.')[1]}.{signature}"


def _by_a_stranger(genuine: Genuine, **header: Any) -> str:
    return put_together(genuine.header(**header), genuine.claims, stranger()[1])


def _of_a_stranger(genuine: Genuine) -> str:
    kid, pem = stranger()
    return replace(genuine, kid=kid, pem=pem).signed()


def _by_its_header(**header: Any) -> Callable[[Genuine], str]:
    return lambda genuine: _by_a_stranger(genuine, **header)


def _with_key_along(genuine: Genuine) -> str:
    return _by_a_stranger(genuine, jwk=jose.public_jwk(*stranger()))


def _issuer(change: Callable[[str], Any]) -> Callable[[Genuine], str]:
    return changing(lambda said: {**said, "iss": change(str(said["iss"]))})


def _looks_alike(issuer: str) -> str:
    """Return the issuer with its first Latin a, c, e or o as the Cyrillic letter; or a dot more."""
    for latin, cyrillic in (("a", "а"), ("c", "с"), ("e", "е"), ("o", "о")):
        if latin in issuer.partition("//")[2]:
            scheme, slashes, rest = issuer.partition("//")
            return f"{scheme}{slashes}{rest.replace(latin, cyrillic, 1)}"
    return f"{issuer}."


def _other_scheme(issuer: str) -> str:
    scheme, colon, rest = issuer.partition(":")
    return f"{'http' if scheme == 'https' else 'https'}{colon}{rest}"


def _other_case(issuer: str) -> str:
    scheme, slashes, rest = issuer.partition("//")
    return f"{scheme}{slashes}{rest.upper()}" if rest.upper() != rest else issuer.upper()


def _audience(change: Callable[[str], Any], **more: str) -> Callable[[Genuine], str]:
    return changing(lambda said: {**said, "aud": change(said["aud"]), **more})


def _with_party(change: Callable[[str], Any]) -> Callable[[Genuine], str]:
    return changing(lambda said: {**said, "aud": change(said["aud"]), "azp": said["aud"]})


def _algorithm(name: str | None) -> Token:
    return _case(
        "S6",
        f"alg {name or 'null'}",
        f"the header's alg is {json.dumps(name)}; the signature is RS256",
        lambda genuine: genuine.by_hand(alg=name),
    )


def _honest_rs384(genuine: Genuine) -> str:
    header = genuine.header(alg="RS384")
    return put_together(header, genuine.claims, genuine.pem, hashes.SHA384())


def _number(claim: str, what: str, number: str) -> Token:
    def token(genuine: Genuine) -> str:
        payload = json.dumps({**genuine.claims, claim: "here"})
        return genuine.by_hand(payload.replace('"here"', number).encode())

    return _case("S7", f"{claim} {what}", f"{claim} is {number}, which JSON does not have", token)


def _after(claim: str, seconds: int, name: str, changes: str, row: str) -> Token:
    def token(genuine: Genuine) -> str:
        return replace(genuine, claims={**genuine.claims, claim: genuine.now + seconds}).signed()

    return _case(row, name, changes, token)


SECURITY: Final = (
    _case("S1", "tampered payload", "the payload is not what was signed", _tampered),
    _case("S1", "another key under the same kid", "somebody else signed it", _by_a_stranger),
    _case("S1", "another platforms key", "it is signed by a key of nobody's set", _of_a_stranger),
    _case("S1", "key in the header", "the key that signed it comes along (jwk)", _with_key_along),
    _case(
        "S1",
        "key set in the header",
        "the header says where the key that signed it is (jku)",
        _by_its_header(jku="https://attacker.example/jwks"),
    ),
    _case(
        "S1",
        "certificate in the header",
        "the header says where the certificate that signed it is (x5u)",
        _by_its_header(x5u="https://attacker.example/x5u"),
    ),
    _case("S2", "issuer with a slash", "iss has a slash more", _issuer(lambda iss: f"{iss}/")),
    _case("S2", "issuer in capitals", "iss is in capitals", _issuer(_other_case)),
    _case("S2", "issuer of another scheme", "iss is http, not https", _issuer(_other_scheme)),
    _case("S2", "issuer that looks alike", "iss has a Cyrillic letter", _issuer(_looks_alike)),
    _case("S2", "issuer a list", "iss is a list of the issuer", _issuer(lambda iss: [iss])),
    _case("S2", "issuer null", "iss is null", _issuer(lambda _: None)),
    _case("S2", "issuer missing", "there is no iss", lacking("iss")),
    _case("S3", "audience of another tool", "aud is foreign", _audience(lambda _: FOREIGN)),
    _case(
        "S3", "audience a list without us", "aud is a foreign list", _audience(lambda _: [FOREIGN])
    ),
    _case(
        "S3",
        "audience with a foreign one after us",
        "aud is a list of us and somebody whom the tool does not trust",
        _with_party(lambda ours: [ours, FOREIGN]),
    ),
    _case(
        "S3",
        "audience with a foreign one before us",
        "aud is a list of somebody whom the tool does not trust and us",
        _with_party(lambda ours: [FOREIGN, ours]),
    ),
    _case(
        "S3", "audience with a number", "aud is a list of us and 7", _with_party(lambda o: [o, 7])
    ),
    _case("S3", "audience a number", "aud is 1", _audience(lambda _: 1)),
    _case("S3", "audience empty", "aud is an empty list", _audience(lambda _: [])),
    _case("S3", "audience null", "aud is null", _audience(lambda _: None)),
    _case("S3", "audience an object", "aud is an object", _audience(lambda ours: {ours: 1})),
    _case("S3", "audience missing", "there is no aud", lacking("aud")),
    _case(
        "S4",
        "several audiences without azp",
        "aud is a list of two, and there is no azp",
        _audience(lambda ours: [ours, ours]),
    ),
    _is("S5", "azp", "of another tool", FOREIGN),
    _is("S5", "azp", "empty", ""),
    _is("S5", "azp", "null", None),
    _case(
        "S5", "azp a list", "azp is a list", changing(lambda said: {**said, "azp": [said["aud"]]})
    ),
    _case(
        "S6",
        "unsigned",
        "the header's alg is none, and there is no signature",
        lambda genuine: unsigned(genuine.header(alg="none"), genuine.claims),
    ),
    _case(
        "S6",
        "hs256 with the public key",
        "the signature is an HMAC with the public key for its secret",
        lambda genuine: with_public_key_as_secret(
            genuine.header(alg="HS256"), genuine.claims, genuine.pem
        ),
    ),
    _case("S6", "honest rs384", "it is signed with RS384", _honest_rs384),
    *(_algorithm(name) for name in ("none", "HS256", "RS384", "ES256", "PS256", "rs256", None)),
    _case(
        "S6",
        "critical extension",
        "the header has crit",
        lambda genuine: genuine.by_hand(crit=["exp"]),
    ),
    _case(
        "S6", "b64 false", "the header has b64 false", lambda genuine: genuine.by_hand(b64=False)
    ),
    _case("S7", "exp missing", "there is no exp", lacking("exp")),
    _is("S7", "exp", "null", None),
    _is("S7", "exp", "a string", "1795348800"),
    _is("S7", "exp", "a boolean", True),
    _is("S7", "exp", "a list", []),
    _is("S7", "exp", "negative", -1),
    _number("exp", "nan", "NaN"),
    _number("exp", "infinity", "Infinity"),
    _number("exp", "beyond numbers", "1e400"),
    _after("exp", -3600, "exp past", "exp was an hour ago", "S7"),
    _case("S8", "iat missing", "there is no iat", lacking("iat")),
    _is("S8", "iat", "null", None),
    _is("S8", "iat", "a string", "1795348800"),
    _is("S8", "iat", "a boolean", True),
    _is("S8", "iat", "a list", []),
    _after("iat", 3600, "iat in the future", "iat is an hour ahead", "S8"),
    _after("iat", -DAY, "iat a day old", "iat was a day ago; exp is ahead", "S8"),
    _case("S9", "nonce missing", "there is no nonce", lacking("nonce")),
    _is("S9", "nonce", "null", None),
    _is("S9", "nonce", "empty", ""),
    _is("S9", "nonce", "a number", 5),
    _case(
        "S9", "nonce a list", "nonce is a list", changing(lambda s: {**s, "nonce": [s["nonce"]]})
    ),
    _is("S9", "nonce", "of another login", "another-logins-nonce"),
    _is("S9", "nonce", "beyond ascii", "nöncé"),
)
