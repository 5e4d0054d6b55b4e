"""Changing where completions come from, and the secrets of those places.

A secret goes with the place that it was given for: to another host it is never sent, and a proof
that it cannot be used for is not taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lrs_bridge.identity import same_place
from plugin.completions import sources
from plugin.completions.kinds import kind_called
from plugin.completions.model import SourceKind, SourceRow
from plugin.completions.proofs import is_usable
from plugin.foundation.cipher import Cipher
from plugin.foundation.errors import FormInvalid

FORMER_LASTS = timedelta(days=1)
"""How long a replaced secret still works: time to paste the new one."""
SECRET_SHAPE = "It begins with whsec_; copy all of it."  # noqa: S105
SECRET_AGAIN = "This is another address: give the secret that belongs to it."  # noqa: S105
SECRET_OF_PROOF = "Messages are proved otherwise now: give the secret for it."  # noqa: S105


def change(
    session: Session,
    source: SourceRow,
    cipher: Cipher,
    *,
    name: str,
    configuration: Mapping[str, Any],
    secret: str | None,
    now: datetime,
) -> None:
    """Change what a source is called, how it is read, and its secret, if another is given.

    Raises:
        FormInvalid: there is another of that kind and name, or the secret is needed anew.
    """
    if name != source.name:
        sources.insist_it_is_free(session, SourceKind(source.kind), name)
    before = source.configuration
    source.name, source.configuration = name, dict(configuration)
    if secret is None:
        _insist_the_secret_fits(source, before, cipher)
    else:
        rotate(source, cipher, secret, now=now)
    if source.kind == SourceKind.REMOTE_STORE and _is_elsewhere(before, configuration):
        _begin_anew(source, now)


def rotate(source: SourceRow, cipher: Cipher, secret: str | None, *, now: datetime) -> str:
    """Give a source a new secret and return it; the former works on where others post to it.

    Args:
        secret: None: one of ours is made.

    Raises:
        FormInvalid: the secret is not ours to make, or it cannot be used.
    """
    if secret is None:
        kind_called(source.kind).insist_on_our_secret(source.configuration)
    given = secret or sources.new_secret()
    if not is_usable(source.configuration.get("proof", ""), given):
        raise FormInvalid("The secret is not one of its kind.", {"secret": [SECRET_SHAPE]})
    if source.kind in sources.POSTED_TO:
        source.former_secret, source.former_until = source.secret, now + FORMER_LASTS
    source.secret = cipher.seal(given)
    sources.look_now(source, now=now)
    return given


def _insist_the_secret_fits(source: SourceRow, before: Mapping[str, Any], cipher: Cipher) -> None:
    now = source.configuration
    if source.kind == SourceKind.REMOTE_STORE:
        if same_place(now["endpoint"]) != same_place(before["endpoint"]):
            raise FormInvalid("The secret is missing.", {"secret": [SECRET_AGAIN]})
    elif source.kind == SourceKind.WEBHOOK and source.secret is not None:
        is_other = now["proof"] != before["proof"]
        if is_other and not is_usable(now["proof"], cipher.open(source.secret)):
            raise FormInvalid("The secret is missing.", {"secret": [SECRET_OF_PROOF]})


def _is_elsewhere(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return any(before[name] != now[name] for name in ("endpoint", "key"))


def _begin_anew(source: SourceRow, now: datetime) -> None:
    """Forget how far it was read: another store counts otherwise. What it brought stays."""
    source.cursor, source.read_to = {}, None
    source.problem, source.problem_at, source.failures = None, None, 0
    source.lease += 1  # who reads the former one now, keeps nothing more of it
    source.leased_until = None
    sources.look_now(source, now=now)
