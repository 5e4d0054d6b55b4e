"""A resource: an address and what can be done there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response

from lrs_bridge.lrs.http.asked import Asked

CREDENTIAL = "lrs credential"
ANYONE = "anyone"

Answer = Callable[[Asked], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of the standard.

    Attributes:
        methods: what answers each method; HEAD is answered as GET.
        requires: who may ask, for the application's test that every route says so.
        versioned: whether a request must say which version it speaks.
    """

    path: str
    methods: Mapping[str, Answer]
    requires: str = CREDENTIAL
    versioned: bool = True

    @property
    def name(self) -> str:
        """Return the name of its endpoint."""
        return self.path.strip("/").replace("/", "_").replace(".", "_")

    @property
    def allowed(self) -> tuple[str, ...]:
        """Return the methods that it has, as the header Allow lists them."""
        head = ("HEAD",) if "GET" in self.methods else ()
        return (*self.methods, *head, "OPTIONS")
