"""Six LMSs as they come: their addresses from the site's, and what to copy from where to where.

A profile fills a form; whoever registers sees every address and may change it. What stands between
braces is the administrator's to put in: an address with braces is not taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from plugin.foundation.i18n import to_say

CLIENT: Final = "{client_id}"
"""Filled in from the form's client id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One product.

    Attributes:
        name: what people call it.
        issuer, login, tokens, keys, audience: the addresses of a registration, with
            {site} for the site's own, {canvas} and {sso} for Canvas' two hosts.
        site: whether the site's address is needed, and what it looks like.
        by_itself: where its administrator pastes our one-time link, if it registers by itself.
        give: where in it our addresses are entered, a step a sentence.
        take: where it shows what we have to know.
    """

    name: str
    issuer: str
    login: str
    tokens: str
    keys: str
    site: str
    give: tuple[str, ...]
    take: tuple[str, ...]
    audience: str = ""
    by_itself: str = ""

    def filled(self, site: str) -> dict[str, str]:
        """Return the addresses of a registration for the LMS at `site`, by the form's names."""
        words = {"{site}": site, **_canvas(site)}
        addresses = {
            "issuer": self.issuer,
            "authorization_endpoint": self.login,
            "token_endpoint": self.tokens,
            "jwks_uri": self.keys,
            "token_audience": self.audience,
        }
        return {name: _replaced(address, words) for name, address in addresses.items()}


