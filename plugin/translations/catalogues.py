"""The template (`mentes.pot`) and the catalogues (`<language>/LC_MESSAGES/mentes.po`).

Both are kept so that a difference shows what was said or translated anew and nothing else: sorted,
without line numbers, dates and the name of the program that wrote them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import lti
import plugin
from plugin.foundation import i18n
from plugin.foundation.i18n import SOURCE, languages, po_file

PYTHON = "plugin.translations.sentences:said"
TEMPLATES = "jinja2.ext:babel_extract"
SPEAKERS: dict[Path, list[tuple[str, str]]] = {
    Path(plugin.__file__).parent: [
        ("cli/**", "ignore"),  # operators read English
        ("demo/**", "ignore"),
        ("diagnosis.py", "ignore"),
        ("courses/checkup.py", "ignore"),
        ("migrations/**", "ignore"),
        ("translations/**", "ignore"),
        ("**.py", PYTHON),
        ("**/templates/**.html", TEMPLATES),
        ("**/templates/**.txt", TEMPLATES),
    ],
    Path(lti.__file__).parent: [
        ("testing/**", "ignore"),
        ("quirks.py", "ignore"),
        ("**.py", PYTHON),
    ],
}
OPTIONS = {
    "**.html": {"newstyle_gettext": "true"},
    "**.txt": {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"},
}
UNSTABLE = {"POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Report-Msgid-Bugs-To"}


def template() -> Catalog:
    """Return all that the tool says to people, in English."""
    catalog = Catalog(project="Mentes", version="1")
    for folder, methods in SPEAKERS.items():
        for path, _, message, comments, _ in extract_from_dir(folder, methods, OPTIONS):
            place = f"{folder.name}/{Path(path).as_posix()}"
            catalog.add(message, locations=[(place, 0)], auto_comments=comments)
    return catalog


def updated(language: str, against: Catalog) -> Catalog:
    """Return the catalogue of `language`, with what is new empty and what is gone left out.

    Nothing is guessed: a translation belongs to its message to the letter, or is made anew.
    """
    catalog = written(language)
    catalog.update(against, no_fuzzy_matching=True)
    return catalog


def written(language: str) -> Catalog:
    """Return the catalogue of `language` as it stands; an empty one of a language that is new."""
    if not po_file(language).exists():
        return Catalog(locale=language, project="Mentes", version="1")
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def is_translated(message: Message) -> bool:
    """Tell whether every form of `message` has its words, and none was merely guessed."""
    forms = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(forms) and not message.fuzzy


def as_text(catalog: Catalog) -> bytes:
    """Return a template or a catalogue as its file has it."""
    body = io.BytesIO()
    write_po(
        body,
        catalog,
        omit_header=True,
        sort_output=True,
        include_lineno=False,
        ignore_obsolete=True,
        width=100,
    )
    return "".join(_header(catalog)).encode() + body.getvalue().rstrip(b"\n") + b"\n"


def _header(catalog: Catalog) -> Iterator[str]:
    yield 'msgid ""\nmsgstr ""\n'
    for name, value in catalog.mime_headers:
        if name not in UNSTABLE and "EMAIL@ADDRESS" not in value and "LL@li.org" not in value:
            yield f'"{name}: {value}\\n"\n'
    yield "\n"


def write(*new: str) -> list[Path]:
    """Write the template, and the catalogue of each language we speak or begin to: `new`."""
    said = template()
    texts = {i18n.TRANSLATIONS / "mentes.pot": as_text(said)}
    for language in sorted({*languages(), *new} - {SOURCE}):
        texts[po_file(language)] = as_text(updated(language, said))
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return list(texts)
