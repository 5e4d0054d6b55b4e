"""Our profile as JSON-LD, the form in which profiles are published.

https://github.com/adlnet/xapi-profiles/blob/master/xapi-profiles-structure.md#prof-props
"""

from __future__ import annotations

import json
from typing import Any

from lrs_bridge.profile.concepts import concepts
from lrs_bridge.profile.templates import patterns, templates
from lrs_bridge.vocabulary import PROFILE, PROFILE_VERSION


def _document() -> dict[str, Any]:
    every = templates()
    return {
        "id": PROFILE,
        "@context": "https://w3id.org/xapi/profiles/context",
        "type": "Profile",
        "conformsTo": "https://w3id.org/xapi/profiles#1.0",
        "prefLabel": {"en": "Mentoring inside the course"},
        "definition": {
            "en": "Mentoring beside a course: pairings, short sessions that completions lead to, "
            "looking back, goals, and the use of skills at work, told so that learning with people "
            "and learning at work can be read from the same record store as the coursework."
        },
        "versions": [{"id": PROFILE_VERSION, "generatedAtTime": "2026-11-30T00:00:00Z"}],
        "author": {"type": "Organization", "name": "The Mentes project"},
        "concepts": concepts(),
        "templates": every,
        "patterns": patterns(every),
    }


DOCUMENT = _document()


def written() -> str:
    """Return the document as it is published."""
    return json.dumps(DOCUMENT, indent=2, ensure_ascii=False) + "\n"
