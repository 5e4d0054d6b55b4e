"""How each kind of source that does not come to us is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from lti.ags import LineItems
from plugin.completions.looking import Look
from plugin.completions.model import SourceKind
from plugin.completions.remote_stores import RemoteStoreLook
from plugin.completions.results import ResultsLook
from plugin.foundation.cipher import Cipher
from plugin.foundation.db import Database


def looks(
    database: Database,
    cipher: Cipher,
    line_items: LineItems,
    *,
    results_every: int,
    remote_store_every: int,
    reaches_back: int,
    allow_private: bool,
) -> Mapping[SourceKind, Look]:
    """Return the looks by kind of source.

    Args:
        results_every, remote_store_every: seconds between two looks.
        reaches_back: days before a source was added from which on statements are read.
        allow_private: whether record stores may be in a private network.
    """
    return {
        SourceKind.RESULTS: ResultsLook(database, line_items, timedelta(seconds=results_every)),
        SourceKind.REMOTE_STORE: RemoteStoreLook(
            cipher,
            allow_private=allow_private,
            every=timedelta(seconds=remote_store_every),
            reaches_back=timedelta(days=reaches_back),
        ),
    }
