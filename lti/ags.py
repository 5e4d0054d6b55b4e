"""Assignment and Grade Services 2.0: the gradebook, as far as a tool may see it.

A *line item* is a column of the gradebook, found in its context's line items *container*. A *score*
is what a tool reports for one person, with how far the person and the grading have come. The
platform makes of it a *result*, which a teacher may change.

https://www.imsglobal.org/spec/lti-ags/v2p0/
"""

from collections.abc import Iterator
from typing import Any, Final

from lti import ags_answers, claims, quirks, urls
from lti.errors import ServiceRefused
from lti.grading import (
    ActivityProgress,
    GradingProgress,
    LineItem,
    Result,
    Score,
    ScoreOutcome,
    SubmissionReview,
)
from lti.registration import Registration
from lti.services import Services

__all__ = [
    "ActivityProgress",
    "GradingProgress",
    "LineItem",
    "LineItems",
    "Result",
    "Score",
    "ScoreOutcome",
    "SubmissionReview",
]

# Moodle grants reading only to those who ask for the read-only scope as well.
LINE_ITEM_SCOPES: Final = frozenset({claims.SCOPE_LINE_ITEM, claims.SCOPE_LINE_ITEM_READ})
SCORE_SCOPES: Final = frozenset({claims.SCOPE_SCORE})
RESULT_SCOPES: Final = frozenset({claims.SCOPE_RESULT_READ})


