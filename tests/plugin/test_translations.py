"""The catalogues say all that the tool says, to the letter, and the tool says nothing else."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import Environment
from werkzeug.datastructures import MultiDict

import plugin
from plugin.checkins import forms as checkin_forms
from plugin.foundation import i18n
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import Form, filled
from plugin.foundation.i18n import SOURCE, Words, languages
from plugin.foundation.web.problems import known_problems
from plugin.launches.errors import TITLES
from plugin.matching import forms as matching_forms
from plugin.nudges.letters import SUBJECTS
from plugin.programmes import forms as programme_forms
from plugin.translations import catalogues
from tests.plugin.conftest import forget_languages

OTHERS = [language for language in languages() if language != SOURCE]
TEMPLATES = [
    path
    for path in sorted(Path(plugin.__file__).parent.glob("*/templates/**/*.*"))
    if path.suffix in (".html", ".txt")
]
PLACEHOLDER = re.compile(r"%(?:\((\w+)\)[sd]|%)")


def said(catalog: Catalog) -> dict[Any, Message]:
    return {message.id: message for message in catalog if message.id}


@cache
def collected() -> dict[Any, Message]:
    """Return all that the sources say."""
    return said(catalogues.template())


def strings(message: Message) -> list[str]:
    """Return the translated forms of a message; one without plurals has one."""
    return list(message.string) if message.pluralizable else [str(message.string)]


def placeholders(text: str) -> list[str]:
    return sorted(found for found in PLACEHOLDER.findall(text) if found)


# The catalogues.


def test_german_is_spoken() -> None:
    assert "de" in OTHERS


def test_the_template_is_what_the_sources_say() -> None:
    with (i18n.TRANSLATIONS / "mentes.pot").open("rb") as file:
        assert said(read_po(file)).keys() == collected().keys(), "make messages"


def test_nothing_compiled_is_kept() -> None:
    assert not list(i18n.TRANSLATIONS.rglob("*.mo"))


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_says_all_that_the_template_says_and_nothing_else(language: str) -> None:
    catalogue = catalogues.written(language)
    assert said(catalogue).keys() == collected().keys(), "make messages"
    assert not catalogue.obsolete


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_and_none_is_a_guess(language: str) -> None:
    messages = said(catalogues.written(language)).values()
    assert [each.id for each in messages if not catalogues.is_translated(each)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_the_placeholders_and_the_mark_up(language: str) -> None:
    for message in said(catalogues.written(language)).values():
        whole = message.id[-1] if message.pluralizable else message.id
        for text in strings(message):
            assert text.strip() == text
            assert text.endswith(":") == whole.endswith(":") or "%(when)s" in text, text
            assert re.findall(r"<[^>]*>", text) == re.findall(r"<[^>]*>", whole), text
            assert re.sub(PLACEHOLDER, "", text).count("%") == 0, text
            if message.pluralizable:  # "one" may say it in a word
                assert set(placeholders(text)) <= set(placeholders(whole)), text
            else:
                assert placeholders(text) == placeholders(whole), text


@pytest.mark.parametrize("language", OTHERS)
def test_plurals_have_the_forms_of_their_language(language: str) -> None:
    catalogue, truth = catalogues.written(language), Catalog(locale=language)
    assert (catalogue.num_plurals, catalogue.plural_expr) == (truth.num_plurals, truth.plural_expr)
    assert all(
        len(strings(message)) == catalogue.num_plurals
        for message in said(catalogue).values()
        if message.pluralizable
    )


def test_a_new_language_begins_empty_and_is_english_until_translated(no_catalogues: Path) -> None:
    written = catalogues.write("fr")
    forget_languages()
    assert [path.relative_to(no_catalogues).as_posix() for path in written] == [
        "mentes.pot",
        "fr/LC_MESSAGES/mentes.po",
    ]
    assert not any(map(catalogues.is_translated, said(catalogues.written("fr")).values()))
    assert Words("fr").gettext("We spoke") == "We spoke"


def test_collecting_again_keeps_what_is_translated_and_changes_nothing_else(
    no_catalogues: Path,
) -> None:
    _, french = catalogues.write("fr")
    catalogue = catalogues.written("fr")
    catalogue["We spoke"].string = "Nous avons parlé"
    catalogue.add("Said no longer.", "Ne se dit plus.")
    french.write_bytes(catalogues.as_text(catalogue))
    forget_languages()
    catalogues.write()
    once = french.read_bytes()
    catalogues.write()
    assert french.read_bytes() == once
    assert "Said no longer." not in once.decode()
    assert Words("fr").gettext("We spoke") == "Nous avons parlé"


# What is collected.


def test_templates_say_nothing_but_what_is_translated() -> None:
    untranslated = {
        str(path): words for path in TEMPLATES if (words := untranslatable(path.read_text("utf-8")))
    }
    assert untranslated == {}


def untranslatable(source: str) -> set[str]:
    """Return the words of a template that stand outside `_()` and `{% trans %}`."""
    kept, is_translated = [], False
    for _, kind, text in Environment(extensions=["jinja2.ext.i18n"]).lex(source):  # noqa: S701 # nothing is drawn
        if kind == "name" and text in ("trans", "endtrans"):
            is_translated = text == "trans"
        elif kind == "data" and not is_translated:
            kept.append(text)
        elif kind == "variable_begin":
            kept.append("0")
    text = re.sub(r"<[^<>]*>", " ", "".join(kept))
    text = re.sub(r'[\w-]+="[^"]*"|0-\w+', " ", text)  # macros that draw attributes alone
    return set(re.findall(r"[A-Za-z]{2,}", text)) - {"Mentes", "required", "wide"}


def test_every_problem_can_be_explained_in_every_language() -> None:
    texts = [*TITLES.values(), *SUBJECTS.values()]
    for error in known_problems().values():
        if error.__module__.startswith("plugin."):
            texts += [error.title, error.next_step]
    assert [text for text in texts if text not in collected()] == []


FORMS = [
    form
    for room in (checkin_forms, matching_forms, programme_forms)
    for form in vars(room).values()
    if isinstance(form, type) and issubclass(form, Form) and form is not Form
]
NONSENSE = ["", "x" * 5000, "-1", "99", "2026-13-40", "\x00", "ftp://x", "ä"]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_whatever_is_wrong_with_a_form_is_said_in_words_of_ours(form: type[Form]) -> None:
    told = set()
    for nonsense in NONSENSE:
        try:
            filled(form(), MultiDict(dict.fromkeys(form().fields, nonsense)))
        except FormInvalid as error:
            told |= {text for texts in error.errors.values() for text in texts} | {str(error)}
    assert told
    assert {text for text in told if text not in collected()} == set()
