"""Things that the platform hands out and takes back: hints, tokens, nonces."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import RLock
from typing import Any


class Grants:
    """Values under random names, each of one kind, for a time."""

    def __init__(self, lock: RLock, clock: Callable[[], datetime]) -> None:
        self._lock = lock
        self._clock = clock
        self._held: dict[tuple[str, str], tuple[datetime, Any]] = {}

    def issue(self, kind: str, value: Any, *, lifetime: int) -> str:
        """Return a new name for `value`, good for `lifetime` seconds."""
        name = secrets.token_urlsafe(16)
        self.hold(kind, name, value, lifetime=lifetime)
        return name

    def hold(self, kind: str, name: str, value: Any, *, lifetime: int) -> bool:
        """Keep `value` under a given `name`; return whether the name was free."""
        now = self._clock()
        with self._lock:
            self._held = {key: held for key, held in self._held.items() if held[0] > now}
            if (kind, name) in self._held:
                return False
            self._held[kind, name] = (now + timedelta(seconds=lifetime), value)
            return True

    def look_up(self, kind: str, name: str) -> Any:
        """Return the value, or None if there is none or its time is over."""
        with self._lock:
            until, value = self._held.get((kind, name), (None, None))
            return value if until is not None and until > self._clock() else None

    def spend(self, kind: str, name: str) -> Any:
        """Return the value as `look_up` does, and forget it."""
        with self._lock:
            value = self.look_up(kind, name)
            self._held.pop((kind, name), None)
            return value
