"""The campus's pages for everybody: who you are, the course, its pages and items, grades."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from lti.testing import Course, LoginInitiation, ResourceLink, Tool, User
from plugin.demo.coursework import COURSE, Module
from plugin.demo.people import Part, Person
from plugin.demo.visitors import COOKIE, campus, for_, me

bp = Blueprint("pages", __name__)


@bp.get("/")
def choose() -> str:
    """Let a visitor choose who to be."""
    return render_template("choose.html", people=campus().people)


@bp.post("/login/index.php")
def sign_in() -> Response:
    """Sign in as the person chosen; nobody needs a password here."""
    person = campus().person(request.form.get("person", ""))
    if person is None:
        raise NotFound("There is nobody of that number.")
    response = redirect(_first_page(person), 303)
    response.set_cookie(COOKIE, campus().sign_in(person), httponly=True, samesite="Lax", path="/")
    return response


@bp.post("/login/logout.php")
def sign_out() -> Response:
    """End the session."""
    campus().sign_out(request.cookies.get(COOKIE))
    response = redirect(url_for(".choose"), 303)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
    return response


def _first_page(person: Person) -> str:
    if person.part is Part.ADMINISTRATOR:
        return url_for("admin.tools")
    return url_for(".course", id=COURSE.id)


@bp.get("/course/view.php")
@for_()
def course() -> str:
    """Show the course."""
    shown = _course()
    campus().opened_course(me(), shown)
    return render_template(
        "course.html",
        course=shown,
        modules=[(module, _is_done(module)) for module in campus().coursework.modules(shown.id)],
        links=campus().links(shown.id),
        tools=campus().tools(),
        others=[other for other in campus().courses() if other.id != shown.id],
    )


@bp.post("/course/copy.php")
@for_(Part.INSTRUCTOR)
def copy() -> Response:
    """Copy a course, as for another term."""
    made = campus().copy_course(_course(), me())
    return redirect(url_for(".course", id=made.id), 303)


@bp.get("/mod/page/view.php")
@for_()
def module() -> str:
    """Show a page of the course."""
    shown = _module()
    campus().opened_module(me(), shown)
    pages = campus().coursework.modules(shown.course_id)
    following = [other for other in pages if other.section > shown.section]
    return render_template(
        "module.html",
        course=_known(shown.course_id),
        module=shown,
        is_done=_is_done(shown),
        was_touched=campus().coursework.was_touched(me().user.id, shown),
        following=following[0] if following else None,
        resent=request.args.get("resent", type=int),
    )


@bp.post("/mod/page/complete.php")
@for_(Part.LEARNER)
def complete() -> Response:
    """Mark a page as done, or take that back."""
    shown = _module()
    campus().mark(me(), shown, done=request.form.get("done") == "1")
    return redirect(url_for(".module", id=shown.cmid), 303)


@bp.post("/mod/page/resend.php")
@for_(Part.LEARNER)
def resend() -> Response:
    """Send the statements about a page again, as Moodle's task for failed statements does."""
    shown = _module()
    sent = campus().resend(me(), shown)
    return redirect(url_for(".module", id=shown.cmid, resent=sent), 303)


@bp.get("/mod/lti/view.php")
@for_()
def item() -> str:
    """Show an external item in a frame."""
    link = _link()
    campus().opened_item(me(), link)
    return render_template(
        "item.html", course=_known(link.course_id), link=link, platform=campus().platform
    )


@bp.get("/mod/lti/launch.php")
@for_()
def launch() -> str:
    """Begin a launch: what the frame of an item loads."""
    link = _link()
    return _started(campus().platform.login_initiation(_tool(link.client_id), _user(), link))


@bp.get("/course/add.php")
@for_(Part.INSTRUCTOR)
def add() -> str:
    """Let an instructor choose items in a tool, in a frame."""
    tool = _tool(request.args.get("tool", ""))
    return render_template("add.html", course=_course(), tool=tool)


@bp.get("/mod/lti/choose.php")
@for_(Part.INSTRUCTOR)
def choose_items() -> str:
    """Begin deep linking: what the frame of the page above loads."""
    tool = _tool(request.args.get("tool", ""))
    return _started(campus().platform.deep_linking_initiation(tool, _user(), _course()))


@bp.get("/course/added.php")
def added() -> str:
    """Say what a tool has put into the course, still in its frame.

    A browser sends no session here: the way leads through a form of the tool's.
    """
    return render_template("added.html", course=_course(), count=request.args.get("count", 0, int))


@bp.get("/mod/lti/return.php")
def returned() -> str:
    """Take people back from a tool, with what the tool has to say."""
    said = request.args.get("lti_errormsg") or request.args.get("lti_msg") or ""
    course = _known(request.args.get("course") or COURSE.id)
    return render_template("returned.html", course=course, said=said)


@bp.get("/grade/report/index.php")
@for_(Part.LEARNER, Part.INSTRUCTOR, Part.ADMINISTRATOR)
def grades() -> str:
    """Show everybody's grades to those who teach, and learners their own."""
    learners = [person for person in campus().people if person.part is Part.LEARNER]
    shown = [me()] if me().part is Part.LEARNER else learners
    course = _course()
    return render_template(
        "grades.html", course=course, learners=shown, book=campus().platform.gradebook(course.id)
    )


def _started(initiation: LoginInitiation) -> str:
    return render_template("launch.html", url=initiation.url, params=initiation.params)


def _course() -> Course:
    """Return the course that is asked for: the first one, if none is named."""
    return _known(request.values.get("id") or COURSE.id)


def _known(course_id: str) -> Course:
    found = campus().course(course_id)
    if found is None:
        raise NotFound("There is no such course.")
    return found


def _module() -> Module:
    found = campus().coursework.module(request.values.get("id", 0, int))
    if found is None:
        raise NotFound("There is no such page in the course.")
    return found


def _link() -> ResourceLink:
    found = campus().link(request.args.get("id", ""))
    if found is None:
        raise NotFound("There is no such item in the course.")
    return found


def _tool(client_id: str) -> Tool:
    found = campus().tool(client_id)
    if found is None:
        raise NotFound("This tool is not registered.")
    return found


def _user() -> User:
    return me().user


def _is_done(module: Module) -> bool:
    return campus().coursework.is_done(me().user.id, module)
