"""Telling a platform what we want to be told: one handler per type of notice and deployment.

https://www.imsglobal.org/spec/lti-pns/v1p0/main/#notice-handlers
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from lti import claims
from lti.errors import ServiceRefused
from lti.message import NotificationEndpoint
from lti.registration import Registration
from lti.services import Services

SCOPES: Final = frozenset({claims.SCOPE_NOTICE_HANDLERS})
_JSON: Final = "application/json"


class NoticeHandlers:
    """The handlers of a deployment, at the address that its launches name.

    Every method raises ServiceRefused and ServiceUnavailable as `Services.call` does. A handler
    must be on the tool's own domain; platforms refuse others.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def listed(
        self, registration: Registration, url: str, *, deployment_id: str | None = None
    ) -> Mapping[str, str]:
        """Return the handlers that are set, by type of notice.

        Platform Notification Service 1.0:
        https://www.imsglobal.org/spec/lti-pns/v1p0/main/#notice-handlers

        Raises:
            ServiceRefused: "handlers-malformed" if the answer is something else.
        """
        document = self._services.call(
            "GET",
            registration,
            url,
            scopes=SCOPES,
            accept=_JSON,
            deployment_id=deployment_id,
        ).json()
        entries = document.get("notice_handlers") if isinstance(document, dict) else None
        if not isinstance(entries, list):
            raise ServiceRefused(
                "handlers-malformed", "The platform answered something other than notice handlers."
            )
        return {
            entry["notice_type"]: entry["handler"]
            for entry in entries
            if isinstance(entry, dict)
            and isinstance(entry.get("notice_type"), str)
            and isinstance(entry.get("handler"), str)
            and entry["handler"]
        }

    def put(
        self,
        registration: Registration,
        url: str,
        notice_type: str,
        handler: str,
        *,
        max_batch_size: int | None = None,
        deployment_id: str | None = None,
    ) -> None:
        """Set the handler for a type of notice, in place of the one before; "" removes it.

        Platform Notification Service 1.0:
        https://www.imsglobal.org/spec/lti-pns/v1p0/main/#notice-handlers
        """
        document: dict[str, Any] = {"notice_type": notice_type, "handler": handler}
        if max_batch_size is not None:
            document["max_batch_size"] = max_batch_size
        self._services.call(
            "PUT",
            registration,
            url,
            scopes=SCOPES,
            accept=_JSON,
            document=document,
            deployment_id=deployment_id,
        )

    def ensured(
        self,
        registration: Registration,
        endpoint: NotificationEndpoint,
        notice_types: Iterable[str],
        handler: str,
        *,
        max_batch_size: int | None = None,
        deployment_id: str | None = None,
    ) -> frozenset[str]:
        """Set `handler` for those of `notice_types` that the platform sends and that lack it.

        Platform Notification Service 1.0:
        https://www.imsglobal.org/spec/lti-pns/v1p0/main/#notice-handlers

        Return the types that were set now; to call it again changes nothing. Call it from a worker
        when a launch names an `endpoint`, not while somebody waits.
        """
        wanted = endpoint.notice_types.intersection(notice_types)
        if not wanted:
            return frozenset()
        known = self.listed(registration, endpoint.url, deployment_id=deployment_id)
        lacking = frozenset(each for each in wanted if known.get(each) != handler)
        for notice_type in sorted(lacking):
            self.put(
                registration,
                endpoint.url,
                notice_type,
                handler,
                max_batch_size=max_batch_size,
                deployment_id=deployment_id,
            )
        return lacking
