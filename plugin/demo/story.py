"""The story of Mentes in fourteen steps. Each acts as people would, and then checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from plugin.demo import evidence
from plugin.demo.browser import Exchange, Page
from plugin.demo.cast import Actor, Cast, held, until
from plugin.demo.coursework import COURSE, MODULES
from plugin.demo.markup import Form
from plugin.demo.people import Part
from plugin.demo.stage import Stage

Facts = dict[str, Any]

MODULE = MODULES[0]
MENTORS = {"Mo": "Mo Mentor", "Nadia": "Nadia Brandt"}
PLACES_EACH = "3"
ZONE = "Europe/Lisbon"
FIRST_USE = "The review with Tomás on Thursday"
MEETING_PLACE = "https://meet.example/feedback-corner"
NEXT_STEP = "Ask one open question in the Monday stand-up"
LINE_OF_MENTEE = "Thank you, the silence was the hardest part."
LINE_OF_MENTOR = "You waited five seconds. That is rare."
WRITTEN = (FIRST_USE, MEETING_PLACE, NEXT_STEP, LINE_OF_MENTEE, LINE_OF_MENTOR)
"""What people write to each other; none of it may leave the pair."""


@dataclass(slots=True)
class Story:
    """What has happened so far."""

    stage: Stage
    cast: Cast
    mentor_of: dict[str, str] = field(default_factory=dict)
    """First name of the learner → first name of the mentor."""


def story_on(stage: Stage, on_exchange: Callable[[Exchange], None]) -> Story:
    """Return a story that has not begun."""
    return Story(stage=stage, cast=Cast(stage, on_exchange))


def up(story: Story) -> Facts:
    """Tool and campus are up."""
    browser = story.cast["Alex"].browser
    for path in ("/healthz", "/readyz"):
        page = browser.open(f"{story.stage.tool_url}{path}")
        held(page.status == 200, f"The tool answered {page.status} for {path}.")
    page = browser.open(story.stage.campus.platform.at.configuration_url)
    held(page.status == 200, f"The campus answered {page.status} for its configuration.")
    return {"tool": story.stage.tool_url, "campus": story.stage.campus_url}


def registered(story: Story) -> Facts:
    """The administrator registers Mentes with its one-time link."""
    alex = story.cast["Alex"]
    framed = _registration(story, alex)
    done = alex.browser.submit(framed, framed.document.forms[0])
    held(done.status == 200, f"Registering was answered with {done.status}: {done.words[:200]}")
    tools = story.stage.campus.tools()
    held(len(tools) == 1, f"The campus knows {len(tools)} tools, not one.")
    held(alex.campus("/admin/tools.php").has(tools[0].name), "The campus does not list the tool.")
    again = _registration(story, alex)
    held(again.status == 404, f"The link worked a second time ({again.status}).")
    return {
        "client_id": tools[0].client_id,
        "deployment_id": tools[0].deployment_id,
        "scopes": sorted(scope.rpartition("/")[2] for scope in tools[0].scopes),
    }


def _registration(story: Story, alex: Actor) -> Page:
    page = alex.campus("/admin/tools.php")
    page = alex.browser.submit(page, "/register.php", registration_url=story.stage.invitation)
    return alex.browser.enter(page)


def placed(story: Story) -> Facts:
    """The instructor puts “Mentoring” into the course, with its place in the gradebook."""
    ines = story.cast["Ines"]
    page = ines.browser.enter(ines.browser.click(ines.course(), "Add an external item"))
    page = ines.browser.submit(page, "/items", button="Add to the course")
    held(page.has("One item was added"), f"The campus said: {page.words[:200]}")
    links = story.stage.campus.links()
    held([link.title for link in links] == ["Mentoring"], "The course has no item “Mentoring”.")
    columns = story.stage.campus.platform.gradebook(COURSE.id)
    held(len(columns) == 1, f"The gradebook has {len(columns)} columns, not one.")
    held(ines.course().has("Mentoring"), "The course page does not show the item.")
    column = columns[0].column
    return {"item": links[0].title, "line_item": column.label, "maximum": column.score_maximum}


def staffed(story: Story) -> Facts:
    """The instructor opens it, the roster arrives, two mentors are attached."""
    ines = story.cast["Ines"]
    ines.open_mentoring()

    def offered() -> Form | None:
        form = _attaching(ines.look_again())
        labels = form.fields["person"].labels if form else []
        return form if all(name in labels for name in MENTORS.values()) else None

    until(offered, "The roster did not arrive from the campus.")
    for name in MENTORS.values():
        form = _attaching(ines.page)
        held(form, "There is no form to attach a mentor with.")
        ines.send(form or "", person=name, capacity=PLACES_EACH)
    held(ines.page.has(*MENTORS.values()), "The mentors are not listed.")
    form = _attaching(ines.page)
    left = form.fields["person"].labels if form else []
    held(not set(left) & set(MENTORS.values()), "A mentor can be attached twice.")
    return {"mentors": list(MENTORS), "places_each": int(PLACES_EACH)}


def _attaching(page: Page) -> Form | None:
    """Return the form that attaches somebody new."""
    forms = (form for form in page.document.forms if "person" in form.fields)
    return next((form for form in forms if form.fields["person"].type == "select"), None)


def ruled(story: Story) -> Facts:
    """The rule: when Module 1 is completed, ten minutes within 14 days."""
    ines = story.cast["Ines"]
    ines.module(MODULE)
    held(story.stage.campus.log_store.settled(10), "The campus's statements were not taken.")

    def offered() -> bool:
        form = next((f for f in ines.look_again().document.forms if "activity" in f.fields), None)
        return form is not None and MODULE.name in form.fields["activity"].labels

    until(offered, "The module that the campus told of cannot be picked.")
    ines.send("/checkpoints", activity=MODULE.name, minutes="10", within_days="14")
    rule = f"When {MODULE.name} is completed → a 10-minute check-in within 14 days."
    held(ines.page.has(rule), f"The rule does not read “{rule}”")
    return {"rule": rule}


def joined(story: Story) -> Facts:
    """Mentors say how they like to talk; Ada joins with three answers and has a mentor."""
    for given_name in MENTORS:
        mentor = story.cast[given_name]
        mentor.open_mentoring()
        mentor.go(to="/choices")
        mentor.send("/choices", recorded="yes")
        mentor.send("/mentoring", capacity=PLACES_EACH, talk=["call"])
    reasons = _join(story, "Ada")
    held(reasons, "Ada is not told why she has this mentor.")
    mentor = story.cast[story.mentor_of["Ada"]]
    mentor.open_mentoring()
    held(mentor.page.has("Ada Okafor"), "The mentor does not see the new mentee.")
    return {"mentor": story.mentor_of["Ada"], "reasons": reasons}


REASONS = (
    "You two like to talk in the same way.",
    "Nobody else was with them yet, so they have time for you.",
    "They had a place free for you.",
)


def _join(story: Story, given_name: str) -> list[str]:
    """Join as a learner; return the reasons for the mentor, in words."""
    learner = story.cast[given_name]
    learner.open_mentoring()
    page = learner.send("/join", first_use=FIRST_USE, talk=["call"], recorded="yes")
    found = [given for given, name in MENTORS.items() if page.has(name)]
    held(len(found) == 1, f"{learner.name} has {len(found)} mentors on the page, not one.")
    story.mentor_of[given_name] = found[0]
    return [reason for reason in REASONS if page.has(reason)]


def completed(story: Story) -> Facts:
    """Ada completes Module 1 on the campus, whose plugin tells the record store."""
    store = story.stage.campus.log_store
    before = len(store.sendings)
    story.cast["Ada"].complete(MODULE)
    held(store.settled(10), "The record store did not take the campus's statements.")
    sendings = store.sendings[before:]
    held(all(sending.was_taken for sending in sendings), "The record store refused a statement.")
    told = [
        (statement["verb"]["display"]["en"].lower(), statement["timestamp"])
        for sending in sendings
        for statement in sending.statements
        if statement["verb"]["display"]["en"].lower().endswith("completed")
    ]
    held([verb for verb, _ in told] == ["uncompleted", "completed"], f"The campus said {told}.")
    held(len({at for _, at in told}) == 1, "The two statements differ in time.")
    return {"statements": [verb for verb, _ in told], "answers": [s.status for s in sendings]}


def opened(story: Story) -> Facts:
    """One check-in is open, and stays the only one when the campus sends everything again."""
    ada = story.cast["Ada"]
    _has_check_in(ada)
    page = ada.browser.submit(ada.module(MODULE), "/resend.php")
    held(page.has("Sent again: 2 statements"), f"The campus said: {page.words[-200:]}")
    held(story.stage.campus.log_store.settled(10), "The record store did not take them again.")
    evidence.all_looked_at(story.stage)
    mentor = story.cast[story.mentor_of["Ada"]]
    for actor in (ada, mentor):
        found = evidence.check_ins(actor.look_again())
        held(len(found) == 1, f"{actor.name} has {len(found)} check-ins, not one.")
    return {"check_ins": 1}


def _has_check_in(learner: Actor) -> None:
    until(lambda: evidence.check_ins(learner.look_again()), f"No check-in opened: {learner.name}.")


def booked(story: Story) -> Facts:
    """They agree on a time; both get the same invitation by mail."""
    ada = story.cast["Ada"]
    mentor = story.cast[story.mentor_of["Ada"]]
    starts_at = _book(story, "Ada")
    uid = evidence.same_invitation(story.stage, ada, mentor, starts_at=starts_at, zone=ZONE)
    page = ada.browser.click(ada.campus("/mail/"), "Check-in about")
    file = ada.browser.click(page, to=".ics")
    held(uid in file.text.replace("\r\n ", ""), "The campus's mailbox shows another invitation.")
    return {"starts_at": f"{starts_at} {ZONE}", "uid": uid}


def _book(story: Story, given_name: str) -> str:
    """Agree on a time, as the learner; return it on the clock of ZONE."""
    learner = story.cast[given_name]
    tomorrow = (story.stage.mentes.clock() + timedelta(days=1)).date()
    starts_at = f"{tomorrow}T10:00"
    learner.go(to="/check-ins/")
    learner.send("/book", starts_at=starts_at, zone=ZONE, meeting_place=MEETING_PLACE)
    held(learner.page.has("You have a time"), f"{learner.name}'s page says nothing of the time.")
    return starts_at


def spoken(story: Story) -> Facts:
    """“We spoke”, says the mentor: one tap."""
    _hold(story, "Ada")
    ada = story.cast["Ada"]
    held(ada.look_again().has("Half a minute to look back"), "Ada is not asked to look back on it.")
    return {"said_by": story.mentor_of["Ada"]}


def _hold(story: Story, given_name: str) -> None:
    """Say "we spoke" as the mentor of a learner."""
    mentor = story.cast[story.mentor_of[given_name]]
    mentor.open_mentoring()
    mentor.open_check_in_with(story.cast[given_name].name)
    mentor.send("/held")


def reflected(story: Story) -> Facts:
    """Both look back; each sees the line that the other wrote, never the rating."""
    _reflect(story, "Ada")
    ada, mentor = story.cast["Ada"], story.cast[story.mentor_of["Ada"]]
    held(ada.look_again().has(LINE_OF_MENTOR), "Ada does not see her mentor's line.")
    held(mentor.look_again().has(LINE_OF_MENTEE), "The mentor does not see Ada's line.")
    held(mentor.page.has("You said: Yes"), "The mentor does not see the own answer.")
    held(not mentor.page.has("Partly"), "The mentor sees Ada's rating.")
    return {"lines": 2}


def _reflect(story: Story, given_name: str) -> None:
    learner, mentor = story.cast[given_name], story.cast[story.mentor_of[given_name]]
    by = (story.stage.mentes.clock() + timedelta(days=7)).date().isoformat()
    learner.look_again()
    learner.send(
        "/feedback",
        worth="partly",
        next_step=NEXT_STEP,
        next_step_by=by,
        line=LINE_OF_MENTEE,
    )
    mentor.send("/feedback", worth="yes", line=LINE_OF_MENTOR)


def graded(story: Story) -> Facts:
    """The score is in the campus's gradebook, once."""
    score = evidence.score_of(story.stage, "Ada")
    shown = story.cast["Ines"].campus(f"/grade/report/index.php?id={COURSE.id}")
    held(shown.has("Ada Okafor 1 Completed"), "The instructor's gradebook does not show it.")
    held(
        story.cast["Ada"].campus(f"/grade/report/index.php?id={COURSE.id}").has("1 Completed"),
        "Ada does not see her grade.",
    )
    posted = evidence.scores_posted(story.stage)
    held(posted == 1, f"The score was posted {posted} times, not once.")
    held(story.stage.campus.log_store.settled(10), "The campus's statements were not taken.")
    evidence.all_looked_at(story.stage)
    # The full grade completed our own item on the campus, which told the record store so.
    story.cast["Ada"].open_mentoring()
    found = evidence.check_ins(story.cast["Ada"].page)
    held(len(found) == 1, "The completion of our own item opened another check-in.")
    return {"score": score, "posted": posted}


