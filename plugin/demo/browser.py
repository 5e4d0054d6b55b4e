"""A small browser for scripts: cookies, frames and forms as a person's browser has them.

It runs no scripts. What scripts do on the way of a launch, forms that send themselves, it does
itself. It tells servers what browsers tell them (Sec-Fetch-Site, Origin), blocks third-party
cookies, and obeys frame-ancestors and form-action; so a story told with it holds in a real one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import requests

from plugin.demo import policy
from plugin.demo.cookies import CookieStore, Navigation, is_trustworthy, origin, site
from plugin.demo.markup import Document, Form, Link, NotOnThePage, Values, read

AGENT = "Mozilla/5.0 (compatible; Mentes demo)"
TIMEOUT = (3.05, 30.0)
MOST_REDIRECTS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEPS_METHOD = frozenset({307, 308})
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Blocked(Exception):
    """A browser would not show this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer; `path` without query and with ids shortened."""

    method: str
    place: str
    path: str
    status: int

    def __str__(self) -> str:
        return f"{self.method:4} {self.place} {self.path} → {self.status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer as shown. `top` is the URL of the whole window when this lies in a frame of it."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    document: Document = field(repr=False)
    top: str | None = None

    @property
    def words(self) -> str:
        """What there is to read."""
        return self.document.words

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    @property
    def policy(self) -> str:
        """The Content-Security-Policy."""
        return self.headers.get("Content-Security-Policy", "")

    def link(self, words: str = "", *, to: str = "") -> Link:
        """Return the first link with these words in it, or that leads to a URL with `to` in it.

        Raises:
            NotOnThePage: there is none.
        """
        for link in self.document.links:
            if words in link.words and to in link.url:
                return link
        raise NotOnThePage(f"{self._called} has no link “{words or to}”.")

    def form(self, to: str, **fixed: str) -> Form:
        """Return the first form whose action ends in `to` and whose fields hold `fixed`.

        Raises:
            NotOnThePage: there is none.
        """
        for form in self.document.forms:
            action = urlsplit(urljoin(self.url, form.action)).path
            held = {name: entry.values for name, entry in form.fields.items()}
            if action.endswith(to) and all(held.get(k) == [v] for k, v in fixed.items()):
                return form
        raise NotOnThePage(f"{self._called} has no form for “{to}”.")

    def has(self, *words: str) -> bool:
        """Return whether all of these can be read on the page."""
        return all(each in self.words for each in words)

    @property
    def sends_itself(self) -> bool:
        """Whether this is a step on the way to another site: one form that a script sends on."""
        if len(self.document.forms) != 1 or not self.document.has_script:
            return False
        form = self.document.forms[0]
        elsewhere = origin(urljoin(self.url, form.action)) != origin(self.url)
        return elsewhere and form.method == "post" and form.is_hidden and bool(form.fields)

    @property
    def _called(self) -> str:
        return f"The page {_shortened(self.url)} ({self.status})"


class Browser:
    """One person's browser.

    Args:
        places: what to call origins in the log, such as {"http://localhost:8080": "campus"}.
        on_exchange: told of each request when it was answered.
    """

    def __init__(
        self,
        places: Mapping[str, str] | None = None,
        *,
        language: str = "en",
        on_exchange: Callable[[Exchange], None] | None = None,
    ) -> None:
        self.cookies = CookieStore()
        self.exchanges: list[Exchange] = []
        self._places = dict(places or {})
        self._language = language
        self._on_exchange = on_exchange
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.cookies.set_policy(
            DefaultCookiePolicy(allowed_domains=[])
        )  # CookieStore keeps them

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def open(self, url: str) -> Page:
        """Type an address into the bar."""
        return self._shown("GET", url, (), began=None, top=None)

    def click(self, page: Page, words: str = "", *, to: str = "") -> Page:
        """Follow a link of `page`."""
        return self.follow(page, page.link(words, to=to))

    def follow(self, page: Page, link: Link) -> Page:
        """Follow a link."""
        top = None if link.target in ("_top", "_blank") else page.top
        return self._shown("GET", urljoin(page.url, link.url), (), began=page, top=top)

    def reload(self, page: Page) -> Page:
        """Ask for `page` again, where it is."""
        return self._shown("GET", page.url, (), began=page, top=page.top)

    def enter(self, page: Page) -> Page:
        """Look into the frame of `page`, as far as forms that send themselves lead."""
        if not page.document.frames:
            raise NotOnThePage(f"{page.url} has no frame.")
        url = urljoin(page.url, page.document.frames[0])
        return self._shown("GET", url, (), began=page, top=page.top or page.url)

    def submit(self, page: Page, form: Form | str, *, button: str = "", **values: Values) -> Page:
        """Fill in a form of `page` and send it; by the end of its action, or the form itself."""
        found = page.form(form) if isinstance(form, str) else form
        sent = found.filled(values, button)
        return self._send(page, found, sent)

    def _send(self, page: Page, form: Form, sent: list[tuple[str, str]]) -> Page:
        url = urljoin(page.url, form.action or page.url)
        top = None if form.target in ("_top", "_blank") else page.top
        if form.method == "post":
            return self._shown("POST", url, sent, began=page, top=top)
        url = f"{url.partition('?')[0]}?{urlencode(sent)}"
        return self._shown("GET", url, (), began=page, top=top)

    def _shown(
        self,
        method: str,
        url: str,
        sent: Any,
        *,
        began: Page | None,
        top: str | None,
    ) -> Page:
        page = self._fetched(method, url, sent, began=began, top=top)
        if page.sends_itself:
            form = page.document.forms[0]
            return self._send(page, form, form.filled({}))
        return page

    def _fetched(
        self, method: str, url: str, sent: Any, *, began: Page | None, top: str | None
    ) -> Page:
        chain = [url]
        form = began if method == "POST" else None
        for _ in range(MOST_REDIRECTS):
            if form is not None and not policy.may_send_to(form.policy, chain[-1], form.url):
                raise Blocked(f"The policy of {_shortened(form.url)} forbids that form.")
            answer = self._once(method, chain, sent, began=began, top=top)
            location = answer.headers.get("Location")
            if answer.status_code not in REDIRECTS or location is None:
                return _page(answer, chain[-1], top)
            if answer.status_code not in KEEPS_METHOD and method != "HEAD":
                method, sent = "GET", ()
            chain.append(urljoin(chain[-1], location))
        raise Blocked(f"{_shortened(url)} leads round in circles.")

    def _once(
        self, method: str, chain: list[str], sent: Any, *, began: Page | None, top: str | None
    ) -> requests.Response:
        url = chain[-1]
        relation = _relation(began.url if began else None, chain)
        navigation = Navigation(
            url=url,
            method=method,
            top=site(top or url),
            from_elsewhere=relation == "cross-site",
            is_top_level=top is None,
        )
        headers = self._headers(method, relation, chain, began, top)
        cookies = self.cookies.header(navigation)
        if cookies:
            headers["Cookie"] = cookies
        answer = self._http.request(
            method,
            url,
            data=list(sent) or None,
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        self.cookies.take(answer.raw.headers.getlist("Set-Cookie"), navigation)
        self._log(method, url, answer.status_code)
        return answer

    def _headers(
        self, method: str, relation: str, chain: list[str], began: Page | None, top: str | None
    ) -> dict[str, str]:
        headers = {
            "User-Agent": AGENT,
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": self._language,
        }
        if is_trustworthy(chain[-1]):
            headers |= {
                "Sec-Fetch-Site": relation,
                "Sec-Fetch-Mode": "navigate",
                "Sec-Fetch-Dest": "document" if top is None else "iframe",
            }
        if method not in ("GET", "HEAD"):
            passed_on = any(origin(url) != origin(chain[0]) for url in chain)
            headers["Origin"] = "null" if passed_on or began is None else origin(began.url)
        return headers

    def _log(self, method: str, url: str, status: int) -> None:
        place = self._places.get(origin(url), urlsplit(url).netloc)
        exchange = Exchange(method=method, place=place, path=_shortened(url), status=status)
        self.exchanges.append(exchange)
        if self._on_exchange is not None:
            self._on_exchange(exchange)


def _page(answer: requests.Response, url: str, top: str | None) -> Page:
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    page = Page(
        url=url,
        status=answer.status_code,
        headers=answer.headers,
        content=answer.content,
        document=read(answer.content.decode("utf-8", "replace")) if is_html else Document(),
        top=top,
    )
    if top is not None and not policy.may_frame(page.policy, top, url):
        raise Blocked(f"{_shortened(url)} ({page.status}) does not want to be framed here.")
    return page


def _relation(began: str | None, chain: list[str]) -> str:
    """Return Sec-Fetch-Site: how far the target is from whoever began, on the whole way.

    https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
    """
    if began is None:
        return "none"
    if any(site(url) != site(began) for url in chain):
        return "cross-site"
    return "same-origin" if all(origin(url) == origin(began) for url in chain) else "same-site"


def _shortened(url: str) -> str:
    path = _IDS.sub("…", urlsplit(url).path)
    return re.sub(r"(/register/).+", r"\1…", path)
