"""The file that anybody can make: who completed what, and when.

| column         | what stands there                                                         |
|----------------|---------------------------------------------------------------------------|
| `person`       | a mail address, a number in the registry, or a username                     |
| `email`, `username`, `sourced_id`, `account` | the same, each by its own name            |
| `course`       | its address; or the id, the short name or the registry's id of the course   |
| `module`       | the address or the name of a module; empty: the whole course was completed  |
| `completed_at` | 2026-11-20, or with a time, or with a time and a zone                        |
| `state`        | completed (also when empty), passed, failed or uncompleted                  |

One of the columns for a person, `course` or `module`, and `completed_at` are needed. The same row
in two files is one completion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from hashlib import sha256
from typing import BinaryIO
from uuid import UUID

from lrs_bridge.completion import Completion, State
from lrs_bridge.identity import PersonKey, named_place, same_place, surest_first
from lrs_bridge.sources.tables.rows import Cells, Row, read_rows

SOURCE = "csv"

COLUMNS = ("person", "email", "username", "sourced_id", "account", "course", "module",
           "completed_at", "state")  # fmt: skip
_NAMES = {
    **{name.replace("_", ""): name for name in COLUMNS},
    "mail": "email",
    "emailaddress": "email",
    "user": "person",
    "learner": "person",
    "login": "username",
    "studentid": "sourced_id",
    "employeeid": "sourced_id",
    "personid": "sourced_id",
    "userid": "account",
    "courseid": "course",
    "completed": "completed_at",
    "completedon": "completed_at",
    "completiondate": "completed_at",
    "date": "completed_at",
    "status": "state",
}
_STATES: Mapping[str, State] = {
    "": "completed",
    "completed": "completed",
    "passed": "passed",
    "failed": "failed",
    "uncompleted": "uncompleted",
}
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def read(
    file: BinaryIO,
    organisation_id: UUID,
    *,
    zone: tzinfo,
    now: datetime,
    home: str = "",
    after: int = 0,
) -> Iterator[Row]:
    """Return what each row says.

    Args:
        file: seekable; read from its beginning.
        zone: of dates, and of times without a zone of their own.
        now: aware; nothing can have been completed later.
        home: the system whose usernames and accounts these are, as its launches call themselves
            (the issuer); without one, usernames are looked for as numbers of the registry alone.
        after: rows up to this line are passed over unread.

    Raises:
        TableInvalid: while rows are read, if the file is no table.
    """

    def read_row(cells: Cells) -> Completion:
        return _read(cells, organisation_id, zone, now, home)

    return read_rows(file, _NAMES, read_row, after=after)


def _read(
    cells: Cells, organisation_id: UUID, zone: tzinfo, now: datetime, home: str
) -> Completion:
    keys = _who(cells, home)
    course, module = cells.said("course"), cells.said("module")
    if not course and not module:
        advice = "Say which course it was, by its address, id or short name."
        raise cells.refused("course", "place-missing", advice)
    at, when = cells.moment("completed_at", zone, now)
    state = _STATES.get(cells.said("state").lower())
    if state is None:
        advice = "Write completed, passed, failed or uncompleted, or leave it empty."
        raise cells.refused("state", "state-unknown", advice)
    course_key = named_place(course) if course else None
    module_key = named_place(module, home=same_place(course_key or "")) if module else None
    what = (keys[0].scheme, keys[0].home, keys[0].value, course_key or "", module_key or "")
    digest = sha256("\n".join((*map(same_place, what), state, when)).encode()).hexdigest()
    return Completion(
        organisation_id=organisation_id,
        source=SOURCE,
        source_event_id=digest,
        person_keys=keys,
        course_key=course_key,
        module_key=module_key,
        kind="module" if module else "course",
        state=state,
        at=at,
        source_reference=f"line {cells.line}",
        course_names={"und": course} if course else {},
        module_names={"und": module} if module else {},
    )


def _who(cells: Cells, home: str) -> tuple[PersonKey, ...]:
    keys: list[PersonKey] = []
    person, account, mail = cells.said("person"), cells.said("account"), cells.said("email")
    username, number = cells.said("username"), cells.said("sourced_id")
    if person and "@" in person:
        keys.append(_mbox(cells, "person", person))
    elif person:
        number, username = number or person, username or person
    if account:
        keys.append(PersonKey.account(home, account))
    if number:
        keys.append(PersonKey.sourced_id(number))
    if username:
        keys.append(PersonKey.username(username, home=home))
    if mail:
        keys.append(_mbox(cells, "email", mail))
    if not keys:
        column = next((it for it in COLUMNS[:5] if it in cells.heads), "person")
        advice = "Say who it was: a mail address, a number in the registry, or a username."
        raise cells.refused(column, "person-missing", advice)
    return surest_first(keys)


def _mbox(cells: Cells, column: str, address: str) -> PersonKey:
    key = PersonKey.mbox(address)
    if not _MAIL.fullmatch(key.value):
        advice = "Write one mail address, such as ada@example.com."
        raise cells.refused(column, "address-unreadable", advice)
    return key