def recorded(story: Story) -> Facts:
    """The statements are in the record store: valid, each once, without names or words."""
    verbs = evidence.statements_told(story.stage, story.mentor_of["Ada"], written=WRITTEN)
    return {"verbs": verbs}


def reported(story: Story) -> Facts:
    """Five more learners take the same way; only now the report shows numbers."""
    ana = story.cast["Ana"]
    ana.open_mentoring()
    hidden = evidence.funnel(ana)
    held(set(hidden.values()) == {None}, f"The report showed numbers of one learner: {hidden}")
    others = [name for name in story.cast.of(Part.LEARNER) if name != "Ada"]
    for name in others:
        _join(story, name)
        story.cast[name].complete(MODULE)
    for name in others:
        learner = story.cast[name]
        _has_check_in(learner)
        _book(story, name)
        _hold(story, name)
        _reflect(story, name)
    learners = len(others) + 1
    ana.open_mentoring()
    shown = evidence.funnel(ana)
    held(set(shown.values()) == {learners}, f"The report counts {shown}, not {learners} each.")
    names = [person.name for person in story.stage.campus.people if person is not ana.person]
    held(not any(ana.page.has(name) for name in names), "The report names people.")
    for name in others:
        evidence.score_of(story.stage, name)
    posted = evidence.scores_posted(story.stage)
    held(posted == learners, f"{posted} scores were posted for {learners} learners.")
    return {"before": hidden, "after": shown}


STEPS: tuple[Callable[[Story], Facts], ...] = (
    up,
    registered,
    placed,
    staffed,
    ruled,
    joined,
    completed,
    opened,
    booked,
    spoken,
    reflected,
    graded,
    recorded,
    reported,
)
SETTING_UP = STEPS[:4]
"""What `mentes serve --campus` does beforehand; setting the rule is left to the visitor."""
