"""Whole launches, browser included, between the tool's library and the platform's sockets."""

import re
from html import unescape
from urllib.parse import urlsplit

import requests

from lti import launch, login, urls
from lti.errors import LaunchRefused
from lti.keys import PlatformKeySets
from lti.message import LaunchMessage
from lti.registration import PendingLogin
from lti.testing import LoginInitiation, ResourceLink, User
from tests.lti.conftest import Campus, ToolSite

_FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
_ACTION = re.compile(r'<form method="post" action="([^"]*)">')


def form_in(page: requests.Response) -> tuple[str, dict[str, str]]:
    """Return where the form in `page` goes, and its fields."""
    action = _ACTION.search(page.text)
    assert action is not None, page.text
    fields = {unescape(name): unescape(value) for name, value in _FIELD.findall(page.text)}
    return unescape(action[1]), fields


def begun(campus: Campus, site: ToolSite, initiation: LoginInitiation) -> login.Beginning:
    """Answer a login initiation."""
    request = login.LoginRequest.parse({name: [said] for name, said in initiation.params.items()})
    return login.begin(
        request,
        campus.registration,
        launch_url=f"{site.url}/launch",
        is_ours=urls.within(site.url),
        now=site.clock(),
    )


def completed(campus: Campus, site: ToolSite, beginning: login.Beginning) -> LaunchMessage:
    """Go through the platform's authentication and verify what it posts."""
    action, fields = form_in(requests.get(beginning.url, timeout=5))
    assert action == f"{site.url}/launch"
    refusal = login.platform_refusal({name: [said] for name, said in fields.items()})
    if refusal is not None:
        raise refusal
    return verified(campus, site, fields, beginning.login, beginning.browser)


def verified(
    campus: Campus,
    site: ToolSite,
    fields: dict[str, str],
    pending: PendingLogin,
    browser: str,
) -> LaunchMessage:
    """Verify a posted form."""
    assert fields["state"] == pending.state
    keys = PlatformKeySets(site.http).for_token(
        campus.registration, fields["id_token"], site.clock()
    )
    return launch.verified(
        fields["id_token"],
        login=pending,
        registration=campus.registration,
        keys=keys,
        browser=browser,
        is_ours=urls.within(site.url),
        now=site.clock(),
        spend=lambda: True,
    )


def opened(campus: Campus, site: ToolSite, user: User, link: ResourceLink) -> LaunchMessage:
    """Let `user` open `link`."""
    initiation = campus.platform.login_initiation(campus.tool, user, link)
    return completed(campus, site, begun(campus, site, initiation))


def deep_linking_message(
    campus: Campus, site: ToolSite, initiation: LoginInitiation
) -> LaunchMessage:
    """Go through a deep linking request."""
    return completed(campus, site, begun(campus, site, initiation))


def refusal_of(campus: Campus, site: ToolSite, url: str) -> str:
    """Return the slug with which the platform, asked at `url`, calls a launch off."""
    _, fields = form_in(requests.get(url, timeout=5))
    refusal = login.platform_refusal({name: [said] for name, said in fields.items()})
    assert isinstance(refusal, LaunchRefused), urlsplit(url).path
    return refusal.slug
