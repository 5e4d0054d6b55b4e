"""Calls to a platform's services: with the right token, and page by page."""

from collections.abc import Iterator
from typing import Any, Final

from lti import urls
from lti.access_tokens import AccessTokens
from lti.errors import ServiceRefused
from lti.http import Answer, Http
from lti.registration import Registration

MOST_PAGES: Final = 1000


class Services:
    """Authorised calls; may be shared by threads."""

    def __init__(self, http: Http, tokens: AccessTokens) -> None:
        self._http = http
        self._tokens = tokens

    def try_token(self, registration: Registration, scopes: frozenset[str]) -> None:
        """Ask for a token for `scopes` anew, to know whether the platform gives one.

        https://www.imsglobal.org/spec/security/v1p0/#using-json-web-tokens-with-oauth-2-0-client-credentials-grant

        Raises:
            ServiceRefused, ServiceUnavailable: it does not.
        """
        self._tokens.forget(registration, scopes)
        self._tokens.bearer(registration, scopes)

    def call(
        self,
        method: str,
        registration: Registration,
        url: str,
        *,
        scopes: frozenset[str],
        accept: str,
        document: Any = None,
        content_type: str = "application/json",
        deployment_id: str | None = None,
    ) -> Answer:
        """Return the answer to one call; a refused token (401) is replaced and tried once more.

        Security Framework 1.0, section 4: https://www.imsglobal.org/spec/security/v1p0/

        Raises:
            ServiceRefused: if the platform says no.
            ServiceUnavailable: if it can be asked again later; `retry_after` says when.
        """

        def attempt() -> Answer:
            return self._http.request(
                method,
                url,
                accept=accept,
                bearer=self._tokens.bearer(registration, scopes, deployment_id),
                document=document,
                content_type=content_type,
            )

        try:
            return attempt()
        except ServiceRefused as refused:
            if refused.slug != "platform-refused" or refused.status != 401:
                raise
        self._tokens.forget(registration, scopes, deployment_id)
        return attempt()

    def pages(
        self,
        registration: Registration,
        url: str,
        *,
        scopes: frozenset[str],
        accept: str,
        deployment_id: str | None = None,
        most: int = MOST_PAGES,
    ) -> Iterator[Answer]:
        """Yield the pages of a list, following `rel="next"` as it was written.

        RFC 8288, section 3: https://www.rfc-editor.org/rfc/rfc8288#section-3

        Half a list is worse than none, since what is missing would seem to be gone. So anything
        that keeps us from the end raises: a link to another origin (which must not see our token),
        a page seen before, more than `most` pages.

        Raises:
            ServiceRefused: "paging-elsewhere", "paging-loop" or "paging-endless", or as `call`.
            ServiceUnavailable: as `call`.
        """
        seen: set[str] = set()
        next_url: str | None = url
        while next_url is not None:
            if not urls.same_origin(next_url, url):
                raise ServiceRefused(
                    "paging-elsewhere", "The platform's next page is on another host; not followed."
                )
            if next_url in seen:
                raise ServiceRefused("paging-loop", "The platform's pages lead back to themselves.")
            if len(seen) == most:
                raise ServiceRefused(
                    "paging-endless", "The platform has more than %(most)s pages.", {"most": most}
                )
            seen.add(next_url)
            answer = self.call(
                "GET",
                registration,
                next_url,
                scopes=scopes,
                accept=accept,
                deployment_id=deployment_id,
            )
            yield answer
            next_url = answer.next_url
