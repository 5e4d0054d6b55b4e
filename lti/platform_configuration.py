"""What a platform says about itself, in the document that dynamic registration begins with.

https://www.imsglobal.org/spec/lti-dr/v1p0
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lti import claims, placements, quirks, reading, urls
from lti.errors import RegistrationRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformConfiguration:
    """What a platform says about itself.

    `placements` are the places that it has for a kind of message, as `lti.placements` writes them;
    `account` is the institution whose administrator asks, where the platform says so (Canvas).
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    registration_endpoint: str
    token_audience: str | None = None
    scopes: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()
    placements: Mapping[str, frozenset[str]] = field(default_factory=dict)
    variables: frozenset[str] = frozenset()  # custom variables that it can fill, without "$"
    product: str | None = None
    version: str | None = None
    account: str | None = None

    @property
    def origins(self) -> tuple[str, ...]:
        """Where its pages are: the issuer's site, and the one that registers it.

        Whoever asked for our registration page is on one of them (Canvas: the school's own).
        """
        found = (urls.origin(url) for url in (self.issuer, self.registration_endpoint))
        return tuple(dict.fromkeys(each for each in found if each is not None))


def configuration_in(document: Mapping[str, Any]) -> PlatformConfiguration:
    """Return what the configuration `document` of a platform says.

    https://www.imsglobal.org/spec/lti-dr/v1p0#platform-configuration

    Raises:
        RegistrationRefused: "configuration-incomplete".
    """
    platform = reading.members(document, claims.PLATFORM_CONFIGURATION)
    said = platform.get("messages_supported")
    messages = [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []
    product = reading.text(platform.get("product_family_code"))
    return PlatformConfiguration(
        issuer=_url(document, "issuer"),
        authorization_endpoint=_url(document, "authorization_endpoint"),
        token_endpoint=_url(document, "token_endpoint"),
        jwks_uri=_url(document, "jwks_uri"),
        registration_endpoint=_url(document, "registration_endpoint"),
        token_audience=(
            None
            if product in quirks.AUDIENCE_IS_THE_TOKEN_ENDPOINT
            else reading.text(document.get("authorization_server"))
        ),
        scopes=reading.strings(document.get("scopes_supported")),
        messages=reading.strings([each.get("type") for each in messages]),
        placements=_placements(messages),
        variables=reading.strings(platform.get("variables")),
        product=product,
        version=reading.text(platform.get("version")),
        account=reading.text(platform.get(f"{placements.CANVAS}account_name")),
    )


def _placements(messages: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    return {
        type: frozenset(placements.plain(each) for each in reading.strings(said.get("placements")))
        for said in messages
        if isinstance(type := said.get("type"), str)
    }


def _url(document: Mapping[str, Any], member: str) -> str:
    """Return a URL of the platform: https, unless the platform itself is known by http."""
    url = document.get(member)
    if not isinstance(url, str) or not urls.is_web_url(url):
        raise RegistrationRefused(
            "configuration-incomplete",
            "The platform's configuration lacks a URL for %(member)s.",
            {"member": member},
        )
    issuer = document.get("issuer")
    plain = isinstance(issuer, str) and urlsplit(issuer).scheme == "http"
    if urlsplit(url).scheme != "https" and not plain:
        raise RegistrationRefused(
            "configuration-incomplete",
            "The platform's configuration lacks an https URL for %(member)s.",
            {"member": member},
        )
    return url
