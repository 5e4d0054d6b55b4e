"""Calls to platforms: bounded in time and size, and never to where they should not go.

Every URL that we fetch was given to us by somebody, so each is a possible way into our own network:
only https to public addresses, checked on the socket itself, unless private ones are allowed for
development. Bearer tokens never leave the origin that they were meant for.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final, NoReturn
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from lti import patience, urls
from lti.addresses import GuardedAdapter, PrivateAddress
from lti.errors import ServiceRefused, ServiceUnavailable
from lti.patience import TimedAdapter

USER_AGENT: Final = "Mentes (LTI 1.3 tool)"
LONGEST_WAIT: Final = 86400  # s; a Retry-After beyond a day is a mistake
_MOST_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TROUBLE: Final = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    TimeoutError,
    UnicodeError,
)

_LINK: Final = re.compile(r"<([^>]*)>([^<]*)")
_RELATION: Final = re.compile(r";\s*rel\s*=\s*[\"'“”]?([^\"'“”;,]+)", re.IGNORECASE)
_MAX_AGE: Final = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A successful answer; header names are looked up without regard to case."""

    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the body as JSON, whatever the content type says (Moodle's token: text/html).

        Raises:
            ServiceRefused: "answer-malformed" if it is not JSON.
        """
        try:
            return json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise ServiceRefused(
                "answer-malformed",
                "The platform answered something other than JSON. "
                "An administrator should check the URLs of its registration.",
                status=self.status,
            ) from None

    @property
    def next_url(self) -> str | None:
        """The absolute URL of the next page, letter for letter as the platform wrote it."""
        return self.link("next")

    def link(self, relation: str) -> str | None:
        """Return the absolute URL that the `Link` header names for `relation` (RFC 8288)."""
        header = (
            self.headers.get("Link", "").encode("latin-1", "replace").decode("utf-8", "replace")
        )
        for target, parameters in _LINK.findall(header):
            named = _RELATION.search(parameters)
            if named is not None and relation in named[1].lower().split():
                return urljoin(self.url, str(target).replace("&amp;", "&").strip())
        return None

    @property
    def max_age(self) -> int | None:
        """Seconds that the answer may be kept; 0 for no-store and no-cache, None if unsaid."""
        said = self.headers.get("Cache-Control", "")
        if re.search(r"\bno-(?:store|cache)\b", said, re.IGNORECASE):
            return 0
        found = _MAX_AGE.search(said)
        return int(found[1]) if found else None


class Http:
    """A way to call platforms; may be shared by threads.

    Args:
        user_agent: who we are; some platforms refuse calls that do not say.
        allow_private: also call private and loopback addresses, and plain http. For development,
            demonstrations and tests, and for tools on the platform's own intranet.
        timeout: seconds to connect, and between two packets.
        longest: seconds for a whole call: to connect, to shake hands, for headers and body, and for
            redirects. Only how long it takes to look a name up is the resolver's to say.
        largest: bytes of an answer.
    """

    def __init__(
        self,
        *,
        user_agent: str = USER_AGENT,
        allow_private: bool = False,
        timeout: tuple[float, float] = (3.05, 10.0),
        longest: float = 30.0,
        largest: int = 8 * 1024 * 1024,
    ) -> None:
        self._allow_private = allow_private
        self._timeout = timeout
        self._longest = longest
        self._largest = largest
        self._session = requests.Session()
        self._session.headers["User-Agent"] = user_agent
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.mount("http://", TimedAdapter())
        self._session.mount("https://", TimedAdapter() if allow_private else GuardedAdapter())

    def get(
        self, url: str, *, accept: str = "application/json", bearer: str | None = None
    ) -> Answer:
        """Return the answer to GET; see `request`. Redirects are followed, with care."""
        return self.request("GET", url, accept=accept, bearer=bearer)

    def post_form(self, url: str, form: Mapping[str, str]) -> Answer:
        """Return the answer to a form; see `request`."""
        return self.request("POST", url, accept="application/json", form=form)

    def request(
        self,
        method: str,
        url: str,
        *,
        accept: str,
        bearer: str | None = None,
        form: Mapping[str, str] | None = None,
        document: Any = None,
        content_type: str = "application/json",
    ) -> Answer:
        """Return the answer to one call that the platform granted (2xx).

        `document` is sent as JSON with `content_type`; `form` as a form.

        Raises:
            ServiceRefused: on other statuses, on answers too large, and on URLs or redirects that
                we do not follow.
            ServiceUnavailable: on timeouts, lost connections, 429 and 5xx.
        """
        headers = {"Accept": accept}
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        data: Any = form
        if document is not None:
            headers["Content-Type"] = content_type
            data = json.dumps(document, allow_nan=False).encode()
        with patience.at_most(self._longest):
            answer = self._once(method, url, headers, data)
            for _ in range(_MOST_REDIRECTS):
                if answer.status not in _REDIRECTS:
                    break
                answer = self._once("GET", _redirected(method, answer, bearer), headers, None)
        return _granted(answer)

    def _once(self, method: str, url: str, headers: Mapping[str, str], data: Any) -> Answer:
        if not urls.is_web_url(url) or (
            urlsplit(url).scheme != "https" and not self._allow_private
        ):
            raise ServiceRefused(
                "url-refused", "The platform's URL is not one that we call: https is needed."
            )
        connecting, reading = self._timeout
        try:
            with self._session.request(
                method,
                url,
                headers=headers,
                data=data,
                timeout=(patience.left(connecting), patience.left(reading)),
                allow_redirects=False,
                stream=True,
                auth=_no_other_credentials,
            ) as response:
                body = self._read(response)
                return Answer(
                    url=url, status=response.status_code, headers=response.headers, body=body
                )
        except PrivateAddress:
            raise ServiceRefused(
                "address-refused",
                "The platform's URL leads to a private address. "
                "Allow private addresses if the platform is on your own network.",
            ) from None
        except _TROUBLE:
            if patience.is_over():
                raise ServiceUnavailable(
                    "platform-slow", "The platform's answer took too long."
                ) from None
            raise ServiceUnavailable(
                "platform-unreachable", "The platform could not be reached in time."
            ) from None

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        while chunk := response.raw.read1(64 * 1024, decode_content=True):
            body += chunk
            if len(body) > self._largest:
                raise ServiceRefused(
                    "answer-too-large",
                    "The platform's answer is larger than %(largest)s bytes.",
                    {"largest": self._largest},
                    status=response.status_code,
                )
        return bytes(body)


def _redirected(method: str, answer: Answer, bearer: str | None) -> str:
    """Return where a GET may follow; a bearer token does not leave its origin."""
    target = urljoin(answer.url, answer.headers.get("Location", ""))
    if method != "GET" or (bearer is not None and not urls.same_origin(target, answer.url)):
        _refuse_redirect(answer.status)
    return target


def _granted(answer: Answer) -> Answer:
    if 200 <= answer.status < 300:
        return answer
    if answer.status in _REDIRECTS:
        _refuse_redirect(answer.status)
    limited = answer.status == 403 and b"rate limit exceeded" in answer.body[:4096].lower()
    if answer.status in (408, 425, 429) or answer.status >= 500 or limited:
        raise ServiceUnavailable(
            "platform-busy",
            "The platform answered %(status)s and can be asked again later.",
            {"status": answer.status},
            status=answer.status,
            retry_after=_retry_after(answer.headers),
        )
    raise ServiceRefused(
        "platform-refused",
        "The platform answered %(status)s.",
        {"status": answer.status},
        status=answer.status,
    )


def _retry_after(headers: Mapping[str, str]) -> int | None:
    """Return the wait in seconds; a date is counted from the answer's own, not from our clock."""
    said = headers.get("Retry-After", "").strip()
    try:
        if not said.isdigit():
            until = parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("Date", ""))
            said = str(max(0, round(until.total_seconds())))
        return min(int(said), LONGEST_WAIT)
    except (TypeError, ValueError):
        return None


def _refuse_redirect(status: int) -> NoReturn:
    raise ServiceRefused(
        "redirect-refused",
        "The platform sent us elsewhere. An administrator should register the final URL instead.",
        status=status,
    )


def _no_other_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep the session from adding credentials of its own, such as those of a .netrc."""
    return request
