"""What instructors ask, and how mentees come to their mentors."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import filled
from plugin.foundation.i18n import to_say
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.programmes import answers, forms, service
from plugin.programmes.catalogue import BY_NAME, EVERY_QUESTION, WISHES
from plugin.programmes.model import PairsBy
from plugin.programmes.questions import Questionnaire
from plugin.programmes.visiting import programme_of_visit

bp = Blueprint("asking", __name__, template_folder="templates")

WHAT_IS_CHOSEN = {
    "help": to_say("From showing how it is done to encouragement: five kinds of help."),
    "style": to_say("Direct, exploring or structured."),
    "hours": to_say("Half-days from Monday to Friday, each on their own clock."),
    "language": to_say("Up to four languages."),
    "level": to_say("Five steps, from “Just beginning” to “Could teach it”. Nobody sees it."),
    WISHES: to_say("Learners name up to three of your mentors."),
}


@bp.get("/l/<uuid:launch_id>/questions")
@requires(Role.INSTRUCTOR)
def show() -> str:
    """Show an instructor what is asked."""
    return _show()


def _show(errors: dict[str, list[str]] | None = None) -> str:
    with tool().database.reading(visit().organisation_id) as session:
        programme = service.found_of_course(session, visit().course_id)
    questionnaire = Questionnaire.of(programme) if programme else Questionnaire()
    return render_template(
        "programmes/asking.html",
        page_title=words().gettext("What you ask"),
        pairs_by=programme.pairs_by if programme else PairsBy.AT_ONCE,
        lists={
            name: "\n".join(option.label for option in questionnaire.options(key))
            for key, name in (("skill", "skills"), ("site", "sites"), ("team", "teams"))
        },
        questions=_questions(),
        asked=[key for key in BY_NAME if questionnaire.is_asked(key)],
        errors=in_words(errors or {}),
        sent=request.form,
    )


def _questions() -> list[tuple[str, str, str]]:
    say = words().gettext
    put = {each.key: each.mentee for each in EVERY_QUESTION}
    put[WISHES] = to_say("Is there a mentor you would like to talk with?")
    return [(key, say(put[key]), say(WHAT_IS_CHOSEN[key])) for key in BY_NAME]


@bp.post("/l/<uuid:launch_id>/questions")
@requires(Role.INSTRUCTOR)
def ask() -> Response | tuple[str, int]:
    """Keep what an instructor asks."""
    try:
        form = filled(forms.QuestionsForm(), request.form)
    except FormInvalid as error:
        return _show(error.errors), 422
    pairs_by = form.pop("pairs_by")
    with programme_of_visit(opened=True) as (session, programme):
        by, now = visit().person_id, tool().clock()
        answers.questions_set(session, programme, Questionnaire.asking(**form), by=by, now=now)
        answers.pairs_by_set(session, programme, pairs_by, by=by, now=now)
    return redirect(url_for("setting_up.show", launch_id=visit().launch_id), 303)
