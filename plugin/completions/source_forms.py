"""What administrators fill in about a source, by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from lrs_bridge.sources import canvas, mapping
from lrs_bridge.sources.mapping import PATHS
from lrs_bridge.sources.webhooks import PRESETS
from plugin.completions.changing import SECRET_SHAPE
from plugin.completions.model import SourceKind
from plugin.completions.proofs import Proof, is_usable
from plugin.completions.reading import STATEMENTS
from plugin.completions.sources import new_secret
from plugin.foundation.errors import FormInvalid, NotFound
from plugin.foundation.forms import Form, filled, whatever

ADDRESS = "Give an address, such as https://lms.example.org."
LONG = validate.Length(max=500, error="That is too long.")
STATE = "Write, for example: course.enrollment.completed = completed"
SECRET_NEEDED = "Paste the secret that the other system gave you."  # noqa: S105


def _address(text: str) -> None:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValidationError(ADDRESS) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValidationError(ADDRESS)


def _text(**kwargs: Any) -> fields.String:
    return fields.String(load_default=None, validate=LONG, **kwargs)


def _url(**kwargs: Any) -> fields.String:
    return fields.String(
        **{"required": True, **kwargs},
        validate=[LONG, _address],
        error_messages=whatever(ADDRESS),
    )


class SourceForm(Form):
    """What every source has."""

    name = fields.String(
        required=True,
        validate=validate.Length(max=80, error="At most 80 characters."),
        error_messages=whatever("Give it a name, such as “Academy”."),
    )


class RemoteStoreForm(SourceForm):
    """A record store to read from."""

    endpoint = _url()
    key = fields.String(
        required=True, validate=LONG, error_messages=whatever("Give the key, or user name.")
    )
    secret = _text()


class CanvasForm(SourceForm):
    """Live Events of Canvas."""

    site = _url()
    key_set = _url(required=False, load_default=canvas.KEY_SET_URL)


class CaliperForm(SourceForm):
    """A sensor of Caliper."""

    percent = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 100, error="Between 1 and 100, or nothing."),
        error_messages=whatever("A whole number between 1 and 100, or nothing."),
    )


class WebhookForm(SourceForm):
    """Webhooks of any system."""

    proof = fields.String(
        required=True,
        validate=validate.OneOf([each.value for each in Proof], error="Choose one."),
        error_messages=whatever("Choose one."),
    )
    header = _text()
    prefix = _text()
    secret = _text()
    says = fields.String(load_default="")
    source = _text()
    home = _text()
    zone = _text()
    states = _text()
    # Where things stand in an event (`lrs_bridge.sources.mapping.PATHS`).
    items = _text()
    event = _text()
    event_id = _text()
    account = _text()
    sourced_id = _text()
    username = _text()
    email = _text()
    course = _text()
    course_name = _text()
    module = _text()
    module_name = _text()
    at = _text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A source as it was filled in.

    Attributes:
        secret: given, or made by us; None: none is needed, or the one that is there stays.
        is_ours: whether we made the secret, so that it is to be shown.
    """

    name: str
    configuration: Mapping[str, Any]
    secret: str | None = field(default=None, repr=False)
    is_ours: bool = False


def wanted(kind: SourceKind, sent: MultiDict[str, str], *, is_new: bool) -> Wanted:
    """Return the source that a form describes.

    Raises:
        FormInvalid: with what to do about each field.
        NotFound: sources of this kind are not added by hand.
    """
    if kind is SourceKind.REMOTE_STORE:
        return _remote_store(filled(RemoteStoreForm(), sent), is_new)
    if kind is SourceKind.CANVAS:
        form = filled(CanvasForm(), sent)
        return Wanted(
            name=form["name"],
            configuration={"site": form["site"].rstrip("/"), "key_set": form["key_set"]},
        )
    if kind is SourceKind.CALIPER:
        return _caliper(filled(CaliperForm(), sent), is_new)
    if kind is SourceKind.WEBHOOK:
        return _webhook(filled(WebhookForm(), sent), is_new)
    raise NotFound("Sources of this kind are there by themselves.")


