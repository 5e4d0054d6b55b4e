"""What is asked about a file, and what is said when it cannot be taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from marshmallow import ValidationError, fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lrs_bridge.sources.errors import TableInvalid
from plugin.completions.uploads import content
from plugin.completions.uploads.content import Content
from plugin.completions.uploads.errors import UploadTooLarge
from plugin.completions.uploads.model import Layout
from plugin.completions.uploads.service import LARGEST
from plugin.completions.uploads.wording import FILE_FAULTS
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import Form, filled, whatever
from plugin.foundation.i18n import known_zone
from plugin.platforms.model import RegistrationRow

NO_FILE = "Choose a file."
NUMBER = "Write a number, such as 50, or nothing."


def _zone(name: str) -> None:
    if known_zone(name) is None:
        raise ValidationError("Choose from the list.")


class UploadForm(Form):
    """How a file is to be read."""

    zone = fields.String(load_default="UTC", validate=_zone)
    home = fields.String(load_default="", validate=validate.Length(max=500, error="Too long."))
    threshold = fields.Float(load_default=None, allow_nan=False, error_messages=whatever(NUMBER))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file that can be looked through, and how."""

    content: Content
    layout: Layout
    size: int
    digest: str
    configuration: dict[str, Any]


def wanted(sent: MultiDict[str, str], rows: BinaryIO | None, line_items: BinaryIO | None) -> Wanted:
    """Return what was sent, if it is a table.

    Raises:
        FormInvalid: with what to do about each field.
        UploadTooLarge: it is larger than we read.
    """
    form = filled(UploadForm(), sent)
    if rows is None:
        raise FormInvalid("There is no file.", {"file": [NO_FILE]})
    given = Content(rows=rows, line_items=line_items)
    size, digest = content.size_and_digest(rows, line_items)
    if size > LARGEST:
        raise UploadTooLarge("An upload may have 64 MB.")
    layout = _layout(rows, "file")
    if line_items is not None:
        _layout(line_items, "line_items")
    return Wanted(
        content=given,
        layout=layout,
        size=size,
        digest=digest,
        configuration={name: form[name] for name in ("zone", "home", "threshold")},
    )


def _layout(file: BinaryIO, field: str) -> Layout:
    try:
        return content.layout_of(file)
    except TableInvalid as error:
        raise FormInvalid(
            "The file cannot be read.", {field: [FILE_FAULTS[error.fault]]}
        ) from error


def homes(session: Session) -> list[str]:
    """Return the systems whose usernames a file may hold: the platforms of the organisation."""
    issuers = select(RegistrationRow.issuer).distinct().order_by(RegistrationRow.issuer)
    return list(session.scalars(issuers))