class LineItems:
    """The line items of a context, their scores and their results.

    Every method raises ServiceRefused and ServiceUnavailable as `Services.call` does.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def listed(
        self,
        registration: Registration,
        lineitems_url: str,
        *,
        resource_id: str | None = None,
        tag: str | None = None,
        deployment_id: str | None = None,
    ) -> Iterator[LineItem]:
        """Yield the line items, page by page, with this `resource_id` and `tag` where given.

        Assignment and Grade Services 2.0, section 3.2:
        https://www.imsglobal.org/spec/lti-ags/v2p0/#line-item-service

        Platforms may ignore the filters; so the answers are filtered here, too.
        """
        wanted = {"resource_id": resource_id, "tag": tag}
        query = [(name, value) for name, value in wanted.items() if value is not None]
        for page in self._services.pages(
            registration,
            urls.with_query(lineitems_url, query),
            scopes=LINE_ITEM_SCOPES,
            accept=claims.MEDIA_LINE_ITEMS,
            deployment_id=deployment_id,
        ):
            for item in ags_answers.line_items(page.json()):
                if resource_id in (None, item.resource_id) and tag in (None, item.tag):
                    yield item

    def found_or_created(
        self,
        registration: Registration,
        lineitems_url: str,
        item: LineItem,
        *,
        deployment_id: str | None = None,
    ) -> LineItem:
        """Return the platform's line item for `item`, created if there is none.

        Looked for by resource id and tag first, since a tool must not make it again in a copied
        course (section 3.2.15) and since platforms make two if asked twice. Two callers at once
        may still do so: call it from one place at a time.
        """
        if item.resource_id is None and item.tag is None:
            raise ValueError("A line item needs a resource_id or a tag to be found again.")
        for found in self.listed(
            registration,
            lineitems_url,
            resource_id=item.resource_id,
            tag=item.tag,
            deployment_id=deployment_id,
        ):
            if item.is_found_in(found):
                return found
        document = item.document()
        return ags_answers.line_item(
            self._exchanged("POST", registration, lineitems_url, document, deployment_id)
        )

    def updated(
        self, registration: Registration, item: LineItem, *, deployment_id: str | None = None
    ) -> LineItem:
        """Change the line item `item.id` to what `item` says, and return what it is now.

        What `item` leaves open stays, and so does what others keep there, such as dates: a PUT
        replaces the whole, so the present document is read first.

        Assignment and Grade Services 2.0, section 3.2.6:
        https://www.imsglobal.org/spec/lti-ags/v2p0/#updating-a-line-item
        """
        if item.id is None:
            raise ValueError("Only a line item that the platform has made can be changed.")
        present = self._exchanged("GET", registration, item.id, None, deployment_id)
        ags_answers.line_item(present)
        kept = {name: value for name, value in present.items() if value is not None}
        wanted = {**kept, **item.document()}
        return ags_answers.line_item(
            self._exchanged("PUT", registration, item.id, wanted, deployment_id)
        )

    def deleted(
        self, registration: Registration, lineitem_url: str, *, deployment_id: str | None = None
    ) -> bool:
        """Remove the line item and everybody's results in it; False if it was gone already.

        Assignment and Grade Services 2.0, section 3.2:
        https://www.imsglobal.org/spec/lti-ags/v2p0/#line-item-service
        """
        try:
            self._services.call(
                "DELETE",
                registration,
                lineitem_url,
                scopes=LINE_ITEM_SCOPES,
                accept="*/*",
                deployment_id=deployment_id,
            )
        except ServiceRefused as refused:
            if refused.slug != "platform-refused" or refused.status not in (404, 410):
                raise
            return False
        return True

    def results(
        self,
        registration: Registration,
        lineitem_url: str,
        *,
        user_id: str | None = None,
        limit: int | None = None,
        deployment_id: str | None = None,
    ) -> Iterator[Result]:
        """Yield the results in the line item, page by page: everybody's, or those of `user_id`.

        Assignment and Grade Services 2.0, section 3.3:
        https://www.imsglobal.org/spec/lti-ags/v2p0/#result-service

        `limit` is how many to ask for per page. Platforms may ignore the filter; so the answers
        are filtered here, too.

        Raises:
            ServiceRefused: "results-malformed", or as `Services.pages` does.
        """
        wanted = {"user_id": user_id, "limit": None if limit is None else str(limit)}
        query = [(name, value) for name, value in wanted.items() if value is not None]
        for page in self._services.pages(
            registration,
            urls.with_query(urls.with_path_suffix(lineitem_url, "/results"), query),
            scopes=RESULT_SCOPES,
            accept=claims.MEDIA_RESULTS,
            deployment_id=deployment_id,
        ):
            for result in ags_answers.results(page.json()):
                if user_id in (None, result.user_id):
                    yield result

    def _exchanged(
        self,
        method: str,
        registration: Registration,
        url: str,
        document: Any,
        deployment_id: str | None,
    ) -> Any:
        return self._services.call(
            method,
            registration,
            url,
            scopes=LINE_ITEM_SCOPES,
            accept=claims.MEDIA_LINE_ITEM,
            document=document,
            content_type=claims.MEDIA_LINE_ITEM,
            deployment_id=deployment_id,
        ).json()

    def post_score(
        self,
        registration: Registration,
        lineitem_url: str,
        score: Score,
        *,
        deployment_id: str | None = None,
    ) -> ScoreOutcome:
        """Report `score` to the line item.

        A score may be sent twice, when the answer to it was lost. A platform says then that it has
        one as recent (409), or takes it for a mistake (400: Open edX); its results tell that one
        from a real refusal.

        Assignment and Grade Services 2.0, section 3.4:
        https://www.imsglobal.org/spec/lti-ags/v2p0/#score-publish-service

        Raises:
            ServiceRefused: "score-not-accepted" if the platform takes no score for this person.
        """
        extension = quirks.SCORE_EXTENSIONS.get(registration.product or "", {})
        try:
            self._services.call(
                "POST",
                registration,
                urls.with_path_suffix(lineitem_url, "/scores"),
                scopes=SCORE_SCOPES,
                accept="*/*",  # the answer has no content that matters
                document={**score.document(), **extension},
                content_type=claims.MEDIA_SCORE,
                deployment_id=deployment_id,
            )
        except ServiceRefused as refused:
            if refused.slug != "platform-refused":
                raise
            if refused.status == 409:
                return ScoreOutcome.SUPERSEDED
            if refused.status == 400 and self._has(
                registration, lineitem_url, score, deployment_id
            ):
                return ScoreOutcome.RECORDED
            raise ags_answers.not_accepted(refused) from None
        return ScoreOutcome.RECORDED

    def _has(
        self,
        registration: Registration,
        lineitem_url: str,
        score: Score,
        deployment_id: str | None,
    ) -> bool:
        """Return whether this very score is what the platform has for the person."""
        if score.score_given is None:
            return False
        try:
            results = list(
                self.results(
                    registration, lineitem_url, user_id=score.user_id, deployment_id=deployment_id
                )
            )
        except ServiceRefused:
            return False
        return any(score.is_told_by(result) for result in results)
