"""Login initiations, L1 to L12: https://www.imsglobal.org/spec/security/v1p0/, section 5.1.1.1."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from lti.testing.payloads.values import Answer, Login

Parameters = Sequence[tuple[str, str]]
Changed = Callable[[Mapping[str, str]], Parameters]


def _without(name: str) -> Changed:
    return lambda said: [(each, value) for each, value in said.items() if each != name]


def _with(name: str, value: str) -> Changed:
    return lambda said: list({**said, name: value}.items())


def _twice(name: str) -> Changed:
    return lambda said: [*said.items(), (name, said.get(name, "two"))]


def _target(change: Callable[[str], str]) -> Changed:
    return lambda said: list({**said, "target_link_uri": change(said["target_link_uri"])}.items())


def _on_host(change: Callable[[str], str]) -> Changed:
    def changed(url: str) -> str:
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=change(parts.netloc)))

    return _target(changed)


def _other_scheme(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="http" if parts.scheme == "https" else "https"))


def _bad(row: str, name: str, changes: str, changed: Changed) -> Login:
    return Login(name=f"login {name}", row=row, changes=changes, changed=changed)


def _good(row: str, name: str, changes: str, changed: Changed) -> Login:
    return Login(
        name=f"login {name}", row=row, changes=changes, changed=changed, answer=Answer.ACCEPTED
    )


BAD_LOGINS: Final = (
    *(
        login
        for row, name in (("L3", "iss"), ("L4", "login_hint"), ("L5", "target_link_uri"))
        for login in (
            _bad(row, f"without {name}", f"there is no {name}", _without(name)),
            _bad(row, f"with an empty {name}", f"{name} is empty", _with(name, "")),
        )
    ),
    _bad("L6", "from a stranger", "iss is nobody's", _with("iss", "https://other.example")),
    _bad(
        "L6",
        "with a slash after iss",
        "iss has a slash more",
        lambda said: list({**said, "iss": f"{said['iss']}/"}.items()),
    ),
    _bad("L6", "of another client", "client_id is nobody's", _with("client_id", "client-9")),
    _bad(
        "L10",
        "for another site",
        "the target is another site",
        _with("target_link_uri", "https://attacker.example/launch"),
    ),
    _bad(
        "L10",
        "for a site that begins alike",
        "the target's host begins with the tool's",
        _on_host(lambda host: f"{host}.attacker.example".replace(":", "-")),
    ),
    _bad(
        "L10",
        "for a site behind a name",
        "the target has the tool's host for a user name",
        _on_host(lambda host: f"{host}@attacker.example"),
    ),
    _bad(
        "L10",
        "for a site behind a backslash",
        "the target has the tool's host before a backslash",
        _on_host(lambda host: f"{host}\\@attacker.example"),
    ),
    _bad("L10", "for another scheme", "the target is http, not https", _target(_other_scheme)),
    _bad(
        "L10",
        "for another port",
        "the target has another port",
        _on_host(lambda host: f"{host.partition(':')[0]}:8443"),
    ),
    _bad(
        "L10",
        "for an address without a scheme",
        "the target begins with two slashes",
        _target(lambda url: "//" + url.partition("//")[2]),
    ),
    _bad("L10", "for a path", "the target is a path", _with("target_link_uri", "/launch")),
    _bad(
        "L10",
        "for a script",
        "the target is a script",
        _with("target_link_uri", "javascript:alert(1)"),
    ),
    *(
        _bad("L12", f"with {name} twice", f"{name} is said twice", _twice(name))
        for name in ("iss", "login_hint", "target_link_uri", "client_id")
    ),
    _bad(
        "L12",
        "with a hint of 64 kilobytes",
        "lti_message_hint has 65,536 characters",
        _with("lti_message_hint", "x" * 65_536),
    ),
    _bad("L12", "with nul", "login_hint has a NUL in it", _with("login_hint", "a\x00b")),
    _bad(
        "L12",
        "with a header in it",
        "iss has the end of a line in it",
        lambda said: list({**said, "iss": f"{said['iss']}\r\nSet-Cookie: a=b"}.items()),
    ),
)
"""What a tool must refuse, and must not redirect anywhere for."""


def _deployment_as_canvas(said: Mapping[str, str]) -> Parameters:
    return [
        (name if name != "lti_deployment_id" else "deployment_id", v) for name, v in said.items()
    ]


GOOD_LOGINS: Final = (
    _good("L1", "as it should be", "nothing", lambda said: list(said.items())),
    _good("L7", "without client_id", "there is no client_id", _without("client_id")),
    _good(
        "L9", "with deployment_id", "the deployment is called deployment_id", _deployment_as_canvas
    ),
    _good(
        "L11",
        "with a frame that breaks out",
        "lti_storage_target is markup",
        _with("lti_storage_target", '"><script>alert(1)</script>'),
    ),
    _good(
        "L11",
        "with the opener for a frame",
        "lti_storage_target is opener",
        _with("lti_storage_target", "opener"),
    ),
    _good(
        "L11",
        "with a frame of 10 kilobytes",
        "lti_storage_target has 10,000 characters",
        _with("lti_storage_target", "x" * 10_000),
    ),
    _good(
        "L2",
        "with parameters of the product",
        "there are parameters that no specification has",
        _with("canvas_region", "us-east-1"),
    ),
)
"""What a tool must answer with an authentication request."""
