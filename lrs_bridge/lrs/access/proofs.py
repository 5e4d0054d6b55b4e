"""Whether a secret is the right one, and how often one may be wrong about it.

Secrets are kept as scrypt hashes. Verifying one costs some 50 ms, which an LMS that posts all day
would pay on every request; so a process remembers, for as long as it lives, a keyed digest of each
secret that it has found right, under the hash that it was found right for.

Nobody learns from the answer, nor from the time that it takes, which keys there are: a wrong secret
costs the same two hashes whether its key exists or not, and whether one or two secrets work.

Who guesses is slowed down for that key: ten tries, then one each six seconds, in each process; and
whoever tries one key after the other, for all of them together, or hashing would be all that the
process does. A secret that a process has found right before is not a guess, so an LMS at work is
never shut out by somebody who guesses; a right secret that is new to the process may have to be
sent again.
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from hashlib import blake2b
from math import ceil
from threading import Lock

from werkzeug.security import check_password_hash, generate_password_hash

from lrs_bridge.errors import TooManyRequests

TRIES = 10
SECONDS_A_TRY = 6
TRIES_OF_ALL = 100
SECONDS_A_TRY_OF_ALL = 1
"""Finding out a wrong secret takes a quarter of a second: guessing costs a quarter of a core."""

_MOST_SECRETS = 1000
_MOST_KEYS = 10_000
_AT_ONCE = 8  # hashes; each takes 32 MB


def hashed(secret: str) -> str:
    """Return what is kept of a secret."""
    return generate_password_hash(secret)


class Proofs:
    """What one process has found out about secrets."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._verified = _Verified()
        self._guesses = _Guesses()
        # Who tries the same key waits for the other: a right secret is hashed once, however many
        # threads begin with it.
        self._turns = tuple(Lock() for _ in range(_AT_ONCE))

    def matching(self, key: str, secret: str, kept: Sequence[str], now: datetime) -> int | None:
        """Return which of the hashes `kept` for a key, at most two, is that of `secret`, if any.

        Raises:
            TooManyRequests: if there were too many wrong secrets for this key.
        """
        digest = self._digest(secret)
        found = self._verified.among(kept, digest)
        if found is not None:
            return found
        name = self._digest(key)
        with self._turns[name[0] % _AT_ONCE]:
            found = self._verified.among(kept, digest)  # whoever had the turn before may know
            if found is None:
                self._guesses.take(name, now)
                found = _slowly(secret, kept)
                if found is not None:
                    self._guesses.was_none(name)
                    self._verified.add(kept[found], digest)
        return found

    def _digest(self, text: str) -> bytes:
        return blake2b(text.encode(), key=self._key, digest_size=32).digest()


def _slowly(secret: str, kept: Sequence[str]) -> int | None:
    """Return which hash is that of `secret`; if none is, it has taken two hashes to find out."""
    padded = (*kept, *[_hash_of_nothing()] * (2 - len(kept)))
    return next((at for at, each in enumerate(padded) if check_password_hash(each, secret)), None)


@cache
def _hash_of_nothing() -> str:
    """Return a hash that no secret has."""
    return hashed(secrets.token_urlsafe())


class _Verified:
    """Digests of secrets that were found right, each under the hash it was found right for."""

    def __init__(self) -> None:
        self._digests: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def among(self, kept: Sequence[str], digest: bytes) -> int | None:
        for at, each in enumerate(kept):
            known = self._digests.get(each)
            if known is not None and hmac.compare_digest(known, digest):
                return at
        return None

    def add(self, kept: str, digest: bytes) -> None:
        with self._lock:
            self._digests[kept] = digest
            while len(self._digests) > _MOST_SECRETS:
                self._digests.popitem(last=False)


class _Guesses:
    """When all tries will be there again, each key's and all keys' together, in s since 1970."""

    def __init__(self) -> None:
        self._full: OrderedDict[bytes, float] = OrderedDict()
        self._full_of_all = 0.0
        self._lock = Lock()

    def take(self, name: bytes, now: datetime) -> None:
        """Take one try.

        Raises:
            TooManyRequests: if there is none left.
        """
        with self._lock:
            at = now.timestamp()
            full = max(self._full.get(name, 0), at) + SECONDS_A_TRY
            _insist_on(at + TRIES * SECONDS_A_TRY - full, "for this key")
            of_all = max(self._full_of_all, at) + SECONDS_A_TRY_OF_ALL
            _insist_on(at + TRIES_OF_ALL * SECONDS_A_TRY_OF_ALL - of_all, "for all keys together")
            self._full_of_all = of_all
            self._full[name] = full
            self._full.move_to_end(name)
            while len(self._full) > _MOST_KEYS:
                self._full.popitem(last=False)

    def was_none(self, name: bytes) -> None:
        """Give the last try of all back, and all that were taken for the key."""
        with self._lock:
            self._full.pop(name, None)
            self._full_of_all -= SECONDS_A_TRY_OF_ALL


def _insist_on(left: float, which: str) -> None:
    """Insist on some seconds' worth of tries left."""
    if left < 0:
        raise TooManyRequests(
            f"Too many wrong secrets were sent {which}. Try again in {ceil(-left)} s.",
            ceil(-left),
        )
