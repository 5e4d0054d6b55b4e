"""The versions of the standard that are spoken here.

1.0.3  https://github.com/adlnet/xAPI-Spec/tree/1.0.3
2.0.0  IEEE 9274.1.1-2023

Both side by side: a request is read by the rules of the version that it speaks, and its statements
are kept in one store. Every reader gets a statement as it is, whatever version either of them
speaks: newer statements must not be converted into a prior format (1.0.3, part 3, section 3.3),
clients of 1.0 are told to pass over properties that they do not know, and each statement says its
version. The one thing that differs is spelling: times are in UTC for all.
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
