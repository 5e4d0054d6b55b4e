"""Is this token the platform's answer to a login that this browser began with us?

The nine steps of Security Framework 1.0, section 5.1.3, and the binding to state and browser:
https://www.imsglobal.org/spec/security/v1p0/#authentication-response-validation
"""

import secrets
from typing import Final, NoReturn

from lti import jose
from lti.checking import MALFORMED, SECURITY, Presented, check, refuse
from lti.login import browser_digest

LEEWAY: Final = 60  # s; "no more than a few minutes" (step 7); launches fail at 0.15 s without any
OLDEST: Final = 3600  # s since a token was issued
LATEST: Final = 253402300800  # s; the end of year 9999, the last that a datetime can hold

_STEPS: Final = SECURITY + "#authentication-response-validation"


@check("state", "https://www.rfc-editor.org/rfc/rfc6749#section-10.12")
def state(launch: Presented) -> None:
    """The state is ours, unspent and unexpired (RFC 6749, section 10.12)."""
    if launch.login is None:
        refuse(
            "state-unknown",
            "This launch was already used or was not begun here. "
            "Go back to the course and open this page again.",
        )
    if launch.now >= launch.login.expires_at:
        refuse(
            "state-expired",
            "Signing in took too long. Go back to the course and open this page again.",
        )


@check("browser", "https://www.rfc-editor.org/rfc/rfc6749#section-10.12")
def browser(launch: Presented) -> None:
    """The browser that finishes is the browser that began (RFC 6749, section 10.12)."""
    if not launch.browser:
        refuse(
            "browser-unknown",
            "Your browser did not keep what it needs to sign in inside this frame. "
            "Open this page in a new tab.",
        )
    if not secrets.compare_digest(browser_digest(launch.browser), launch.pending.browser_digest):
        refuse(
            "browser-mismatch",
            "This launch was begun in another browser. "
            "Go back to the course and open this page again.",
        )


@check("registration", "https://www.rfc-editor.org/rfc/rfc9700#section-4.4")
def registration(launch: Presented) -> None:
    """The login began at the registration that now answers (RFC 9700, section 4.4: mix-up)."""
    if launch.pending.registration_id != launch.registration.id:
        refuse(
            "registration-mismatch",
            "This launch answers another platform. Go back to the course and open this page again.",
        )


@check("key", SECURITY + "#message-security-and-message-signing")
def key(launch: Presented) -> None:
    """The header names, by `kid`, a key in this registration's key set (section 5.1.3, step 1)."""
    kid = _header(launch).get("kid")
    if not isinstance(kid, str) or not kid:
        refuse("kid-missing", "The platform's token does not name its key (kid).")
    if not launch.keys:
        refuse(
            "kid-unknown",
            "The platform signed with a key that is not in its key set. "
            "An administrator should check the platform's key set URL.",
        )


@check("signature", _STEPS)
def signature(launch: Presented) -> None:
    """One of those keys signed the token, with RS256 (steps 1 and 6); claims follow."""
    try:
        launch.claims = jose.verified_claims(launch.id_token, launch.keys)
    except jose.Unverifiable as error:
        _refuse_token(error)


@check("issuer", _STEPS)
def issuer(launch: Presented) -> None:
    """`iss` is exactly the registered issuer (step 2)."""
    if launch.claims.get("iss") != launch.registration.issuer:
        refuse(
            "issuer-mismatch",
            "The token's issuer is not the one that is registered, to the letter. "
            "An administrator should compare them.",
        )


@check("audience", _STEPS)
def audience(launch: Presented) -> None:
    """`aud` holds our client id, and nobody whom we do not trust (step 3)."""
    named = launch.claims.get("aud")
    audiences = named if isinstance(named, list) else [named]
    ours = launch.registration.client_id
    if ours not in audiences:
        refuse("audience-mismatch", "The token is not meant for this tool's client id.")
    trusted = {ours, *launch.registration.trusted_audiences}
    if not all(isinstance(each, str) and each in trusted for each in audiences):
        refuse("audience-untrusted", "The token is also meant for parties that we do not trust.")


@check("authorized party", _STEPS)
def authorized_party(launch: Presented) -> None:
    """`azp`, when present or when there are several audiences, is our client id (steps 4, 5)."""
    several = isinstance(launch.claims.get("aud"), list) and len(launch.claims["aud"]) > 1
    if "azp" not in launch.claims:
        if several:
            refuse("authorized-party-missing", "The token names several audiences but no azp.")
        return
    if launch.claims["azp"] != launch.registration.client_id:
        refuse("authorized-party-mismatch", "The token was issued to another client id (azp).")


@check("expiry", _STEPS)
def expiry(launch: Presented) -> None:
    """`exp` is a number and lies ahead, give or take the leeway (step 7)."""
    expires = _seconds(launch, "exp")
    if launch.now.timestamp() >= expires + LEEWAY:
        refuse(
            "token-expired",
            "The platform's token has expired. Go back to the course and open this page again. "
            "An administrator should compare the platform's clock with the tool's.",
        )


@check("issued at", _STEPS)
def issued_at(launch: Presented) -> None:
    """`iat` is a number, not ahead of us and not long past (step 8)."""
    age = launch.now.timestamp() - _seconds(launch, "iat")
    if age < -LEEWAY:
        refuse(
            "token-from-the-future",
            "The platform's token was issued in the future. "
            "An administrator should compare the platform's clock with the tool's.",
        )
    if age > OLDEST:
        refuse(
            "token-too-old",
            "The platform's token is too old. Go back to the course and open this page again. "
            "An administrator should compare the platform's clock with the tool's.",
        )


@check("nonce", _STEPS)
def nonce(launch: Presented) -> None:
    """`nonce` is the one that was issued together with this state (step 9)."""
    presented = launch.claims.get("nonce")
    if not isinstance(presented, str) or not presented:
        refuse("nonce-missing", "The platform's token has no nonce.")
    if not secrets.compare_digest(presented.encode(), launch.pending.nonce.encode()):
        refuse(
            "nonce-mismatch",
            "The platform's token answers another login. "
            "Go back to the course and open this page again.",
        )


@check("single use", _STEPS)
def single_use(launch: Presented) -> None:
    """State and nonce are spent, now and only once (step 9); last, so that only a genuine and
    complete launch can spend them.
    """
    if not launch.spend():
        refuse(
            "launch-replayed",
            "This launch was already used. Go back to the course and open this page again.",
        )


def _refuse_token(error: jose.Unverifiable) -> NoReturn:
    """Refuse a token: one that is none says nothing about who sent it."""
    malformed = error.slug == "id-token-malformed"
    status = MALFORMED if malformed else None
    refuse(error.slug, error.template, error.values, status=status)


def _header(launch: Presented) -> dict[str, object]:
    try:
        return dict(jose.header(launch.id_token))
    except jose.Unverifiable as error:
        _refuse_token(error)


def _seconds(launch: Presented, claim: str) -> float:
    """Return a claim that is a NumericDate (RFC 7519, section 2)."""
    value = launch.claims.get(claim)
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_date(value):
        refuse(
            f"{claim}-malformed",
            "The platform's token has no usable time in %(claim)s.",
            {"claim": claim},
        )
    return float(value)


def _is_date(seconds: float) -> bool:
    return 0 <= seconds < LATEST
