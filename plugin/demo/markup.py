"""A page as a person finds it: words, links, frames and forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

Values = str | Sequence[str]

CHOSEN = ("checkbox", "radio")
BUTTONS = ("submit", "image")
UNSENT = ("button", "reset", "file")
SILENT = ("script", "style", "title", "template")
"""Elements whose words nobody reads on the page."""


class NotOnThePage(Exception):
    """A person could not do this here: the link, form, field or choice is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link and its words."""

    words: str
    url: str
    target: str = ""


@dataclass(slots=True, kw_only=True)
class Field:
    """One field of a form; `options` are the choices of a select, radio or checkbox group."""

    name: str
    type: str
    values: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    required: bool = False

    def filled(self, values: Values) -> list[str]:
        """Return what is sent when a person fills in `values`.

        Raises:
            NotOnThePage: a choice that is not offered, by value or by words.
        """
        wanted = [values] if isinstance(values, str) else list(values)
        if self.type not in ("select", *CHOSEN):
            return wanted
        return [self._option(each) for each in wanted]

    def _option(self, wanted: str) -> str:
        if wanted in self.options:
            return wanted
        for option, label in zip(self.options, self.labels, strict=False):
            if label == wanted:
                return option
        offered = ", ".join(label or option for option, label in self._offered())
        raise NotOnThePage(f"“{wanted}” is not offered for {self.name}; there is: {offered}.")

    def _offered(self) -> list[tuple[str, str]]:
        labels = self.labels + [""] * (len(self.options) - len(self.labels))
        return list(zip(self.options, labels, strict=True))


@dataclass(slots=True, kw_only=True)
class Form:
    """A form; `buttons` are (words, name, value)."""

    action: str
    method: str
    target: str = ""
    fields: dict[str, Field] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def is_hidden(self) -> bool:
        """Whether a person has nothing to fill in."""
        return all(each.type == "hidden" for each in self.fields.values())

    def filled(self, values: Mapping[str, Values], button: str = "") -> list[tuple[str, str]]:
        """Return what is sent when a person fills in `values` and leaves the rest as it is.

        Raises:
            NotOnThePage: a field, choice or button that is not there, or a required field left
                empty.
        """
        unknown = sorted(values.keys() - self.fields.keys())
        if unknown:
            there = ", ".join(sorted(self.fields)) or "none"
            raise NotOnThePage(f"The form has no field {', '.join(unknown)}; it has: {there}.")
        sent: list[tuple[str, str]] = []
        for name, each in self.fields.items():
            filled = each.filled(values[name]) if name in values else each.values
            if each.required and not any(filled):
                raise NotOnThePage(f"The form wants something in {name}.")
            sent.extend((name, value) for value in filled)
        _, name, value = self._pressed(button)
        return [*sent, (name, value)] if name else sent

    def _pressed(self, words: str) -> tuple[str, str, str]:
        if not words:
            return self.buttons[0] if self.buttons else ("", "", "")
        found = next((each for each in self.buttons if words in each[0]), None)
        if found is None:
            raise NotOnThePage(f"The form has no button “{words}”.")
        return found


@dataclass(slots=True)
class Document:
    """What a page holds."""

    words: str = ""
    links: list[Link] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    has_script: bool = False


def read(markup: str) -> Document:
    """Return what `markup` holds."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    reader.document.words = " ".join("".join(reader.words).split())
    return reader.document


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self.words: list[str] = []
        self._silent = 0
        self._form: Form | None = None
        self._link: tuple[str, str, list[str]] | None = None
        self._button: tuple[str, str, list[str]] | None = None
        self._select: Field | None = None
        self._option: list[str] | None = None
        self._label: tuple[Field | None, list[str]] | None = None
        self._textarea: tuple[Field, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in SILENT:
            self._silent += 1
        opened = getattr(self, f"_open_{tag}", None)
        if opened is not None:
            opened(said)
        self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        closed = getattr(self, f"_close_{tag}", None)
        if closed is not None:
            closed()
        self.words.append(" ")

    def handle_data(self, data: str) -> None:
        for open_element in (self._link, self._button, self._label, self._textarea):
            if open_element is not None:
                open_element[-1].append(data)
        if self._option is not None:
            self._option.append(data)
        elif not self._silent and self._textarea is None:
            self.words.append(data)

    def _open_script(self, _said: dict[str, str]) -> None:
        self.document.has_script = True

    def _open_iframe(self, said: dict[str, str]) -> None:
        self.document.frames.append(said.get("src", ""))

    def _open_a(self, said: dict[str, str]) -> None:
        if "href" in said:
            self._link = (said["href"], said.get("target", ""), [])

    def _close_a(self) -> None:
        if self._link is not None:
            url, target, words = self._link
            self.document.links.append(Link(words=_joined(words), url=url, target=target))
            self._link = None

    def _open_form(self, said: dict[str, str]) -> None:
        self._form = Form(
            action=said.get("action", ""),
            method=said.get("method", "get").lower(),
            target=said.get("target", ""),
        )
        self.document.forms.append(self._form)

    def _close_form(self) -> None:
        self._form = None

    def _open_label(self, _said: dict[str, str]) -> None:
        self._label = (None, [])

    def _close_label(self) -> None:
        if self._label is not None and self._label[0] is not None:
            self._label[0].labels.append(_joined(self._label[1]))
        self._label = None

    def _open_input(self, said: dict[str, str]) -> None:
        type_ = said.get("type", "text").lower()
        if self._form is None or "disabled" in said:
            return
        if type_ in BUTTONS:
            self._form.buttons.append(
                (said.get("value", ""), said.get("name", ""), said.get("value", ""))
            )
        elif said.get("name") and type_ not in UNSENT:
            self._add(said, type_)

    def _add(self, said: dict[str, str], type_: str) -> None:
        entry = self._field(said, type_)
        value = said.get("value", "on" if type_ in CHOSEN else "")
        if type_ in CHOSEN:
            entry.options.append(value)
            if self._label is not None:
                self._label = (entry, self._label[1])
        if type_ not in CHOSEN or "checked" in said:
            entry.values.append(value)

    def _open_select(self, said: dict[str, str]) -> None:
        if self._form is not None and said.get("name") and "disabled" not in said:
            self._select = self._field(said, "select")

    def _close_select(self) -> None:
        if self._select is not None and not self._select.values:
            self._select.values = self._select.options[:1]
        self._select = None

    def _open_option(self, said: dict[str, str]) -> None:
        self._option = []
        if self._select is not None:
            self._select.options.append(said.get("value", ""))
            if "selected" in said:
                self._select.values.append(said.get("value", ""))

    def _close_option(self) -> None:
        if self._select is not None and self._option is not None:
            self._select.labels.append(_joined(self._option))
        self._option = None

    def _open_textarea(self, said: dict[str, str]) -> None:
        if self._form is not None and said.get("name"):
            self._textarea = (self._field(said, "textarea"), [])

    def _close_textarea(self) -> None:
        if self._textarea is not None:
            entry, words = self._textarea
            entry.values = ["".join(words).removeprefix("\n")]
        self._textarea = None

    def _open_button(self, said: dict[str, str]) -> None:
        if said.get("type", "submit") == "submit":
            self._button = (said.get("name", ""), said.get("value", ""), [])

    def _close_button(self) -> None:
        if self._button is not None and self._form is not None:
            name, value, words = self._button
            self._form.buttons.append((_joined(words), name, value))
        self._button = None

    def _field(self, said: dict[str, str], type_: str) -> Field:
        assert self._form is not None  # noqa: S101 # callers looked
        entry = self._form.fields.setdefault(said["name"], Field(name=said["name"], type=type_))
        entry.required = entry.required or "required" in said
        return entry


def _joined(words: Sequence[str]) -> str:
    return " ".join("".join(words).split())
