"""Erasing in somebody else's SQL LRS, by its admin API."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from lrs_bridge.answered import NONSENSE, Answer
from lrs_bridge.asking import TROUBLE, Asking
from plugin.foundation.outbox import Away, Halted, Outcome, Result, Settled
from plugin.targets.guarding import NOT_ALLOWED, NotAllowed
from plugin.targets.payloads import Erase

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlLrsAdmin:
    """The admin API of an SQL LRS; `url` is what /admin is below."""

    url: str
    user: str
    password: str = field(repr=False)


class SqlLrs:
    """The admin API of one store, over the connections by which it is sent statements.

    Args:
        patience: seconds after which nothing more is begun.
    """

    def __init__(self, admin: SqlLrsAdmin, asking: Asking, *, patience: float) -> None:
        self._admin = admin
        self._asking = asking
        self._patience = patience

    def erase(self, erase: Erase) -> Result:
        """Have the admin API delete whoever it is; see `Erasing.SQL_LRS`."""
        until = time.monotonic() + self._patience
        try:
            token = self._login()
            for person in erase.people:
                if time.monotonic() > until:
                    return Away(problem="record-store-unavailable")
                self._deleted(token, _as_sql_lrs_says(person))
        except _Refused as refused:
            return refused.result
        except NotAllowed:
            return Halted(problem=NOT_ALLOWED)
        except (*TROUBLE, *NONSENSE) as error:
            return Away(problem=f"record-store-unavailable ({type(error).__name__})")
        return Settled()

    def _login(self) -> str:
        answer = self._asking.ask(
            "POST",
            f"{self._admin.url.rstrip('/')}/admin/account/login",
            json={"username": self._admin.user, "password": self._admin.password},
            auth=lambda request: request,  # requests itself would ask ~/.netrc
        )
        _expect_success(answer)
        return str(json.loads(answer.body)["json-web-token"])

    def _deleted(self, token: str, identifier: str) -> None:
        answer = self._asking.ask(
            "DELETE",
            f"{self._admin.url.rstrip('/')}/admin/agents",
            json={"actor-ifi": identifier},
            auth=lambda request: _with_token(request, token),
        )
        _expect_success(answer)


class _Refused(Exception):
    """The admin API did not do it."""

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.result = result


def _with_token(request: requests.PreparedRequest, token: str) -> requests.PreparedRequest:
    request.headers["Authorization"] = f"Bearer {token}"
    return request


def _expect_success(answer: Answer) -> None:
    status = answer.status
    if status == 200:
        return
    if status in (401, 403):
        raise _Refused(Halted(problem=f"record-store-admin-unauthorised ({status})"))
    if status in (400, 404, 405):
        problem = f"erasing-refused ({status})"
        raise _Refused(Settled(outcome=Outcome.GIVEN_UP, problem=problem))
    raise _Refused(Away(problem=f"record-store-unavailable ({status})"))


def _as_sql_lrs_says(person: Json) -> str:
    """Return the identifier of an agent in the form of SQL LRS: account::name@home page."""
    if "account" in person:
        return f"account::{person['account']['name']}@{person['account']['homePage']}"
    (name,) = (it for it in ("mbox", "mbox_sha1sum", "openid") if it in person)
    return f"{name}::{person[name]}"
