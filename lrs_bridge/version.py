"""The versions of the standard that are spoken here.

1.0.3  https://github.com/adlnet/xAPI-Spec/tree/1.0.3
2.0.0  IEEE 9274.1.1-2023
"""

from __future__ import annotations

import re
from enum import StrEnum


class Version(StrEnum):
    """A version whose rules are kept here, by its latest patch."""

    V1_0 = "1.0.3"
    V2_0 = "2.0.0"


_PATCHES_OF = {
    Version.V1_0: re.compile(r"1\.0(\.\d{1,9})?", re.ASCII),
    Version.V2_0: re.compile(r"2\.0(\.\d{1,9})?", re.ASCII),
}


def named(given: str | None) -> Version | None:
    """Return the version that the value of a header or a statement's `version` stands for."""
    for version, patches in _PATCHES_OF.items():
        if given is not None and patches.fullmatch(given):
            return version
    return None
