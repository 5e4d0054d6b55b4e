"""What PyLTI1p3 2.0.0, and its fork pylti1p3next 2.0.2, were seen to do: by the pack's names.

Found by probing both in November 2026.
"""

from typing import Final

ACCEPTS: Final = (
    "the same post twice",
    "the same nonce for somebody else",
    "exp missing",
    "iat missing",
    "iat a day old",
    "roles a string",
    "sub of 300 characters",
    "target link uri missing",
    "target link uri foreign",
    "audience with a foreign one after us",
    "azp of another tool",
)
"""Taken, and should not be."""

REFUSES: Final = ("client id after an audience that we trust", "clock two seconds fast")
"""Refused, and should not be."""

BREAKS: Final = (
    "resource link null",
    "resource link a string",
    "payload a list",
    "login from a stranger",
)
"""Answered with an exception of no particular kind: 500."""
