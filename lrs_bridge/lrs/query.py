"""What is asked of the store: the standard's parameters as one frozen value.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#213-get-statements
"""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lrs_bridge.errors import Malformed, ParameterInvalid, StatementInvalid
from lrs_bridge.identity import ifi
from lrs_bridge.lrs.parameters import flag, identified, iri, read, time, uuid
from lrs_bridge.lrs.wire import read_json
from lrs_bridge.statement import written_timestamp
from lrs_bridge.validation import rules

LIMIT_IF_NONE = 100
LARGEST_LIMIT = 500

_FORMATS = ("ids", "exact", "canonical")
_WITH_AN_ID = frozenset({"statementId", "voidedStatementId", "attachments", "format"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementQuery:
    """One page of statements, or one statement.

    Attributes:
        agent: canonical inverse functional identifier.
        since: exclusive; until: inclusive; both about `stored`.
        limit: statements per page, 1 to `LARGEST_LIMIT`.
        after: the seq of the last statement of the page before.
    """

    statement_id: UUID | None = None
    voided_statement_id: UUID | None = None
    agent: str | None = None
    verb: str | None = None
    activity: str | None = None
    registration: UUID | None = None
    related_activities: bool = False
    related_agents: bool = False
    since: datetime | None = None
    until: datetime | None = None
    limit: int = LIMIT_IF_NONE
    format: str = "exact"
    attachments: bool = False
    ascending: bool = False
    after: int | None = None

    @property
    def is_for_one(self) -> bool:
        """Return whether one statement is asked for, by its id."""
        return self.one is not None

    @property
    def one(self) -> tuple[UUID, bool] | None:
        """Return the id of the one statement that is asked for, and whether it is a voided one."""
        if self.statement_id is not None:
            return self.statement_id, False
        return None if self.voided_statement_id is None else (self.voided_statement_id, True)

    @property
    def is_plain(self) -> bool:
        """Return whether what is asked for is answered with what is stored of it, and no more."""
        return self.format != "canonical" and not self.attachments


def parse(parameters: Iterable[tuple[str, str]]) -> StatementQuery:
    """Return what the query string asks for.

    Raises:
        ParameterInvalid: for anything that the standard does not define, in name or value.
    """
    given = read(parameters, {**_READERS, "cursor": str})
    if "cursor" in given:
        return _next(given.pop("cursor"), given)
    if given.keys() & {"statementId", "voidedStatementId"}:
        _refuse_company(given)
    return StatementQuery(**{_PARAMETERS[name][0]: value for name, value in given.items()})


def statement_id(parameters: Iterable[tuple[str, str]]) -> UUID:
    """Return the id under which a statement is put: the one parameter that PUT has.

    Raises:
        ParameterInvalid: if it is missing or no UUID, or if there are others.
    """
    found: UUID = read(parameters, {"statementId": uuid}, "statementId")["statementId"]
    return found


def cursor(query: StatementQuery, after: int) -> str:
    """Return the query of the page after seq `after`, short enough for any URL.

    It describes itself, so nothing is kept for it and it never expires; it is not signed, because
    it can say nothing that the parameters could not.
    """
    values = {
        field.name: _plain(getattr(query, field.name))
        for field in dataclasses.fields(query)
        if getattr(query, field.name) != field.default
    }
    text = json.dumps({**values, "after": after}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _refuse_company(given: Mapping[str, Any]) -> None:
    if {"statementId", "voidedStatementId"} <= given.keys():
        raise ParameterInvalid("statementId", "must not be given with voidedStatementId")
    for name in given:
        if name not in _WITH_AN_ID:
            raise ParameterInvalid(name, "must not be given with the id of one statement")


def _format(text: str) -> str:
    rules.one_of(*_FORMATS)(text)
    return text


def _limit(text: str) -> int:
    """The number asked for; 0 means as many as the store gives."""
    rules.written_as(r"[0-9]{1,9}", "must be a number of statements, 0 or more")(text)
    return min(int(text) or LARGEST_LIMIT, LARGEST_LIMIT)


def _ifi(text: str) -> str | None:
    return ifi(identified(text))


_PARAMETERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "statementId": ("statement_id", uuid),
    "voidedStatementId": ("voided_statement_id", uuid),
    "agent": ("agent", _ifi),
    "verb": ("verb", iri),
    "activity": ("activity", iri),
    "registration": ("registration", uuid),
    "related_activities": ("related_activities", flag),
    "related_agents": ("related_agents", flag),
    "since": ("since", time),
    "until": ("until", time),
    "limit": ("limit", _limit),
    "format": ("format", _format),
    "attachments": ("attachments", flag),
    "ascending": ("ascending", flag),
}

_READERS = {name: reader for name, (_, reader) in _PARAMETERS.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return written_timestamp(value)
    return str(value) if isinstance(value, UUID) else value


def _next(cursor: str, given: Mapping[str, Any]) -> StatementQuery:
    """Return the query of a further page.

    Ralph's client, for one, sends the parameters of the first page along with the cursor. They may
    not say anything else.
    """
    query = _continued(cursor)
    for name, value in given.items():
        if getattr(query, _PARAMETERS[name][0]) != value:
            raise ParameterInvalid(name, "must be as it was for the first page, or be left out")
    return query


def _continued(given: str) -> StatementQuery:
    """Return the query that a cursor describes, checked as if it had been typed in."""
    try:
        text = base64.urlsafe_b64decode(given + "==").decode()
        values = read_json(text)
        return StatementQuery(**{name: _CURSOR[name](value) for name, value in values.items()})
    except (Malformed, StatementInvalid, ValueError, LookupError, TypeError, AttributeError):
        requirement = "must be taken unchanged from the more property of an answer"
        raise ParameterInvalid("cursor", requirement) from None


def _string(value: Any) -> str:
    rules.string(value)
    return str(value)


def _boolean(value: Any) -> bool:
    rules.boolean(value)
    return bool(value)


def _seq(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise rules.refuse("must be a place in the order of statements")
    return value


_CURSOR: dict[str, Callable[[Any], Any]] = {
    "agent": _string,
    "verb": _string,
    "activity": _string,
    "registration": uuid,
    "related_activities": _boolean,
    "related_agents": _boolean,
    "since": time,
    "until": time,
    "limit": lambda value: _limit(str(value)),
    "format": _format,
    "attachments": _boolean,
    "ascending": _boolean,
    "after": _seq,
}
