"""A browser without scripts, for launches: it keeps cookies and sends forms that send themselves.

Cookies that are for https alone are kept on loopback, too, as browsers do, and each site has its
own. A frame's third-party rules are not played: a tool is tested here for what it checks, not for
how it copes with a browser that keeps nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from html.parser import HTMLParser
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

from lti import urls

MOST_STEPS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
AGENT = "Mozilla/5.0 (compatible; lti.testing)"

Fields = Sequence[tuple[str, str]]


class Encoding(Enum):
    """How the fields of a form are written into a request."""

    FORM = "application/x-www-form-urlencoded"
    MULTIPART = "multipart/form-data"
    JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of a page, as it would be sent."""

    action: str
    method: str
    fields: tuple[tuple[str, str], ...]

    def value(self, name: str) -> str:
        """Return what is in a field; KeyError if there is none."""
        return dict(self.fields)[name]

    def having(self, **values: str | None) -> Fields:
        """Return the fields, some with other values, and some (None) left out."""
        filled = {**dict(self.fields), **values}
        return [(name, value) for name, value in filled.items() if value is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a browser ended up with; `steps` are the requests on the way, as "POST url → status"."""

    url: str
    status: int
    text: str = field(repr=False)
    steps: tuple[str, ...]
    form: Form | None = None
    sent_back: bool = False
    """Whether the tool sent people back to the platform with an `lti_errormsg`."""

    @property
    def is_refusal(self) -> bool:
        """Whether somebody said no: a status from 400 to 499, or back with a word of why."""
        return 400 <= self.status < 500 or self.sent_back

    @property
    def is_accepted(self) -> bool:
        """Whether nobody said no."""
        return self.status < 400 and not self.sent_back


class Browser:
    """One person's browser. Not for several threads."""

    def __init__(self, *, timeout: float = 10.0) -> None:
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = AGENT
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.cookies: dict[str, dict[str, str]] = {}
        """By origin, what is kept by name."""

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def copy(self) -> "Browser":
        """Return another with the same cookies: another tab, at the same time."""
        other = Browser(timeout=self._timeout)
        other.cookies = {origin: dict(kept) for origin, kept in self.cookies.items()}
        return other

    def get(self, url: str, fields: Fields = ()) -> Page:
        """Open an address, with `fields` for its query."""
        return self.send("GET", urls.with_query(url, fields), ())

    def post(self, url: str, fields: Fields, encoding: Encoding = Encoding.FORM) -> Page:
        """Post a form."""
        return self.send("POST", url, fields, encoding)

    def submit(self, form: Form) -> Page:
        """Send a form as it is."""
        if form.method == "post":
            return self.post(form.action, form.fields)
        return self.get(form.action, form.fields)

    def send(
        self, method: str, url: str, fields: Fields, encoding: Encoding = Encoding.FORM
    ) -> Page:
        """Send a request and follow where it leads, up to a page.

        Raises:
            requests.RequestException: there was no answer.
        """
        steps: list[str] = []
        origin = urls.origin(url)
        for _ in range(MOST_STEPS):
            answer = self._once(method, url, fields, encoding)
            steps.append(f"{method} {url.partition('?')[0]} → {answer.status_code}")
            if answer.status_code not in REDIRECTS:
                break
            url = urljoin(url, answer.headers.get("Location", ""))
            if answer.status_code not in (307, 308):
                method, fields = "GET", ()
            if "lti_errormsg" in parse_qs(urlsplit(url).query) and urls.origin(url) != origin:
                return Page(
                    url=url, status=answer.status_code, text="", steps=(*steps,), sent_back=True
                )
        return Page(
            url=url,
            status=answer.status_code,
            text=answer.text,
            steps=tuple(steps),
            form=_form(answer.text, url),
        )

    def _once(self, method: str, url: str, fields: Fields, encoding: Encoding) -> requests.Response:
        origin = urls.origin(url) or url
        kept = self.cookies.setdefault(origin, {})
        said = "; ".join(f"{name}={value}" for name, value in kept.items())
        answer = self._session.request(
            method,
            url,
            **(_body(fields, encoding) if fields else {}),
            headers={"Cookie": said, "Accept": "text/html"} if said else {"Accept": "text/html"},
            timeout=self._timeout,
            allow_redirects=False,
        )
        for cookie in answer.raw.headers.getlist("Set-Cookie"):
            _keep(kept, cookie)
        return answer


def _body(fields: Fields, encoding: Encoding) -> dict[str, Any]:
    """Return what `requests` is told to write `fields` so."""
    match encoding:
        case Encoding.MULTIPART:
            return {"files": [(name, (None, value)) for name, value in fields]}
        case Encoding.JSON:
            return {"json": dict(fields)}
        case Encoding.FORM:
            return {"data": list(fields)}


def _keep(kept: dict[str, str], cookie: str) -> None:
    """Keep a cookie, or drop the one that it ends."""
    pair, *attributes = cookie.split(";")
    name, _, value = pair.strip().partition("=")
    kept[name] = value
    if any(each.strip().lower() in ("max-age=0", "max-age=-1") for each in attributes):
        del kept[name]


def _form(text: str, url: str) -> Form | None:
    """Return the form of a page, if it has exactly one."""
    reader = _Reader()
    reader.feed(text)
    if len(reader.forms) != 1:
        return None
    method, action, fields = reader.forms[0]
    return Form(action=urljoin(url, action), method=method, fields=tuple(fields))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, list[tuple[str, str]]]] = []

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((said.get("method", "get").lower(), said.get("action", ""), []))
        elif tag == "input" and self.forms and "name" in said:
            self.forms[-1][2].append((said["name"], said.get("value", "")))
