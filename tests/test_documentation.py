"""The documents are true where a machine can tell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    broken = [
        target
        for target in LINK.findall(document.read_text())
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    readme = (ROOT / "README.md").read_text()
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", readme, re.MULTILINE))
    missing = {name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)}
    assert named >= {"demo", "test", "serve", "check", "help"}
    assert missing == set()


def test_every_decision_is_in_the_index() -> None:
    index = (ROOT / "docs/adr/README.md").read_text()
    decisions = [path.name for path in (ROOT / "docs/adr").glob("0*.md")]
    assert decisions
    assert [name for name in decisions if name not in index] == []


@pytest.mark.parametrize(
    "path", ["README.md", "docs/operating.md", "docs/moodle.md", "docs/lrs.md", "docs/records.md"]
)
def test_every_mentes_command_in_the_documents_exists(path: str) -> None:
    from click import Group

    from plugin.cli import main

    text = (ROOT / path).read_text()
    named = re.findall(r"(?:^|`)mentes ((?:[a-z]+ ?)+)", text, re.MULTILINE)
    assert named
    for words in named:
        first, *rest = words.split()
        assert first in main.commands, f"mentes {words}"
        command = main.commands[first]
        if isinstance(command, Group) and rest:
            assert rest[0] in command.commands, f"mentes {words}"
