"""docs/lti.md says what we can do by naming tests: each of them exists."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "lti.md"
NAMED = re.compile(r"\[([^\]]+)\]\((\.\./tests/[^)]+\.py)\)")


def test_every_test_that_the_document_names_exists() -> None:
    named = [
        (text, DOCUMENT.parent / path)
        for text, path in NAMED.findall(DOCUMENT.read_text("utf-8"))
        if not text.startswith("tests")
    ]
    assert len(named) > 100
    missing = [
        text
        for text, path in named
        if f"def test_{text.replace(' ', '_')}(" not in path.read_text("utf-8")
    ]
    assert missing == []
