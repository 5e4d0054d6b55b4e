"""Verbs that people look for, by the word that they know them by."""

from __future__ import annotations

from lrs_bridge.vocabulary import Verb

_ADL = "http://adlnet.gov/expapi/verbs/"
_OF_ADL = (
    "answered",
    "asked",
    "attempted",
    "attended",
    "commented",
    "completed",
    "exited",
    "experienced",
    "failed",
    "imported",
    "initialized",
    "interacted",
    "launched",
    "mastered",
    "passed",
    "preferred",
    "progressed",
    "registered",
    "responded",
    "resumed",
    "scored",
    "shared",
    "suspended",
    "terminated",
    "voided",
)

IRIS = {
    **{word: _ADL + word for word in _OF_ADL},
    **{verb.rpartition("/")[2]: str(verb) for verb in Verb},
}
"""Word → IRI: ADL's verbs (https://w3id.org/xapi/adl/verbs), and those that we write or read."""


def last_word(iri: str) -> str:
    """Return how an IRI that nobody has described ends: the best name that it has."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2] or iri
