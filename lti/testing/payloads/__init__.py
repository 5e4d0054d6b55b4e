"""Launches and logins that a tool must refuse, and those that it must take, each by its name.

    BAD_TOKENS, GOOD_TOKENS     what the platform signs, or does not, in place of an id_token
    BAD_LOGINS, GOOD_LOGINS     what login initiation has in it
    BAD_POSTS                   who posts a genuine token, and how often

    token = named("roles a string").token(genuine)      a Genuine: `Platform.genuine`, or your own

Every entry says which section asks for it, what it changes and what a tool must answer.
`certification` is the Certification Guide's own list, `pylti1p3` what PyLTI1p3 was seen to get
wrong. `lti.testing.pytest_plugin` sends them to a tool.

The guide: https://www.imsglobal.org/spec/lti/v1p3/cert (sections 6.1.1 to 6.1.3)
"""

from lti.testing.payloads import pylti1p3
from lti.testing.payloads.accepted import GOOD_TOKENS
from lti.testing.payloads.certification import KNOWN_BAD
from lti.testing.payloads.core import CORE
from lti.testing.payloads.logins import BAD_LOGINS, GOOD_LOGINS
from lti.testing.payloads.malformed import MALFORMED
from lti.testing.payloads.posts import BAD_POSTS
from lti.testing.payloads.security import SECURITY
from lti.testing.payloads.values import Answer, Given, Login, Message, Post, Token

__all__ = [
    "BAD_LOGINS",
    "BAD_POSTS",
    "BAD_TOKENS",
    "CORE",
    "GOOD_LOGINS",
    "GOOD_TOKENS",
    "KNOWN_BAD",
    "MALFORMED",
    "SECURITY",
    "Answer",
    "Given",
    "Login",
    "Message",
    "Post",
    "Token",
    "named",
    "pylti1p3",
]

BAD_TOKENS: tuple[Token, ...] = (*KNOWN_BAD, *SECURITY, *CORE, *MALFORMED)
"""What a tool must refuse in place of an id_token."""

_TOKENS = {each.name: each for each in (*BAD_TOKENS, *GOOD_TOKENS)}


def named(name: str) -> Token:
    """Return the token with this name; KeyError if there is none."""
    return _TOKENS[name]