def _remote_store(form: Mapping[str, Any], is_new: bool) -> Wanted:
    if is_new and not form["secret"]:
        raise FormInvalid("The secret is missing.", {"secret": [SECRET_NEEDED]})
    return Wanted(
        name=form["name"],
        configuration={"endpoint": form["endpoint"].rstrip("/"), "key": form["key"]},
        secret=form["secret"],
    )


def _caliper(form: Mapping[str, Any], is_new: bool) -> Wanted:
    percent = form["percent"]
    return Wanted(
        name=form["name"],
        configuration={} if percent is None else {"share": percent / 100},
        secret=new_secret() if is_new else None,
        is_ours=is_new,
    )


def _webhook(form: Mapping[str, Any], is_new: bool) -> Wanted:
    how, errors = form["proof"], {}
    if how in (Proof.HMAC, Proof.HEADER) and not form["header"]:
        errors["header"] = ["Give the name of the header, such as X-Signature."]
    secret, is_ours = form["secret"], False
    if secret and not is_usable(how, secret):
        errors["secret"] = [SECRET_SHAPE]
    if is_new and not secret:
        if how == Proof.STANDARD:
            errors["secret"] = [SECRET_NEEDED]
        else:
            secret, is_ours = new_secret(), True
    says: Any = STATEMENTS if form["says"] == STATEMENTS else _mapping(form, errors)
    if errors:
        raise FormInvalid("Something in the form needs your attention.", errors)
    configuration = {"proof": how, "mapping": says}
    configuration |= {name: form[name] for name in ("header", "prefix") if form[name]}
    return Wanted(name=form["name"], configuration=configuration, secret=secret, is_ours=is_ours)


def _mapping(form: Mapping[str, Any], errors: dict[str, list[str]]) -> dict[str, Any]:
    """Return the mapping that the form describes, and note what is wrong with it by field."""
    members = {name: form[name] for name in ("source", "home", "zone", *PATHS) if form[name]}
    states = _states(form["states"] or "")
    document = {**members, "source": form["source"] or "webhook", "states": states}
    for fault in mapping.faults(document):
        field_name = fault.name if fault.name in form else "states"
        said = STATE if fault.name == "states" else f"{fault.name} {fault.requirement}."
        errors.setdefault(field_name, []).append(said)
    return document


def _states(text: str) -> dict[str, str]:
    """Return what "name = state, name = state" says."""
    found = {}
    for each in text.replace(";", ",").split(","):
        name, _, state = each.rpartition("=")
        if name.strip():
            found[name.strip()] = state.strip()
    return found


def as_sent(kind: SourceKind, name: str, configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return a source as its form shows it."""
    shown: dict[str, Any] = {"name": name, **configuration}
    if kind is SourceKind.CALIPER:
        share = configuration.get("share")
        shown["percent"] = None if share is None else round(share * 100)
    if kind is SourceKind.WEBHOOK:
        says = configuration["mapping"]
        shown["says"] = says if says == STATEMENTS else ""
        shown |= _shown_mapping({} if says == STATEMENTS else says)
    return shown


def preset(name: str, home: str) -> dict[str, Any]:
    """Return the form of a worked example; an empty one for a name that is none."""
    if name == STATEMENTS:
        return {"says": STATEMENTS, "proof": Proof.STANDARD.value}
    if name not in PRESETS:
        return {"proof": Proof.HMAC.value, "states": "* = completed"}
    return {"proof": Proof.BEARER.value, **_shown_mapping(PRESETS[name](home))}


def _shown_mapping(document: Mapping[str, Any]) -> dict[str, Any]:
    states = ", ".join(f"{event} = {state}" for event, state in document.get("states", {}).items())
    return {**document, "states": states}
