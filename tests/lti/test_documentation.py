"""docs/lti.md says what we can do by naming tests, or launches of the pack: each of them exists."""

import re
from pathlib import Path

from lti.testing import payloads

DOCUMENT = Path(__file__).parents[2] / "docs" / "lti.md"
PACK = {
    entry.name
    for entries in (
        payloads.BAD_TOKENS,
        payloads.GOOD_TOKENS,
        payloads.BAD_LOGINS,
        payloads.GOOD_LOGINS,
        payloads.BAD_POSTS,
    )
    for entry in entries
}
NAMED = re.compile(r"\[([^\]]+)\]\((\.\./tests/[^)]*test_[^/)]+\.py)\)")


def test_every_test_that_the_document_names_exists() -> None:
    named = [
        (text, DOCUMENT.parent / path) for text, path in NAMED.findall(DOCUMENT.read_text("utf-8"))
    ]
    assert len(named) > 100
    missing = [
        text
        for text, path in named
        if f"def test_{text.replace(' ', '_')}(" not in path.read_text("utf-8")
        and not (path.name == "test_payloads.py" and text in PACK)
    ]
    assert missing == []


def test_each_row_of_what_we_do_names_a_test() -> None:
    rows = [
        line.split("|")[1:3]
        for line in DOCUMENT.read_text("utf-8").splitlines()
        if re.match(r"\| *[^ |-]", line)  # no headings, which begin with an empty cell
    ]
    assert len(rows) > 80
    assert [what.strip() for what, ours in rows if not NAMED.search(ours)] == []
