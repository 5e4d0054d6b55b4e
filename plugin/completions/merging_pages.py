"""Merging two people who are one: found, looked at beforehand, done, undone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from plugin.completions import merging, waiting_list, waiting_views
from plugin.completions.waiting_forms import MergeForm
from plugin.foundation.errors import MergeRefused, NotFound
from plugin.foundation.forms import filled
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.people.model import Person, PersonIdentifier, PersonMerge
from plugin.people.rules import MBOX_SHA1SUM, Key

bp = Blueprint("merging", __name__, template_folder="templates")

MOST = 10
"""Names of several people, and merges, on the page."""
TWO = "Choose two people."


@bp.get("/l/<uuid:launch_id>/people/merge")
@requires(Role.ADMIN)
def choose() -> str:
    """Find two people who are one; show those who share a name, and who was merged lately."""
    return _choose()


def _choose(error: str = "") -> str:
    """Show who was chosen before and who was found: the two may be called differently."""
    sought = request.args.get("q", "").strip()[:200]
    with tool().database.reading(visit().organisation_id) as session:
        chosen = _people(session, _chosen())
        found = waiting_list.people_called(session, sought) if sought else []
        people = [*chosen, *(person for person in found if person not in chosen)]
        shared = [] if people or sought else _sharing(session)
        everybody = [*people, *(person for _, several in shared for person in several)]
        return render_template(
            "merging/choose.html",
            page_title=words().gettext("Merge two people"),
            sought=sought,
            people=people,
            chosen=[person.id for person in chosen],
            error=words().gettext(error) if error else "",
            shared=shared,
            merges=_merges(session),
            accounts=waiting_list.accounts_of(session, [each.id for each in everybody]),
            called=_called,
            said=lambda key: waiting_views.said(key, words()),
        )


def _chosen() -> list[UUID]:
    return list(dict.fromkeys(request.args.getlist("person", type=UUID)))[:MOST]


def _people(session: Session, ids: list[UUID]) -> list[Person]:
    """Return those of `ids` who are somebody, in that order."""
    people = (session.get(Person, id) for id in ids)
    return [person for person in people if person is not None and person.merged_into is None]


def _called(keys: list[Key]) -> str:
    return waiting_views.all_said(keys, words())


def _sharing(session: Session) -> list[tuple[Key, list[Person]]]:
    """Return names that several people have, and those people; MOST at most."""
    known = PersonIdentifier
    same = (known.scheme, known.home, known.value)
    names = session.execute(
        select(*same)
        .where(known.set_aside_at.is_(None), known.scheme != MBOX_SHA1SUM)
        .group_by(*same)
        .having(func.count(known.person_id) > 1)
        .order_by(*same)
        .limit(MOST)
    ).all()
    return [
        (
            (scheme, home, value),
            list(
                session.scalars(
                    select(Person)
                    .join(known, known.person_id == Person.id)
                    .where(
                        known.scheme == scheme,
                        known.home == home,
                        known.value == value,
                        known.set_aside_at.is_(None),
                    )
                    .order_by(Person.created_at, Person.id)
                    .limit(waiting_list.CHOICES)
                )
            ),
        )
        for scheme, home, value in names
    ]


def _merges(session: Session) -> list[tuple[PersonMerge, Person]]:
    rows = session.execute(
        select(PersonMerge, Person)
        .join(Person, Person.id == PersonMerge.kept_id)
        .where(PersonMerge.undone_at.is_(None))
        .order_by(PersonMerge.made_at.desc())
        .limit(MOST)
    )
    return [(merge, person) for merge, person in rows]


@bp.get("/l/<uuid:launch_id>/people/merge/preview")
@requires(Role.ADMIN)
def preview() -> str | tuple[str, int]:
    """Show what merging two would do, either way round."""
    chosen = _chosen()
    if len(chosen) != 2:
        return _choose(TWO), 422
    with tool().database.reading(visit().organisation_id) as session:
        try:
            ways = [merging.plan(session, *order) for order in (chosen, chosen[::-1])]
            refused = ""
        except MergeRefused as error:
            ways, refused = [], str(error)
        people = [session.get(Person, id) for id in chosen]
        if None in people:
            raise NotFound("There is nobody like that.")
        return render_template(
            "merging/preview.html",
            page_title=words().gettext("Are these two one person?"),
            refused=words().gettext(refused) if refused else "",
            people=people,
            ways=[_way(way) for way in ways],
            accounts=waiting_list.accounts_of(session, chosen),
            called=_called,
        )


def _way(plan: merging.Plan) -> dict[str, Any]:
    """Return what a page shows of a plan: how many of what change hands, and how many rest."""
    return {
        "kept": plan.kept,
        "merged": plan.merged,
        "moved": _counted(plan.moved),
        "rests": _counted(plan.rests),
    }


def _counted(rows: dict[str, list[UUID]]) -> list[tuple[str, int]]:
    say = words().gettext
    named = {
        say("Names by which they are known"): ("person_identifier.person_id",),
        say("Courses"): ("membership.person_id",),
        say("Programmes"): ("participation.person_id",),
        say("Pairings"): ("pairing.mentor_id", "pairing.mentee_id"),
        say("Check-ins"): ("checkin.mentee_id",),
        say("Looks back"): ("feedback.person_id",),
        say("Completions"): ("completion.person_id",),
        say("Open visits"): ("launch.person_id",),
    }
    counts = [
        (label, sum(len(rows.get(column, ())) for column in columns))
        for label, columns in named.items()
    ]
    return [(label, number) for label, number in counts if number]


@bp.post("/l/<uuid:launch_id>/people/merge")
@requires(Role.ADMIN)
def merge() -> Response:
    """Merge two people."""
    form = filled(MergeForm(), request.form)
    with tool().database.transaction(visit().organisation_id) as session:
        record = merging.merge(
            session, form["kept"], form["merged"], by=visit().person_id, now=tool().clock()
        )
        return _to(record.id)


@bp.get("/l/<uuid:launch_id>/people/merges/<uuid:id>")
@requires(Role.ADMIN)
def show(id: UUID) -> str:
    """Show a merge, and the way back."""
    with tool().database.reading(visit().organisation_id) as session:
        record = session.get(PersonMerge, id)
        if record is None:
            raise NotFound("There is no such merge.")
        return render_template(
            "merging/show.html",
            page_title=words().gettext("Merged"),
            record=record,
            later=_later(session, record),
            kept=session.get_one(Person, record.kept_id),
            merged=session.get_one(Person, record.merged_id),
            moved=_counted(
                {name: [UUID(each) for each in ids] for name, ids in record.moved.items()}
            ),
        )


def _later(session: Session, record: PersonMerge) -> PersonMerge | None:
    """Return the merge that stands upon this one, and is to be undone before it."""
    if record.undone_at is not None:
        return None
    return session.scalars(
        select(PersonMerge).where(
            PersonMerge.merged_id == record.kept_id, PersonMerge.undone_at.is_(None)
        )
    ).first()


@bp.post("/l/<uuid:launch_id>/people/merges/<uuid:id>/undo")
@requires(Role.ADMIN)
def undo(id: UUID) -> Response:
    """Part the two again."""
    with tool().database.transaction(visit().organisation_id) as session:
        merging.part(session, id, by=visit().person_id, now=tool().clock())
    return _to(id)


def _to(id: UUID) -> Response:
    return redirect(url_for(".show", launch_id=visit().launch_id, id=id), 303)
