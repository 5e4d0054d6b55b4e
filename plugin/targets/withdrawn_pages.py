"""What became of the records about somebody who withdrew, told to them."""

from __future__ import annotations

from flask import Blueprint, render_template

from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import words
from plugin.programmes.service import found_of_course
from plugin.targets.model import Ending, Kind, Target
from plugin.targets.pages import room
from plugin.targets.withdrawal import endings
from plugin.targets.words import ending_in_words

bp = Blueprint("withdrawn", __name__)


@bp.get("/l/<uuid:launch_id>/your-records")
@requires(Role.MEMBER)
def mine() -> str:
    """Tell somebody who withdrew what became of the records about them, store by store."""
    with tool().database.reading(visit().organisation_id) as session:
        programme = found_of_course(session, visit().course_id)
        several = endings(session, visit().person_id, programme.id) if programme else []
    return render_template(
        "targets/mine.html",
        page_title=words().gettext("What became of the records about you"),
        endings=[
            (_name(target), ending_in_words(Ending(it.ending), target), it)
            for target, it in several
        ],
    )


def _name(target: Target) -> str:
    if target.kind == Kind.REMOTE or (target.kind == Kind.INSTALLATION and room().installation):
        return str(target.name)
    return words().gettext("The record store of Mentes")
