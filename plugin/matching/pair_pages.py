"""The pairs of a draft: yes to some, somebody else for one, why this one; all of them as CSV."""

from __future__ import annotations

import csv
import io
from uuid import UUID

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from plugin.foundation.errors import FormInvalid, PairRefused
from plugin.foundation.forms import filled
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.matching import drafts, forms, outcome, overviews, views
from plugin.matching.engine.reading import rules_from_json
from plugin.matching.exporting import HEADINGS, exported
from plugin.matching.listing import Listing
from plugin.matching.model import DraftState
from plugin.matching.pages import draft_of_visit, to_draft
from plugin.pairings.service import open_pairing
from plugin.programmes.visiting import programme_of_visit

bp = Blueprint("matching_pairs", __name__, template_folder="templates")

SUGGESTED = 3


@bp.post("/l/<uuid:launch_id>/matching/drafts/<uuid:draft_id>/pairs")
@requires(Role.INSTRUCTOR)
def decide(draft_id: UUID) -> AnyResponse:
    """Say yes to one pair, to those shown or to all; take a yes back; take a pair apart."""
    form = filled(forms.DecisionForm(), request.form)
    with programme_of_visit() as (session, programme):
        draft = drafts.one(session, programme, draft_id)
        where = Listing.asked(request.form).where()
        if form["apart"]:
            pair = overviews.mentor_in(session, draft, form["apart"])
            drafts.take_apart(session, draft, form["apart"])
            return to_draft(draft_id, **where, done="apart", mentee=form["apart"], was=pair)
        one = form["accept"] or form["release"]
        if one:
            drafts.accept(session, draft, [one], yes=bool(form["accept"]))
            return to_draft(draft_id, **where, _anchor=f"pair-{one}")
        yes = form["all"] != "no"
        count = drafts.accept(
            session, draft, form["shown"] if form["all"] == "shown" else None, yes=yes
        )
        return to_draft(draft_id, **where, done="yes" if yes else "no", count=count)


@bp.get("/l/<uuid:launch_id>/matching/drafts/<uuid:draft_id>/mentees/<uuid:mentee_id>")
@requires(Role.INSTRUCTOR)
def mentee(draft_id: UUID, mentee_id: UUID) -> str:
    """Show why a mentee has this mentor or none, and whom else they could have."""
    return _mentee(draft_id, mentee_id)


def _mentee(draft_id: UUID, mentee_id: UUID, refused: str = "") -> str:
    search = Listing.asked(request.args).search
    with tool().database.reading(visit().organisation_id) as session:
        _, draft = draft_of_visit(session, draft_id)
        explained = views.explained(session, draft, mentee_id, words())
        is_ready = draft.state == DraftState.READY
        return render_template(
            "matching/mentee.html",
            page_title=words().gettext("Why this mentor?"),
            draft=draft,
            explained=explained,
            weight=lambda points: outcome.weight_in_words(points, words()),
            told=outcome.share_in_words(
                explained.score, outcome.attainable(rules_from_json(draft.rules)), words()
            ),
            can_change=is_ready and not open_pairing(session, draft.programme_id, mentee_id),
            suggested=views.suggested(session, draft, mentee_id, words(), n=SUGGESTED)
            if is_ready
            else [],
            search=search,
            free=overviews.free_mentors(session, draft, search) if is_ready and search else [],
            refused=refused,
        )


@bp.post("/l/<uuid:launch_id>/matching/drafts/<uuid:draft_id>/mentees/<uuid:mentee_id>")
@requires(Role.INSTRUCTOR)
def change(draft_id: UUID, mentee_id: UUID) -> AnyResponse | tuple[str, int]:
    """Give a mentee of the draft somebody else."""
    try:
        form = filled(forms.MentorForm(), request.form)
        with programme_of_visit() as (session, programme):
            draft = drafts.one(session, programme, draft_id)
            was = overviews.mentor_in(session, draft, mentee_id)
            drafts.change(session, draft, mentee_id, form["mentor"])
    except PairRefused as error:
        return _mentee(draft_id, mentee_id, words().gettext(str(error))), 409
    except FormInvalid:
        return _mentee(draft_id, mentee_id, words().gettext("Choose a person.")), 422
    return to_draft(draft_id, done="changed", mentee=mentee_id, was=was)


@bp.get("/l/<uuid:launch_id>/matching/drafts/<uuid:draft_id>/pairs.csv")
@requires(Role.INSTRUCTOR)
def as_csv(draft_id: UUID) -> Response:
    """Return the pairs of a draft, and who has none, as CSV."""
    with tool().database.reading(visit().organisation_id) as session:
        programme, draft = draft_of_visit(session, draft_id)
        rows = exported(session, programme, draft, words())
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *rows])
    response = Response(text.getvalue(), mimetype="text/csv")
    name = f"mentes-draft-{draft.number}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
