"""Finding statements of an organisation, and voiding one.

The session is open for the organisation of the visit, and every question names it as well: the
store's tables are behind no wall of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from lrs_bridge.errors import StatementConflict, StatementNotFound
from lrs_bridge.lrs import activities, formats, store, wire
from lrs_bridge.lrs import select as reading
from lrs_bridge.lrs.select import Found
from lrs_bridge.lrs.tables import credential
from lrs_bridge.vocabulary import Extension, Verb
from plugin.courses.model import Course
from plugin.foundation.errors import NotFound, VoidingRefused
from plugin.foundation.events import happened
from plugin.foundation.tenancy import organisation_of
from plugin.people.service import account_of
from plugin.platforms.model import RegistrationRow
from plugin.statements.events import StatementVoided
from plugin.statements.search import Search
from plugin.targets.embedded import our_authority

REFERRING = 20
"""Statements that refer to one, of which its page shows so many."""

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A statement as the store serves it, and the same parsed."""

    found: Found
    text: str
    statement: Json

    @classmethod
    def of(cls, found: Found) -> Read:
        """Return what the store found."""
        return cls(
            found=found,
            text=formats.exact(found.text, found.assigned),
            statement=formats.whole(found.text, found.assigned),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the list, the newest first, and the places in the order to go on from."""

    read: list[Read]
    older: int | None
    newer: int | None


def page(session: Session, search: Search, ifis: Sequence[str]) -> Page:
    """Return the statements that `search` asks for, of who is called by any of `ifis`."""
    query = search.query(ifis[0] if ifis else None)
    found = reading.page(
        session, organisation_of(session), query, voided=search.voided, also=ifis[1:]
    )
    several = found.found
    if not query.ascending:
        is_later_page = query.after is not None and bool(several)
        newer = several[0].seq if is_later_page else None
        return Page(read=_read(several), older=found.after, newer=newer)
    several = several[::-1]
    older = several[-1].seq if several else None
    return Page(read=_read(several), older=older, newer=found.after)


def _read(several: Iterable[Found]) -> list[Read]:
    return [Read.of(found) for found in several]


def one(session: Session, id: UUID) -> Read:
    """Return a statement, voided or not.

    Raises:
        NotFound: the organisation has no such statement.
    """
    try:
        return Read.of(reading.either(session, organisation_of(session), id))
    except StatementNotFound as error:
        raise NotFound("There is no statement with this id.") from error


def referring(session: Session, id: UUID) -> list[Read]:
    """Return the first statements that refer to one, the oldest first."""
    return _read(reading.referring(session, organisation_of(session), id, most=REFERRING))


def voiding_of(session: Session, id: UUID) -> Read | None:
    """Return the statement that voids another, or None."""
    found = reading.referring(session, organisation_of(session), id, most=1, voiding=True)
    return Read.of(found[0]) if found else None


def known_activities(session: Session, several: Iterable[Read]) -> Mapping[str, Mapping[str, Any]]:
    """Return what the store knows of the activities in statements, by their ids."""
    ids = {id for read in several for id in formats.activities_in(read.statement)}
    return activities.known(session, organisation_of(session), ids)


def stored_by(session: Session, authority: Json, home_page: str) -> str:
    """Return what an operator calls the credential that vouches for a statement; "" if unknown."""
    account = authority.get("account", {})
    if account.get("homePage") != home_page:
        return ""
    try:
        id = UUID(account["name"])
    except ValueError:
        return ""
    return labels(session, [id]).get(id, "")


def is_ours(authority: Json, home_page: str) -> bool:
    """Tell whether Mentes itself vouches for a statement."""
    return bool(authority == our_authority(home_page))


def labels(session: Session, credentials: Iterable[UUID]) -> dict[UUID, str]:
    """Return what operators call credentials of the organisation: their label, else their key."""
    rows = session.execute(
        select(credential.c.id, credential.c.label, credential.c.key).where(
            credential.c.organisation_id == organisation_of(session),
            credential.c.id.in_(set(credentials)),
        )
    )
    return {row.id: row.label or row.key for row in rows}


def admin_account(session: Session, person_id: UUID, course_id: UUID) -> dict[str, str]:
    """Return the account by which the platform of a visit knows who visits."""
    course = session.get_one(Course, course_id)
    issuer = session.get_one(RegistrationRow, course.registration_id).issuer
    account = account_of(session, person_id, home=issuer)
    if account is None:
        raise VoidingRefused("Your platform does not say who you are, and a voiding must.")
    return {"homePage": account[0], "name": account[1]}


def void(
    session: Session,
    target: UUID,
    *,
    reason: str,
    by: UUID | None,
    account: Mapping[str, str],
    home_page: str,
    clock: Callable[[], datetime],
    on_stored: store.OnStored,
) -> UUID:
    """Void a statement by a voiding statement, and return the id of that.

    Its id follows from the target's, so that whoever sends the form twice, or at the same time as
    somebody else, voids once; the first reason stays. It has no timestamp of its own: it happens
    when it is stored.

    The reason is an extension of the context, not `result.response`. Whoever asks for the
    statements of an activity also gets those that refer to them (part 3, section 2.1.3), and who
    counts responses would take the reason for a learner's answer.

    Raises:
        NotFound: the organisation has no such statement.
        VoidingRefused: it is a voiding statement itself, what voided it is erased, or the id of
            ours is taken.
    """
    organisation_id = organisation_of(session)
    read = one(session, target)
    if _voids(read):
        raise VoidingRefused("A statement that voids another cannot be voided itself.")
    if read.found.voided:
        return _voided_already(
            session, target, "It is voided by a statement that was erased since."
        )
    id = voiding_id(home_page, organisation_id, target)
    statement = {
        "id": str(id),
        "actor": {"objectType": "Agent", "account": dict(account)},
        "verb": {"id": Verb.VOIDED, "display": {"en": "voided"}},
        "object": {"objectType": "StatementRef", "id": str(target)},
        "context": {"extensions": {Extension.VOID_REASON: reason}},
    }
    try:
        store.insert(
            session,
            organisation_id,
            [wire.incoming(statement)],
            authority=our_authority(home_page),
            clock=clock,
            on_stored=on_stored,
        )
    except StatementConflict:
        # somebody was quicker, with another reason
        return _voided_already(
            session, target, "Another statement has the id that the voiding would have."
        )
    happened(session, StatementVoided(at=clock(), subject_id=target, actor_id=by, voiding_id=id))
    return id


def voiding_id(home_page: str, organisation_id: UUID, target: UUID) -> UUID:
    """Return the id of the statement by which admins of an organisation void another."""
    return uuid5(NAMESPACE_URL, f"{home_page}/void/{organisation_id}/{target}")


def _voids(read: Read) -> bool:
    what: str = read.statement["object"].get("objectType", "Activity")
    verb: str = read.statement["verb"]["id"]
    return what == "StatementRef" and verb == Verb.VOIDED


def _voided_already(session: Session, target: UUID, otherwise: str) -> UUID:
    """Return the id of the statement that voids another; if none does, refuse for that reason."""
    voiding = voiding_of(session, target)
    if voiding is None:
        raise VoidingRefused(otherwise)
    return UUID(voiding.statement["id"])
