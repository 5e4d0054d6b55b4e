"""To which addresses statements are sent at all."""

from __future__ import annotations

from typing import Any

import requests

from lti.addresses import GuardedAdapter, PrivateAddress

NOT_ALLOWED = "address-not-allowed"


class NotAllowed(requests.RequestException):
    """The address is private, or not https, and this installation does not allow that."""


class Guarded(GuardedAdapter):
    """Https to public addresses only."""

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """Send a request, if it may be sent there."""
        if not (request.url or "").startswith("https://"):
            raise NotAllowed
        try:
            return super().send(request, *args, **options)
        except PrivateAddress as error:
            raise NotAllowed from error
