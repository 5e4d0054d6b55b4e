"""What is filled in about a platform: on the admins' page, and by flags or a file in the shell."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from lti import reading, urls
from lti.registration import Registration
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import Form, filled, whatever
from plugin.foundation.i18n import to_say
from plugin.platforms.model import DeploymentPolicy
from plugin.platforms.profiles import CLIENT, PROFILES

ADDRESS = to_say("Give an address that begins with https://")
BRACES = to_say("Replace what stands between the braces, with the braces.")
SECURE = to_say("Give an address that begins with https://, as the issuer's does.")
CLIENT_ID = to_say("Copy the client id from the platform, to the letter.")
DEPLOYMENT = to_say("Copy the deployment id from the platform, to the letter, or leave it empty.")
AUDIENCE = to_say("Give each audience on a line of its own, to the letter, or leave it empty.")
ISSUER = to_say("Copy the issuer from the platform, to the letter: it begins with https://")
NAME = to_say("Say in a few words which platform it is.")
PRODUCT = to_say("Choose a product from the list, or leave it empty.")
DECISION = to_say("Choose one of the two.")
LONG = validate.Length(max=1000, error=to_say("That is too long."))


def _address(text: str) -> None:
    if "{" in text or "}" in text:
        raise ValidationError(BRACES)
    if not urls.is_web_url(text):
        raise ValidationError(ADDRESS)


def _issuer(text: str) -> None:
    if "{" in text or not urls.is_web_url(text):
        raise ValidationError(ISSUER)


def _identifier(said: str) -> Any:
    def check(text: str) -> None:
        if reading.identifier(text) is None:
            raise ValidationError(said)

    return check


def _url(said: str = ADDRESS) -> fields.String:
    return fields.String(required=True, validate=[LONG, _address], error_messages=whatever(said))


def _tick() -> fields.Boolean:
    return fields.Boolean(
        load_default=False, error_messages=whatever(to_say("Tick it, or leave it."))
    )


class PlatformForm(Form):
    """One registration, as a platform and we agree on it."""

    name = fields.String(
        required=True,
        validate=validate.Length(max=120, error=NAME),
        error_messages=whatever(NAME),
    )
    product = fields.String(
        load_default=None,
        validate=validate.Regexp(r"[A-Za-z0-9._-]{1,100}\Z", error=PRODUCT),
    )
    issuer = fields.String(required=True, validate=[LONG, _issuer], error_messages=whatever(ISSUER))
    client_id = fields.String(
        required=True, validate=_identifier(CLIENT_ID), error_messages=whatever(CLIENT_ID)
    )
    authorization_endpoint = _url()
    token_endpoint = _url()
    jwks_uri = _url()
    token_audience = fields.String(load_default=None, validate=LONG)
    deployment = fields.List(fields.String(validate=_identifier(DEPLOYMENT)), load_default=list)
    analysts = _tick()
    anonymous = _tick()
    trusted_audience = fields.List(fields.String(validate=_identifier(AUDIENCE)), load_default=list)


class SiteForm(Form):
    """Which product, and where."""

    profile = fields.String(
        required=True,
        validate=validate.OneOf(PROFILES, error=PRODUCT),
        error_messages=whatever(PRODUCT),
    )
    site = fields.String(load_default="", validate=LONG)


class SwitchForm(Form):
    """Whether a registration is enabled, or who decides about new deployments."""

    enabled = fields.Boolean(load_default=None, error_messages=whatever(DECISION))
    policy = fields.String(
        load_default=None,
        validate=validate.OneOf([each.value for each in DeploymentPolicy], error=DECISION),
    )


class DeploymentForm(Form):
    """One more deployment, that has not launched yet."""

    deployment = fields.String(
        required=True, validate=_identifier(DEPLOYMENT), error_messages=whatever(DEPLOYMENT)
    )


class DecisionForm(Form):
    """Whether a deployment is let in."""

    approve = fields.Boolean(required=True, error_messages=whatever(DECISION))


class TrustForm(Form):
    """Whether a deployment's administrators administer Mentes."""

    administers = fields.Boolean(required=True, error_messages=whatever(DECISION))


def platform_filled(sent: MultiDict[str, str]) -> tuple[Registration, dict[str, Any]]:
    """Return what was agreed, and the rest of the form.

    Raises:
        FormInvalid: with what to do about each field.
    """
    given: MultiDict[str, str] = MultiDict(sent)
    client_id = given.get("client_id", "").strip()
    if client_id:
        given["jwks_uri"] = given.get("jwks_uri", "").replace(CLIENT, client_id)
    given.setlist("deployment", [each for each in given.getlist("deployment") if each.strip()])
    audiences = (line for said in given.getlist("trusted_audience") for line in said.splitlines())
    given.setlist("trusted_audience", [line.strip() for line in audiences if line.strip()])
    form = filled(PlatformForm(), given)
    _insist_on_https(form)
    agreed = Registration(
        id="",
        issuer=form["issuer"],
        client_id=form["client_id"],
        authorization_endpoint=form["authorization_endpoint"],
        token_endpoint=form["token_endpoint"],
        jwks_uri=form["jwks_uri"],
        token_audience=form["token_audience"],
        deployment_ids=frozenset(form["deployment"]),
        product=form["product"],
        trusted_audiences=frozenset(form["trusted_audience"]),
        allow_anonymous=form["anonymous"],
    )
    return agreed, form


def site_filled(sent: MultiDict[str, str]) -> tuple[str, str]:
    """Return a product's code and the address of its site, without a slash at the end.

    Raises:
        FormInvalid: with what to do about each field.
    """
    form = filled(SiteForm(), sent)
    site = form["site"].rstrip("/")
    if site and "://" not in site:
        site = f"https://{site}"
    needed = "{site}" in PROFILES[form["profile"]].issuer
    if (site or needed) and not urls.is_web_url(site):
        raise FormInvalid("Something in the form needs your attention.", {"site": [ADDRESS]})
    return form["profile"], site


def _insist_on_https(form: dict[str, Any]) -> None:
    """Refuse a plain address of a platform that is itself known by https."""
    if urlsplit(form["issuer"]).scheme != "https":
        return
    plain = [
        name
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if urlsplit(form[name]).scheme != "https"
    ]
    if plain:
        raise FormInvalid(
            "Something in the form needs your attention.", {name: [SECURE] for name in plain}
        )
