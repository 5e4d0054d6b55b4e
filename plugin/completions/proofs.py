"""Who sent it: each source proves itself by one of the ways that its system knows.

    canvas            the body is a token, signed with keys that the sender publishes and changes
    caliper           Authorization: Bearer <secret>, or the secret alone, as sensors send it
    webhook           standard-webhooks   webhook-id, -timestamp, -signature with a shared secret
                      hmac                a header with the HMAC-SHA256 of the body
                      bearer              Authorization: Bearer <secret>
                      basic               Authorization: Basic, with any user name
                      header              a header that is the secret

A secret that was replaced is good for a day more. Nothing here looks into the database, and the
one that fetches something (the keys of a sender) does so outside of any transaction.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import Any

from lrs_bridge.sources import signatures
from lrs_bridge.sources.errors import EventInvalid, MappingInvalid, SignatureRefused
from lrs_bridge.sources.payload import read_json
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.http import Http
from plugin.completions.errors import KeysUnavailable, PayloadInvalid, ProofRefused
from plugin.completions.model import SourceKind
from plugin.completions.sources import Proved

AUTHORIZATION = "authorization"


class Proof(StrEnum):
    """How a webhook proves itself."""

    STANDARD = "standard-webhooks"
    HMAC = "hmac"
    BEARER = "bearer"
    BASIC = "basic"
    HEADER = "header"


def check(
    source: Proved,
    headers: Mapping[str, str],
    body: bytes,
    key_sets: KeySets,
    *,
    now: datetime,
) -> Any:
    """Return the JSON that a request brings, once it is proved whose it is.

    Args:
        headers: names in any letter case.

    Raises:
        ProofRefused, PayloadInvalid, KeysUnavailable: what is wrong, and where.
    """
    headers = {name.lower(): value for name, value in headers.items()}
    try:
        if source.kind is SourceKind.CANVAS:
            return _signed_by_keys(source.configuration["key_set"], body, key_sets, now)
        _check_secret(source, headers, body, now)
        return read_json(body)
    except SignatureRefused as error:
        raise ProofRefused(str(error), _header_of(source)) from error
    except EventInvalid as error:
        raise PayloadInvalid(str(error), error.pointer) from error


def _check_secret(source: Proved, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    if source.kind is SourceKind.CALIPER:
        signatures.shared_token(_token(headers), source.secrets)
        return
    how = source.configuration["proof"]
    if how == Proof.STANDARD:
        usable = [each for each in source.secrets if is_usable(how, each)]
        secrets = [signatures.webhook_secret(each) for each in usable]
        signatures.standard_webhook(headers, body, secrets, now=now)
    elif how == Proof.HMAC:
        given = headers.get(source.configuration["header"].lower())
        prefix = source.configuration.get("prefix") or ""
        secrets = [each.encode() for each in source.secrets]
        signatures.hmac_of_body(given, body, secrets, prefix=prefix)
    elif how == Proof.BASIC:
        signatures.shared_token(_password(headers), source.secrets)
    elif how == Proof.HEADER:
        signatures.shared_token(headers.get(source.configuration["header"].lower()), source.secrets)
    else:
        signatures.shared_token(_token(headers), source.secrets)


def _header_of(source: Proved) -> str:
    """Return where the proof of a source's requests stands."""
    if source.kind is SourceKind.CANVAS:
        return ""
    how = source.configuration.get("proof")
    if how == Proof.STANDARD:
        return "webhook-signature"
    return str(source.configuration.get("header") or AUTHORIZATION)


def _token(headers: Mapping[str, str]) -> str | None:
    given = headers.get(AUTHORIZATION, "").strip()
    scheme, _, token = given.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else given or None


def _password(headers: Mapping[str, str]) -> str | None:
    scheme, _, encoded = headers.get(AUTHORIZATION, "").strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return b64decode(encoded.strip(), validate=True).decode().partition(":")[2] or None
    except (NotBase64, ValueError):
        return None


def is_usable(how: str, secret: str) -> bool:
    """Tell whether `secret` can be one of its kind."""
    if how != Proof.STANDARD:
        return bool(secret)
    try:
        signatures.webhook_secret(secret)
    except MappingInvalid:
        return False
    return True


@dataclass(slots=True)
class _Kept:
    """A key set as it was fetched."""

    keys: Mapping[str, Any] | None = None
    fetched_at: datetime | None = None
    tried_at: datetime | None = None
    fetching: Lock = field(default_factory=Lock)


class KeySets:
    """The key sets of senders, kept for a while; may be shared by threads.

    A key that is not in a set makes us fetch it again, but not for every made-up key. While a
    sender's key set cannot be had, the last one is used.
    """

    FRESH = timedelta(hours=1)
    STALE = timedelta(days=1)
    COOL_DOWN = timedelta(seconds=30)

    def __init__(self, http: Http) -> None:
        self._http = http
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()

    def of(self, url: str, now: datetime, *, anew: bool = False) -> Mapping[str, Any]:
        """Return the key set at `url`. May call it: hold no transaction open meanwhile.

        Args:
            anew: whether one that was fetched before lacks a key.

        Raises:
            KeysUnavailable: it cannot be had, and none is kept.
        """
        with self._lock:
            kept = self._kept.setdefault(url, _Kept())
        with kept.fetching:  # who comes meanwhile waits for what is fetched
            is_fresh = kept.fetched_at is not None and now - kept.fetched_at < self.FRESH
            may_try = kept.tried_at is None or now - kept.tried_at >= self.COOL_DOWN
            if may_try and (anew or not is_fresh):
                kept.tried_at = now
                self._fetch(kept, url, now)
        if kept.keys is None or kept.fetched_at is None or now - kept.fetched_at > self.STALE:
            raise KeysUnavailable(
                "The keys that sign these events could not be fetched; send again later. If it "
                "goes on, check the address of the keys in the source's settings."
            )
        return kept.keys

    def _fetch(self, kept: _Kept, url: str, now: datetime) -> None:
        try:
            keys = self._http.get(url).json()
        except (ServiceRefused, ServiceUnavailable):
            return
        if isinstance(keys, dict):
            kept.keys, kept.fetched_at = keys, now


def _signed_by_keys(url: str, body: bytes, key_sets: KeySets, now: datetime) -> Any:
    try:
        return signatures.canvas_payload(body, key_sets.of(url, now))
    except SignatureRefused as error:
        if error.reason != "unknown-key":
            raise
    return signatures.canvas_payload(body, key_sets.of(url, now, anew=True))
