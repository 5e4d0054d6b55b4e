"""Which modules are items of LTI tools, by how their platforms call them."""

from __future__ import annotations

import re

_IS_ONE = re.compile(
    # Moodle's activity "External tool", and Open edX's blocks for LTI.
    r"https?://.+/mod/lti/view\.php\?id=\d+|.+\btype@lti\w*[+@].*",
    re.IGNORECASE,
)
_MAY_BE_ONE = re.compile(r"https?://[^/]+/courses/\d+/assignments/\d+", re.IGNORECASE)


def is_lti_item(module: str) -> bool:
    """Tell whether a module's IRI says that it is an item of some LTI tool."""
    return _IS_ONE.fullmatch(module) is not None


def may_be_lti_item(module: str) -> bool:
    """Tell whether a module's IRI leaves open what it is: Canvas calls all assignments alike."""
    return is_lti_item(module) or _MAY_BE_ONE.fullmatch(module) is not None
