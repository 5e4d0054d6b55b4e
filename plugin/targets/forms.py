"""What admins fill in about a target."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from lrs_bridge.version import Version
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import Form, filled, whatever
from plugin.targets.model import Erasing, Kind
from plugin.targets.rules import Filter
from plugin.targets.service import Described

CHOOSE = "Choose one of these."
LONG = validate.Length(max=2000, error="That is too long.")


def _address(text: str) -> None:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise ValidationError("Give an address such as https://lrs.example.org/xapi.")


def _choice(kind: type[Any], **options: Any) -> fields.String:
    values = [each.value for each in kind]
    return fields.String(validate=validate.OneOf(values, error=CHOOSE), **options)


class TargetForm(Form):
    """A target."""

    name = fields.String(
        required=True,
        validate=validate.Length(1, 80, error="Give it a name of at most 80 letters."),
        error_messages=whatever("Give it a name, such as “University LRS”."),
    )
    kind = _choice(Kind, load_default=Kind.REMOTE.value)
    endpoint = fields.String(load_default=None, validate=[LONG, _address])
    key = fields.String(load_default=None, validate=LONG)
    secret = fields.String(load_default=None, validate=LONG)
    version = _choice(Version, load_default=Version.V1_0.value)
    gets = fields.List(fields.String(validate=validate.OneOf(["ours", "others"], error=CHOOSE)))
    verbs = fields.String(load_default="", validate=LONG)
    activities = fields.String(load_default="", validate=LONG)
    credentials = fields.List(fields.UUID(error_messages=whatever(CHOOSE)))
    erasing = _choice(Erasing, load_default=Erasing.CANNOT.value)
    admin_url = fields.String(load_default=None, validate=[LONG, _address])
    admin_user = fields.String(load_default=None, validate=LONG)
    admin_password = fields.String(load_default=None, validate=LONG)


def described(sent: MultiDict[str, str], *, allow_private: bool, own_store: str) -> Described:
    """Return what was filled in.

    Args:
        allow_private: whether stores may be reached without TLS.
        own_store: where the embedded store is; it is no remote one.

    Raises:
        FormInvalid: with what to do about each field.
    """
    form = filled(TargetForm(), sent)
    kind = Kind(form["kind"])
    is_remote = kind is Kind.REMOTE
    said = Described(
        name=form["name"],
        kind=kind,
        endpoint=form["endpoint"] if is_remote else None,
        key=form["key"] if is_remote else None,
        secret=form["secret"] if is_remote else None,
        version=Version(form["version"]),
        ours="ours" in form.get("gets", ()),
        forwards=_filter(form) if "others" in form.get("gets", ()) else None,
        erasing=Erasing(form["erasing"]) if is_remote else Erasing.CANNOT,
        admin_url=form["admin_url"],
        admin_user=form["admin_user"],
        admin_password=form["admin_password"],
    )
    check_addresses(said, allow_private=allow_private, own_store=own_store)
    return said


def check_addresses(said: Described, *, allow_private: bool, own_store: str) -> None:
    """Refuse addresses that statements are not sent to; see `described`.

    Raises:
        FormInvalid: naming the field.
    """
    faults = {}
    for name in ("endpoint", "admin_url"):
        address = getattr(said, name) or ""
        if address and not allow_private and not address.startswith("https://"):
            faults[name] = ["Statements are about people: the address must begin with https://."]
    if (said.endpoint or "").rstrip("/").startswith(own_store):
        faults["endpoint"] = ["That is the store of this Mentes. Choose “the embedded store”."]
    if faults:
        raise FormInvalid("This target cannot be kept like that.", faults)


def _filter(form: dict[str, Any]) -> Filter:
    return Filter(
        verbs=tuple(form["verbs"].split()),
        activities=tuple(form["activities"].split()),
        credentials=tuple(str(id) for id in form.get("credentials", ())),
    )
