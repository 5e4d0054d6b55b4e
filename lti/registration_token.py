"""What a registration token says of itself, for people to see: nothing is let in by it.

To a tool the token is opaque. Moodle's is a JWT with the client id that the registration will have,
a new one (scope "reg") or the one that is brought up to date ("reg-update").
"""

from lti import jose, reading


def announced_client_id(token: str | None) -> str | None:
    """Return the client id that a token announces; None if it says nothing of the kind."""
    try:
        said = jose.unverified_claims(token or "")
    except jose.Unverifiable:
        return None
    scope = said.get("scope")
    return reading.identifier(said.get("sub")) if scope in ("reg", "reg-update") else None
