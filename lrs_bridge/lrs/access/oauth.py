"""Access tokens for credentials: OAuth 2.0, the grant of client credentials.

A token is 256 random bits, of which a digest is kept; why is told in docs/adr/0012.

https://datatracker.ietf.org/doc/html/rfc6749#section-4.4
https://datatracker.ietf.org/doc/html/rfc6750
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from lrs_bridge.errors import TokenRefused
from lrs_bridge.lrs.access.authentication import token_digest
from lrs_bridge.lrs.access.credentials import Credential, Scope
from lrs_bridge.lrs.tables import token

LASTS = timedelta(hours=1)

# LinkedIn Learning calls them so, in whatever store it pushes to:
# https://learn.microsoft.com/linkedin/learning/integrations/xapi
_ALSO_CALLED = {
    "xapi:write": Scope.STATEMENTS_WRITE,
    "xapi:read": Scope.STATEMENTS_READ,
    "xapi:all": Scope.ALL,
}
_CALLED = {**{scope.value: scope for scope in Scope}, **_ALSO_CALLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """An access token that was given.

    Attributes:
        token: the token, which is nowhere else.
        seconds: how long it works, if nothing happens to its credential.
        scope: how far it reaches, as the client called it.
    """

    token: str
    seconds: int
    scope: str


def give_token(session: Session, holder: Credential, asked: str | None, now: datetime) -> Grant:
    """Return a new access token for a credential that was proved by its secret.

    It stops to work together with that secret, and with the credential. Tokens past their time are
    forgotten here, those of all credentials.

    Args:
        asked: the scopes that it is to have, separated by spaces; None: all that `holder` has.
            (The standard presumes two of them then, for tokens that a person agrees to by OAuth
            1.0; here an operator has decided how far the credential reaches.)

    Raises:
        TokenRefused: if that is not a list of scopes, or goes beyond those of `holder`.
    """
    scopes = holder.scopes if asked is None else _read(asked)
    if not all(any(had.includes(scope) for had in holder.scopes) for scope in scopes):
        raise TokenRefused("invalid_scope", "The credential does not reach so far.")
    until = min(now + LASTS, holder.until or now + LASTS)
    session.execute(delete(token).where(token.c.expires_at <= now))
    text = secrets.token_urlsafe(32)
    session.execute(
        insert(token).values(
            digest=token_digest(text),
            credential_id=holder.id,
            rotation=holder.rotation,
            scopes=" ".join(sorted(scopes)),
            expires_at=until,
        )
    )
    return Grant(
        token=text,
        seconds=int((until - now).total_seconds()),
        scope=asked or " ".join(sorted(scopes)),
    )


def _read(asked: str) -> frozenset[Scope]:
    """Return the scopes that a client calls so."""
    names = asked.split(" ")
    if not all(name in _CALLED for name in names):
        raise TokenRefused(
            "invalid_scope", f"The scopes are {', '.join(_CALLED)}, separated by one space."
        )
    return frozenset(_CALLED[name] for name in names)
