"""Deep linking: an instructor chooses what to put into a course, and looks at it first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from lti.claims import DEEP_LINKING_REQUEST
from lti.deep_linking import RESOURCE_LINK, DeepLinkingResponse, LtiResourceLinkItem, response
from lti.keys import ToolKeyRing
from lti.message import DeepLinkingSettings, LaunchMessage
from plugin.circles import service as circles
from plugin.courses import service as courses
from plugin.courses.model import Course
from plugin.courses.own_items import without_own_items
from plugin.foundation.errors import FormInvalid
from plugin.foundation.forms import filled
from plugin.foundation.i18n import Words, known_zone, to_say, zones
from plugin.foundation.web import Role, requires, tool, visit
from plugin.foundation.web.i18n import in_words, words
from plugin.foundation.web.security import may_post_to
from plugin.items import forms, service
from plugin.launches import choices
from plugin.launches.items import Kind
from plugin.launches.model import Launch
from plugin.platforms.protocol import protocol
from plugin.platforms.service import registration as found_registration
from plugin.programmes import service as programmes
from plugin.records.columns import is_reported as is_reported_to_gradebook

bp = Blueprint("deep_linking", __name__, template_folder="templates")

TARGETS = ("iframe", "window")
NOT_ALLOWED = to_say("Whoever teaches the course adds mentoring to it")
NOT_ALLOWED_LOG = "Mentes: the launch has no role of an instructor in this context"


@bp.get("/l/<uuid:launch_id>/items")
@requires(Role.INSTRUCTOR)
def choose() -> str:
    """Show what can be put into the course."""
    return _choose()


def _choose(
    errors: dict[str, list[str]] | None = None, preview: list[dict[str, Any]] | None = None
) -> str:
    say = words()
    with tool().database.reading(visit().organisation_id) as session:
        launch = choices.deep_linking_launch(session, visit().launch_id)
        settings = choices.settings_of(launch.deep_linking or {})
        programme = programmes.found_of_course(session, visit().course_id)
        lines = circles.lines(session, programme.id, now=tool().clock()) if programme else []
        activities = without_own_items(session, courses.activities(session, visit().course_id))
        has_column = service.has_column(session, visit().course_id)
        is_reported = is_reported_to_gradebook(session, visit().course_id)
    return render_template(
        "items/choose.html",
        page_title=say.gettext("Add mentoring to the course"),
        kinds=[(kind, service.title_of(kind, say), service.text_of(kind, say)) for kind in Kind],
        titles=forms.TITLES,
        activities=activities,
        before_it=forms.BEFORE_IT,
        circles=[line for line in lines if not line.is_closed],
        takes_column=settings.accept_lineitem and is_reported and not has_column,
        has_column=has_column,
        several=settings.accept_multiple,
        targets=[each for each in TARGETS if each in _targets(settings)],
        placeable=RESOURCE_LINK in settings.accept_types,
        zone=request.form.get("zone") or visit().zone,
        zones=[(name, name.replace("_", " ")) for name in zones()],
        preview=preview,
        errors=in_words(errors or {}),
        sent=request.form,
    )


@bp.post("/l/<uuid:launch_id>/items")
@requires(Role.INSTRUCTOR)
def answer() -> str | tuple[str, int]:
    """Show what was chosen as learners will see it, or send it to the platform; or nothing."""
    act = request.form.get("act")
    if act not in ("add", "preview"):
        return _answered_without()
    try:
        choice = _chosen()
        if act == "preview":
            return _choose(preview=_previewed(choice))
        return _answered_with(choice)
    except FormInvalid as error:
        return _choose(error.errors), 422


@bp.get("/l/<uuid:launch_id>/items/not-allowed")
@requires(Role.MEMBER)
def not_allowed() -> str:
    """Tell somebody whom the platform lets choose, and the course does not, and show the way back.

    Some platforms let people build a course who do not teach it (content developers).
    """
    with tool().database.reading(visit().organisation_id) as session:
        choices.deep_linking_launch(session, visit().launch_id)
    return render_template("items/not_allowed.html", page_title=words().gettext(NOT_ALLOWED))


@bp.post("/l/<uuid:launch_id>/items/not-allowed")
@requires(Role.MEMBER)
def go_back() -> str:
    """Go back to the platform with nothing, and say why."""
    return _answered_without(error=words().gettext(NOT_ALLOWED), error_log=NOT_ALLOWED_LOG)


def _chosen() -> service.Choice:
    form = filled(forms.ItemsForm(), request.form)
    zone = known_zone(form["zone"]) or visit().zone
    titles = {kind: " ".join(request.form.get(forms.TITLES[kind], "").split()) for kind in Kind}
    for kind, title in titles.items():
        if len(title) > 120:
            text = "At most 120 characters."
            raise FormInvalid(text, {forms.TITLES[kind]: [text]})
    return service.Choice(
        kinds=list(dict.fromkeys(form["kind"])),
        titles=titles,
        after=form["after"],
        circle_id=form["circle"],
        has_column=form["column"],
        opens_in=form["opens_in"],
        **forms.windows(form, Words(None, zone).zone),
    )


def _previewed(choice: service.Choice) -> list[dict[str, Any]]:
    """Return what learners will see of each item; nothing is kept."""
    say = words()
    with tool().database.reading(visit().organisation_id) as session:
        launch = choices.deep_linking_launch(session, visit().launch_id)
        service.checked(choice, choices.settings_of(launch.deep_linking or {}))
        circle = None
        if Kind.CIRCLE in choice.kinds:
            course = session.get_one(Course, visit().course_id)
            chosen = service.circle_of(session, course, choice.circle_id)
            circle = circles.line(session, chosen.id, now=tool().clock())
        about = next(
            (
                each.name if each.kind == "module" else say.gettext("the whole course")
                for each in courses.activities(session, visit().course_id)
                if str(each.id) == choice.after
            ),
            None,
        )
    return [
        {
            "kind": kind,
            "title": choice.titles.get(kind) or service.title_of(kind, say),
            "text": service.text_of(kind, say),
            "about": about,
            "circle": circle,
            "opens_in": choice.opens_in,
            "available_from": choice.available_from,
            "available_until": choice.available_until,
            "submit_until": choice.submit_until,
        }
        for kind in choice.kinds
    ]


def _answered_with(choice: service.Choice) -> str:
    ring = _ring()
    with tool().database.transaction(visit().organisation_id) as session:
        launch = choices.deep_linking_launch(session, visit().launch_id, locked=True)
        settings = choices.settings_of(launch.deep_linking or {})
        if RESOURCE_LINK not in settings.accept_types:
            return _sent(session, ring, launch, [], **_unwanted())
        items = service.placed(
            session,
            session.get_one(Course, visit().course_id),
            choice,
            settings,
            public_url=tool().public_url,
            say=words(),
            by=visit().person_id,
            now=tool().clock(),
        )
        many = len(items)
        return _sent(
            session,
            ring,
            launch,
            items,
            notice=words().ngettext("Mentes: one item.", "Mentes: %(num)d items.", many),
            log=f"Mentes: {many} items ({', '.join(choice.kinds)})",
        )


def _answered_without(**why: str) -> str:
    ring = _ring()
    with tool().database.transaction(visit().organisation_id) as session:
        launch = choices.deep_linking_launch(session, visit().launch_id, locked=True)
        settings = choices.settings_of(launch.deep_linking or {})
        if RESOURCE_LINK not in settings.accept_types:
            return _sent(session, ring, launch, [], **_unwanted())
        said = why or {
            "notice": words().gettext("Nothing was added."),
            "log": "Mentes: cancelled, no items",
        }
        return _sent(session, ring, launch, [], **said)


def _unwanted() -> dict[str, str]:
    """Return why nothing can be added from here: for the person, and for the platform's log."""
    return {
        "error": words().gettext("In this place your platform takes no items that open a tool."),
        "error_log": f"Mentes: accept_types is without {RESOURCE_LINK}",
    }


def _ring() -> ToolKeyRing:
    """Return our keys; read before a transaction opens, as reading them opens one."""
    return protocol().key_rings.of(visit().organisation_id)


def _sent(
    session: Session,
    ring: ToolKeyRing,
    launch: Launch,
    items: list[LtiResourceLinkItem],
    **said: str,
) -> str:
    """Sign the answer; a choice is answered once."""
    signed = response(_request(session, launch), items, ring, tool().clock(), **said)
    launch.deep_linking = None
    return _on_to(signed)


def _request(session: Session, launch: Launch) -> LaunchMessage:
    registration = found_registration(session, launch.registration_id).as_value()
    return LaunchMessage(
        message_type=DEEP_LINKING_REQUEST,
        issuer=registration.issuer,
        client_id=registration.client_id,
        deployment_id=choices.deployment_of(session, launch),
        subject=None,
        target_link_uri=None,
        deep_linking=choices.settings_of(launch.deep_linking or {}),
    )


def _targets(settings: DeepLinkingSettings) -> frozenset[str]:
    return settings.accept_presentation_document_targets


def _on_to(signed: DeepLinkingResponse) -> str:
    may_post_to(signed.return_url)
    return render_template("items/return.html", return_url=signed.return_url, jwt=signed.jwt)
