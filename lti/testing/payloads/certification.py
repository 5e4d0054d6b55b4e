"""The twelve "known bad payloads" of the LTI Advantage Certification Guide, section 6.1.1."""

from collections.abc import Callable
from typing import Final

from lti import claims
from lti.testing.payloads.values import (
    GUIDE,
    Token,
    changing,
    claiming,
    lacking,
    without_inside,
)
from lti.testing.tokens import Genuine, put_together


def _without_kid(genuine: Genuine) -> str:
    header = genuine.header()
    del header["kid"]
    return put_together(header, genuine.claims, genuine.pem)


def _bad(name: str, changes: str, token: Callable[[Genuine], str]) -> Token:
    return Token(
        name=name,
        row="Cert 6.1.1",
        specification=GUIDE,
        changes=changes,
        token=token,
    )


KNOWN_BAD: Final = (
    _bad("no kid sent in jwt header", "the header has no kid", _without_kid),
    _bad(
        "incorrect kid in jwt header",
        "the header's kid is in nobody's key set",
        lambda genuine: genuine.by_hand(kid="imstester_66067"),
    ),
    _bad("wrong lti version", "the version is 11.3", claiming(claims.VERSION, "11.3")),
    _bad("no lti version", "there is no version", lacking(claims.VERSION)),
    _bad(
        "invalid lti message",
        'the payload is {"name": "badltilaunch"}',
        changing(lambda _: {"name": "badltilaunch"}),
    ),
    _bad(
        "missing lti claims",
        "message type, version and roles are left out",
        lacking(claims.MESSAGE_TYPE, claims.VERSION, claims.ROLES),
    ),
    _bad(
        "timestamps incorrect",
        "iat is 11111 and exp 22222",
        changing(lambda said: {**said, "iat": 11111, "exp": 22222}),
    ),
    _bad("message type claim missing", "there is no message type", lacking(claims.MESSAGE_TYPE)),
    _bad("role claim missing", "there are no roles, not even none", lacking(claims.ROLES)),
    _bad("deployment id claim missing", "there is no deployment", lacking(claims.DEPLOYMENT_ID)),
    _bad(
        "resource link id claim missing",
        "the resource link has no id",
        without_inside(claims.RESOURCE_LINK, "id"),
    ),
    _bad("user sub claim missing", "there is no sub", lacking("sub")),
)
