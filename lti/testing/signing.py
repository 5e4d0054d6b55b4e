"""The keys that a platform signs with, one after the other where the product rotates them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import RLock

from lti import jose

Key = tuple[str, str]
"""`kid` and PEM of an RSA key."""


class SigningKeys:
    """A key that signs, and the one before, which may have signed what is still on its way.

    `lasting` is how long a key signs; None: until it is replaced.
    """

    def __init__(
        self,
        lock: RLock,
        clock: Callable[[], datetime],
        *,
        lasting: timedelta | None,
        first: Key | None,
    ) -> None:
        self._lock = lock
        self._clock = clock
        self._lasting = lasting
        self._published = [first or jose.new_private_key()]
        self._since = clock()

    @property
    def signing(self) -> Key:
        """The key that signs now."""
        return self.published[0]

    @property
    def published(self) -> tuple[Key, ...]:
        """The keys in the key set now, the one that signs first."""
        with self._lock:
            if self._lasting is not None and self._clock() >= self._since + self._lasting:
                self._published = [jose.new_private_key(), self._published[0]]
                self._since = self._clock()
            return tuple(self._published)

    def replace(self, key: Key | None) -> None:
        """Sign with another key from now on, and publish only that one."""
        with self._lock:
            self._published = [key or jose.new_private_key()]
            self._since = self._clock()
