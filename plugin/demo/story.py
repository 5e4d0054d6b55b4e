"""The story of Mentes in fourteen steps. Each acts as people would, and then checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plugin.demo import acts, evidence
from plugin.demo.acts import MENTORS, MODULE, PLACES_EACH, ZONE, Story
from plugin.demo.cast import held, until
from plugin.demo.coursework import COURSE
from plugin.demo.markup import Form
from plugin.demo.people import Part

Facts = dict[str, Any]


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
    framed = acts.registration(story, alex)
    done = alex.browser.submit(framed, framed.document.forms[0])
    held(done.status == 200, f"Registering was answered with {done.status}: {done.words[:200]}")
    tools = story.stage.campus.tools()
    held(len(tools) == 1, f"The campus knows {len(tools)} tools, not one.")
    held(alex.campus("/admin/tools.php").has(tools[0].name), "The campus does not list the tool.")
    again = acts.registration(story, alex)
    held(again.status == 404, f"The link worked a second time ({again.status}).")
    return {
        "client_id": tools[0].client_id,
        "deployment_id": tools[0].deployment_id,
        "scopes": sorted(scope.rpartition("/")[2] for scope in tools[0].scopes),
    }


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
        form = acts.attaching(ines.look_again())
        labels = form.fields["person"].labels if form else []
        return form if all(name in labels for name in MENTORS.values()) else None

    until(offered, "The roster did not arrive from the campus.")
    for name in MENTORS.values():
        acts.attach(ines, name)
    held(ines.page.has(*MENTORS.values()), "The mentors are not listed.")
    form = acts.attaching(ines.page)
    left = form.fields["person"].labels if form else []
    held(not set(left) & set(MENTORS.values()), "A mentor can be attached twice.")
    return {"mentors": list(MENTORS), "places_each": int(PLACES_EACH)}


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
    reasons = acts.join(story, "Ada")
    held(reasons, "Ada is not told why she has this mentor.")
    mentor = story.cast[story.mentor_of["Ada"]]
    mentor.open_mentoring()
    held(mentor.page.has("Ada Okafor"), "The mentor does not see the new mentee.")
    return {"mentor": story.mentor_of["Ada"], "reasons": reasons}


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
    acts.wait_for_check_in(ada)
    page = ada.browser.submit(ada.module(MODULE), "/resend.php")
    held(page.has("Sent again: 2 statements"), f"The campus said: {page.words[-200:]}")
    held(story.stage.campus.log_store.settled(10), "The record store did not take them again.")
    evidence.all_looked_at(story.stage)
    mentor = story.cast[story.mentor_of["Ada"]]
    for actor in (ada, mentor):
        found = evidence.check_ins(actor.look_again())
        held(len(found) == 1, f"{actor.name} has {len(found)} check-ins, not one.")
    return {"check_ins": 1}


def booked(story: Story) -> Facts:
    """They agree on a time; both get the same invitation by mail."""
    ada = story.cast["Ada"]
    mentor = story.cast[story.mentor_of["Ada"]]
    starts_at = acts.book(story, "Ada")
    uid = evidence.same_invitation(story.stage, ada, mentor, starts_at=starts_at, zone=ZONE)
    page = ada.browser.click(ada.campus("/mail/"), "Check-in about")
    file = ada.browser.click(page, to=".ics")
    held(uid in file.text.replace("\r\n ", ""), "The campus's mailbox shows another invitation.")
    return {"starts_at": f"{starts_at} {ZONE}", "uid": uid}


def spoken(story: Story) -> Facts:
    """“We spoke”, says the mentor: one tap."""
    acts.hold(story, "Ada")
    ada = story.cast["Ada"]
    held(ada.look_again().has("Half a minute to look back"), "Ada is not asked to look back on it.")
    return {"said_by": story.mentor_of["Ada"]}


def reflected(story: Story) -> Facts:
    """Both look back; each sees the line that the other wrote, never the rating."""
    acts.reflect(story, "Ada")
    ada, mentor = story.cast["Ada"], story.cast[story.mentor_of["Ada"]]
    held(ada.look_again().has(acts.LINE_OF_MENTOR), "Ada does not see her mentor's line.")
    held(mentor.look_again().has(acts.LINE_OF_MENTEE), "The mentor does not see Ada's line.")
    held(mentor.page.has("You said: Yes"), "The mentor does not see the own answer.")
    held(not mentor.page.has("Partly"), "The mentor sees Ada's rating.")
    return {"lines": 2}


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
    verbs = evidence.statements_told(story.stage, story.mentor_of["Ada"], written=acts.WRITTEN)
    return {"verbs": verbs}


def reported(story: Story) -> Facts:
    """Five more learners take the same way; only now the report shows numbers."""
    ana = story.cast["Ana"]
    ana.open_mentoring()
    hidden = evidence.funnel(ana)
    held(set(hidden.values()) == {None}, f"The report showed numbers of one learner: {hidden}")
    others = [name for name in story.cast.of(Part.LEARNER) if name != "Ada"]
    for name in others:
        acts.join(story, name)
        story.cast[name].complete(MODULE)
    for name in others:
        learner = story.cast[name]
        acts.wait_for_check_in(learner)
        acts.book(story, name)
        acts.hold(story, name)
        acts.reflect(story, name)
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
