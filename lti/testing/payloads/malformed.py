"""What is no token, and tokens whose payload is not one clear JSON object."""

from collections.abc import Callable
from typing import Final

from lti.testing.payloads.values import Token
from lti.testing.tokens import Genuine

_JWS: Final = "https://www.rfc-editor.org/rfc/rfc7515#section-5.2"
_JWT: Final = "https://www.rfc-editor.org/rfc/rfc7519#section-7.2"
HUGE: Final = 256 * 1024 + 1


def _text(name: str, token: Callable[[Genuine], str]) -> Token:
    return Token(
        name=f"token {name}",
        row="4.4",
        specification=_JWS,
        changes=f"in place of a token: {name}",
        token=token,
    )


def _same(text: str) -> Callable[[Genuine], str]:
    return lambda genuine: text


def _padded(genuine: Genuine) -> str:
    header, payload, signature = genuine.signed().split(".")
    return f"{header}.{payload}=.{signature}"


def _beyond_ascii(genuine: Genuine) -> str:
    _, payload, signature = genuine.signed().split(".")
    return f"é.{payload}.{signature}"


def _payload(name: str, changes: str, payload: bytes) -> Token:
    return Token(
        name=f"payload {name}",
        row="4.4",
        specification=_JWT,
        changes=f"the payload is {changes}",
        token=lambda genuine: genuine.by_hand(payload),
    )


MALFORMED: Final = (
    _text("of a dot", _same(".")),
    _text("of two dots", _same("..")),
    _text("of a word", _same("abc")),
    _text("of three words", _same("a.b.c")),
    _text("of two parts", lambda genuine: genuine.signed().rpartition(".")[0]),
    _text("of four parts", lambda genuine: f"{genuine.signed()}.x"),
    _text("of five parts", lambda genuine: f"{genuine.signed()}.x.y"),
    _text("with padding", _padded),
    _text("beyond ascii", _beyond_ascii),
    _text("of 256 kilobytes", _same("x" * HUGE)),
    _payload("a list", "a list", b"[]"),
    _payload("a string", "a string", b'"text"'),
    _payload("null", "null", b"null"),
    _payload("half an object", "half an object", b"{"),
    _payload("not unicode", "not UTF-8", b"\xff\xfe"),
    Token(
        name="payload with a member twice",
        row="4.4",
        specification=_JWT,
        changes="the payload has iss twice",
        token=lambda genuine: genuine.by_hand(
            f'{{"iss": "{genuine.claims["iss"]}", "iss": "{genuine.claims["iss"]}"}}'.encode()
        ),
    ),
    _payload("with half a character", "half a surrogate pair", b'{"name": "\\ud800"}'),
    _payload("of objects in objects", "5,000 deep", b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
    _payload("of lists in lists", "90,000 deep", b"[" * 90_000 + b"]" * 90_000),
    _payload(
        "with a number of digits", "a number of 5,000 digits", b'{"exp": ' + b"9" * 5_000 + b"}"
    ),
)