PROFILES: Final[Mapping[str, Profile]] = {
    "moodle": Profile(
        name="Moodle",
        issuer="{site}",
        login="{site}/mod/lti/auth.php",
        tokens="{site}/mod/lti/token.php",
        keys="{site}/mod/lti/certs.php",
        site="https://moodle.example.org",
        by_itself=to_say(
            "Site administration › Plugins › Activity modules › External tool › Manage tools: "
            "paste the link as the tool URL, then “Add LTI Advantage”."
        ),
        give=(
            to_say(
                "Site administration › Plugins › Activity modules › External tool › Manage tools › "
                "“configure a tool manually”."
            ),
            to_say("LTI version: LTI 1.3. Public key type: Keyset URL."),
            to_say(
                "Tool URL and Redirection URI(s): the launch URL. Initiate login URL: the login "
                "URL."
            ),
            to_say(
                "Tick “Supports Deep Linking (Content-Item Message)”; under Services allow "
                "grades and names and roles; under Privacy share name and e-mail."
            ),
        ),
        take=(
            to_say(
                "Manage tools › the list symbol of Mentes shows platform id, client id, "
                "deployment id."
            ),
        ),
    ),
    "canvas": Profile(
        name="Canvas",
        issuer="{canvas}",
        login="{sso}/api/lti/authorize_redirect",
        tokens="{sso}/login/oauth2/token",
        keys="{sso}/api/lti/security/jwks",
        site="https://school.instructure.com",
        by_itself=to_say(
            "Admin › Apps › Manage › Install a New App › Dynamic Registration: paste the link. (It "
            "needs an account administrator.)"
        ),
        give=(
            to_say("Admin › Developer Keys › + Developer Key › + LTI Key; Method: Manual Entry."),
            to_say(
                "Redirect URIs and Target Link URI: the launch URL. OpenID Connect Initiation "
                "URL: the login URL. JWK Method: Public JWK URL."
            ),
            to_say(
                "Switch on the services for line items, scores, results and memberships; Privacy "
                "Level: Public; Placements: Course Navigation, Link Selection, Assignment "
                "Selection."
            ),
            to_say(
                "Switch the key ON, then Settings › Apps › + App › By Client ID installs it in the "
                "account."
            ),
            to_say(
                "A Canvas of your own, not hosted by Instructure: replace sso.canvaslms.com by its "
                "host in the three addresses."
            ),
        ),
        take=(
            to_say("The number above “Show Key” is the client id."),
            to_say("Settings › Apps › the gear of Mentes › Deployment Id."),
        ),
    ),
    "desire2learn": Profile(
        name="Brightspace",
        issuer="{site}",
        login="{site}/d2l/lti/authenticate",
        tokens="https://auth.brightspace.com/core/connect/token",
        keys="{site}/d2l/.well-known/jwks",
        audience="https://api.brightspace.com/auth/token",
        site="https://school.brightspace.com",
        by_itself=to_say(
            "Admin Tools › Manage Extensibility › LTI Advantage › Register Tool › Dynamic: paste "
            "the link as the tool initiation registration endpoint."
        ),
        give=(
            to_say(
                "Admin Tools › Manage Extensibility › LTI Advantage › Register Tool › Standard."
            ),
            to_say(
                "Domain and Redirect URLs: the launch URL. OpenID Connect Login URL: the login "
                "URL. Target Link URI: the launch URL."
            ),
            to_say(
                "Tick Assignment and Grade Services, Deep Linking, Names and Role Provisioning "
                "Services."
            ),
            to_say("View Deployments › New Deployment: choose Mentes and the org units."),
        ),
        take=(
            to_say("Register shows Client Id, Issuer and the endpoints at the end."),
            to_say("The deployment shows its Deployment Id."),
        ),
    ),
    "blackboard": Profile(
        name="Blackboard",
        issuer="https://blackboard.com",
        login="https://developer.blackboard.com/api/v1/gateway/oidcauth",
        tokens="https://developer.blackboard.com/api/v1/gateway/oauth2/jwttoken",
        keys=f"https://developer.blackboard.com/api/v1/management/applications/{CLIENT}/jwks.json",
        site="https://blackboard.example.edu",
        give=(
            to_say(
                "developer.anthology.com › My Apps › +: the application supports LTI; My "
                "Integration supports LTI 1.3."
            ),
            to_say(
                "Login Initiation URL: the login URL. Tool Redirect URL(s): the launch URL. Tool "
                "JWKS URL: the key set URL. Signing Algorithm: RS256."
            ),
            to_say(
                "In the Administrator Panel: LTI Tool Providers › Register LTI 1.3/Advantage "
                "Tool, with the application id as the client id; allow grade service and "
                "membership service."
            ),
            to_say(
                "Manage Placements › Create Placement: Deep Linking content tool; Target Link "
                "URI: the launch URL."
            ),
        ),
        take=(
            to_say("The application id in the developer portal is the client id."),
            to_say("LTI Tool Providers › Mentes shows the deployment id."),
        ),
    ),
    "openedx": Profile(
        name="Open edX",
        issuer="{site}",
        login="{site}/api/lti_consumer/v1/launch/",
        tokens="{site}/api/lti_consumer/v1/token/{configuration}",
        keys="{site}/api/lti_consumer/v1/public_keysets/{configuration}",
        site="https://lms.example.org",
        give=(
            to_say(
                "Studio › Settings › Advanced Settings: add “lti_consumer” to Advanced Module "
                "List; in a unit: Advanced › LTI Consumer › Edit."
            ),
            to_say("LTI Version: LTI 1.3. Tool Launch URL: the launch URL."),
            to_say(
                "Tool Initiate Login URL: the login URL. Registered Redirect URIs: the launch "
                "URL. Tool Public Key Mode: Keyset URL, with the key set URL."
            ),
            to_say("Each LTI block is a client of its own, so register each one that people use."),
        ),
        take=(
            to_say(
                "The block in Studio shows Client ID, Deployment ID, Keyset URL, Access Token "
                "URL and Login URL; the last part of the keyset URL replaces {configuration}."
            ),
        ),
    ),
    "sakai": Profile(
        name="Sakai",
        issuer="{site}",
        login="{site}/imsoidc/lti13/oidc_auth",
        tokens="{site}/imsblis/lti13/token/{tool}",
        keys="{site}/imsblis/lti13/keyset",
        site="https://sakai.example.org",
        by_itself=to_say(
            "Administration Workspace › External Tools › Install LTI 1.3/Advantage Tool › "
            "Auto-Provision: paste the link."
        ),
        give=(
            to_say("Administration Workspace › External Tools › Install LTI 1.3/Advantage Tool."),
            to_say(
                "Launch URL and Redirect Endpoint: the launch URL. OpenID Connect/Initialization "
                "Endpoint: the login URL. Keyset URL: the key set URL."
            ),
            to_say(
                "Allow the tool to send names and e-mail, to return grades, and to get the roster."
            ),
        ),
        take=(
            to_say(
                "View the installed tool: client id, deployment id (1 unless it was changed) and "
                "the token URL, whose last part replaces {tool}."
            ),
        ),
    ),
}
"""By product family code, as platforms name themselves."""


def _canvas(site: str) -> dict[str, str]:
    """Return Canvas' own two hosts: all schools share them; beta and test have theirs."""
    host = urlsplit(site).hostname or ""
    stage = next((f"{each}." for each in ("beta", "test") if f".{each}." in host), "")
    return {
        "{canvas}": f"https://canvas.{stage}instructure.com",
        "{sso}": f"https://sso.{stage}canvaslms.com",
    }


def _replaced(address: str, words: Mapping[str, str]) -> str:
    for word, text in words.items():
        address = address.replace(word, text)
    return address
