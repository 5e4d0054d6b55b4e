"""Sealing of private keys at rest with a key from the environment (Fernet: AES-CBC + HMAC)."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from plugin.foundation.errors import MentesError
from plugin.foundation.i18n import to_say


class SealBroken(MentesError):
    """Something sealed cannot be opened: MENTES_SECRET_KEY is not the one that sealed it."""

    slug = "seal-broken"
    title = to_say("Mentes cannot read its own keys")
    next_step = "The operator must restore MENTES_SECRET_KEY, or rotate the keys."


class Cipher:
    """Seals text so that a copy of the database alone gives nothing away."""

    def __init__(self, secret_key: str) -> None:
        digest = hashlib.sha256(b"mentes.cipher.v1:" + secret_key.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(digest))

    def seal(self, text: str) -> str:
        """Return `text`, sealed."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return what was sealed.

        Raises:
            SealBroken: it was sealed with another secret key, or tampered with.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise SealBroken("MENTES_SECRET_KEY does not open what is stored.") from error
