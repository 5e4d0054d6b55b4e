"""The story of a course, told by people who click.

Each chapter takes the telling and leaves everybody where the next one begins.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from playwright.sync_api import FrameLocator, expect

from plugin.demo import evidence
from plugin.demo.coursework import COURSE, MODULES
from plugin.demo.stage import Stage
from tests.browser.visitors import Visitor

MODULE = MODULES[0]
MENTORS = ("Mo Mentor", "Nadia Brandt")
LOOK_AGAIN = re.compile("Look again|Ask again")
"""Without a list of people, and with one."""
ZONE = "Europe/Lisbon"
FIRST_USE = "The review with Tomás on Thursday"
PLACE = "https://meet.example/feedback-corner"
NEXT_STEP = "Ask one open question in the Monday stand-up"
THANKS = "Thank you, the silence was the hardest part."
PRAISE = "You waited five seconds. That is rare."
WRITTEN = (FIRST_USE, PLACE, NEXT_STEP, THANKS, PRAISE)

Look = Callable[[str, Visitor], None]
"""Called with a name and whose it is, at each page of the tool."""


@dataclass(slots=True)
class Telling:
    """A story that is being told."""

    stage: Stage
    enter: Callable[[str], Visitor]
    look: Look = lambda _name, _visitor: None
    people: dict[str, Visitor] = field(default_factory=dict)

    def __getitem__(self, given_name: str) -> Visitor:
        """Return somebody, who comes when first named."""
        if given_name not in self.people:
            self.people[given_name] = self.enter(given_name)
        return self.people[given_name]

    def complaints(self) -> list[str]:
        """Return what anybody's console complained about."""
        return [text for visitor in self.people.values() for text in visitor.complaints]


def registered(telling: Telling) -> None:
    """The administrator registers the tool, in the frame; its window closes."""
    alex = telling["Alex"]
    alex.page.get_by_label("Registration link").fill(telling.stage.invitation)
    alex.page.get_by_role("button", name="Register", exact=True).click()
    expect(alex.tool.get_by_role("heading", level=1)).to_have_text(
        "Register Mentes with this platform?"
    )
    telling.look("register", alex)
    alex.tool.get_by_role("button", name="Register Mentes").click()
    if alex.stays:
        expect(alex.tool.get_by_role("heading", level=1)).to_have_text("Mentes is registered")
        telling.look("registered", alex)
        alex.page.get_by_label("You are here").get_by_role("link", name="Tools").click()
    expect(alex.page.get_by_role("region", name="Registered")).to_contain_text("Mentes")


def placed(telling: Telling) -> None:
    """The instructor puts Mentoring into the course, with a column of the gradebook."""
    ines = telling["Ines"]
    ines.page.get_by_role("link", name="Add an external item").click()
    tool = ines.launched(ines.page)
    expect(tool.get_by_role("heading", level=1)).to_have_text("Add mentoring to the course")
    telling.look("items", ines)
    tool.get_by_role("button", name="Add to the course").click()
    if ines.stays:
        expect(tool.get_by_role("heading", level=1)).to_have_text("Back to your course")
        telling.look("onward", ines)
        tool.get_by_role("button", name="Continue").click()
    if not ines.scripts:
        tool.get_by_role("link", name="Back to the course").click()
    expect(ines.page.get_by_role("link", name="Mentoring")).to_be_visible()
    ines.page.get_by_role("link", name="Grades").click()
    expect(ines.page.get_by_role("columnheader", name="Mentoring")).to_contain_text("out of 1")


def staffed(telling: Telling) -> None:
    """The roster arrives; two mentors are attached."""
    ines = telling["Ines"]
    tool = ines.open_mentoring()
    telling.look("set-up without people", ines)
    look_again = tool.get_by_role("button", name=LOOK_AGAIN)
    ines.until(tool.get_by_role("option", name=MENTORS[0]), again=look_again.click)
    for name in MENTORS:
        open_details(tool, "Attach")
        tool.get_by_label("Who?").select_option(label=name)
        many = tool.get_by_role("radiogroup", name="How many mentees at once?").last
        many.get_by_role("radio", name="3").check()
        tool.get_by_role("button", name="Attach", exact=True).click()
        mentor = tool.get_by_role("listitem").filter(has_text=name)
        expect(mentor).to_contain_text("Takes up to 3 mentees")


def open_details(tool: FrameLocator, words: str) -> None:
    """Unfold what is folded away under `words`, unless it is open."""
    details = tool.locator("details").filter(has=tool.locator("summary", has_text=words))
    if details.last.get_attribute("open") is None:
        details.last.locator("summary").click()


def ruled(telling: Telling) -> None:
    """When Module 1 is completed, they talk for ten minutes, within 14 days."""
    ines = telling["Ines"]
    ines.module(MODULE)
    tool = ines.open_mentoring()
    ines.until(tool.get_by_role("option", name=MODULE.name), again=ines.open_mentoring)
    telling.look("set-up without a rule", ines)
    tool.get_by_label("What is completed?").select_option(label=MODULE.name)
    tool.get_by_role("radio", name="10").check()
    tool.get_by_label("Within how many days?").fill("14")
    tool.get_by_role("button", name="Set this rule").click()
    expect(tool.get_by_role("region", name="When they talk")).to_contain_text(
        f"When {MODULE.name} is completed → a 10-minute check-in within 14 days."
    )
    telling.look("set-up", ines)
    tool.get_by_role("link", name="People").click()
    expect(tool.get_by_role("heading", name="Nobody has joined yet")).to_be_visible()
    telling.look("people, none", ines)


def offered(telling: Telling) -> None:
    """The mentor says how they like to talk, and that it may be recorded."""
    mo = telling["Mo"]
    tool = mo.open_mentoring()
    expect(tool.get_by_role("heading", name="Whom you mentor")).to_be_visible()
    telling.look("mine, a new mentor", mo)
    tool.get_by_role("button", name="Your places and choices").click()
    tool.get_by_role("radio", name="Yes, record it").check()
    with mo.page.expect_event("framenavigated"):  # to the same page, with nothing new to see
        tool.get_by_role("button", name="Save", exact=True).click()
    expect(tool.get_by_role("radio", name="Yes, record it")).to_be_checked()
    tool.get_by_role("checkbox", name="On a call").check()
    telling.look("choices of a mentor", mo)
    tool.get_by_role("button", name="Save what you offer as a mentor").click()
    expect(tool.get_by_role("heading", name="Whom you mentor")).to_be_visible()


def joined(telling: Telling) -> None:
    """The learner gives three answers, and sees their mentor."""
    ada = telling["Ada"]
    tool = ada.open_mentoring()
    telling.look("join", ada)
    tool.get_by_label("What from this course would you like to use first?").fill(FIRST_USE)
    tool.get_by_role("group", name="How do you like to talk?").get_by_label("On a call").check()
    tool.get_by_role("radio", name="Yes, record it").check()
    tool.get_by_role("button", name="Find my mentor").click()
    mentor = tool.get_by_role("region", name="Whom you talk with")
    expect(mentor).to_contain_text("Mo Mentor")
    expect(mentor).to_contain_text("A way of talking that suits you both")
    telling.look("mine, without a check-in", ada)


def completed(telling: Telling) -> None:
    """The learner completes Module 1 on the campus; one check-in opens, for both."""
    ada, mo = telling["Ada"], telling["Mo"]
    ada.module(MODULE)
    ada.page.get_by_role("button", name="Mark as done").click()
    expect(ada.page.get_by_role("button", name="Done")).to_be_visible()
    for visitor in (ada, mo):
        waiting = visitor.tool.get_by_role("region", name=MODULE.name)
        visitor.open_mentoring()
        visitor.until(waiting, again=visitor.open_mentoring)
        expect(waiting).to_have_count(1)
        telling.look(f"mine, {visitor.person.part}", visitor)


def booked(telling: Telling) -> None:
    """They agree on a time, on the clock of Lisbon; both find the invitation in their mail."""
    ada = telling["Ada"]
    tool = ada.tool
    tool.get_by_role("region", name=MODULE.name).get_by_role("button", name="Find a time").click()
    expect(tool.get_by_role("heading", name="Find a time")).to_be_visible()
    telling.look("check-in, open", ada)
    day = (telling.stage.mentes.clock() + timedelta(days=1)).date()
    tool.get_by_label("When?").fill(f"{day}T10:00")
    tool.get_by_label("On the clock of").select_option(ZONE)
    tool.get_by_label("Where?").fill(PLACE)
    tool.get_by_role("button", name="Agree on this time").click()
    expect(tool.get_by_role("region", name="You have a time")).to_contain_text("10:00")
    expect(tool.get_by_role("link", name=PLACE)).to_be_visible()
    telling.look("check-in, booked", ada)
    for visitor in (ada, telling["Mo"]):
        visitor.open("/mail/")
        invitation = visitor.page.get_by_role("link", name="Invitation")
        visitor.until(invitation, again=visitor.page.reload)
        invitation.click()
        expect(visitor.page.get_by_role("article")).to_contain_text(PLACE)


def spoken(telling: Telling) -> None:
    """“We spoke”, says the mentor."""
    mo = telling["Mo"]
    tool = mo.open_mentoring()
    tool.get_by_role("button", name=f"Open the check-in {MODULE.name}").click()
    tool.get_by_role("button", name="We spoke").click()
    expect(tool.get_by_role("heading", name="Half a minute to look back")).to_be_visible()
    telling.look("check-in, held, for the mentor", mo)


def reflected(telling: Telling) -> None:
    """Both look back; each reads the other's line."""
    ada, mo = telling["Ada"], telling["Mo"]
    tool = ada.open_mentoring()
    telling.look("mine, to look back", ada)
    tool.get_by_role("button", name=f"Look back {MODULE.name}").click()
    expect(tool.get_by_role("heading", name="Half a minute to look back")).to_be_visible()
    telling.look("check-in, held, for the mentee", ada)
    tool.get_by_role("radio", name="Partly").check()
    tool.get_by_label("What will you try next?").fill(NEXT_STEP)
    day = (telling.stage.mentes.clock() + timedelta(days=7)).date()
    tool.get_by_label("By when?").fill(f"{day}")
    tool.get_by_label("A line to your mentor").fill(THANKS)
    tool.get_by_role("button", name="Save").click()
    expect(tool.get_by_role("region", name="What you take along")).to_contain_text(NEXT_STEP)
    mo.tool.get_by_role("radio", name="Yes").check()
    mo.tool.get_by_label("A line to your mentee").fill(PRAISE)
    mo.tool.get_by_role("button", name="Save").click()
    expect(mo.tool.get_by_role("region", name="What you take along")).to_contain_text(THANKS)
    expect(mo.tool.get_by_role("main")).not_to_contain_text("Partly")
    telling.look("check-in, reflected, for the mentor", mo)
    ada.open_mentoring().get_by_role("link", name=MODULE.name).click()
    expect(tool.get_by_role("region", name="What you take along")).to_contain_text(PRAISE)
    telling.look("check-in, reflected, for the mentee", ada)


def graded(telling: Telling) -> None:
    """The gradebook shows the score, to the instructor and to the learner."""
    row = "Ada Okafor 1 Completed"
    for visitor in (telling["Ines"], telling["Ada"]):
        visitor.open(f"/grade/report/index.php?id={COURSE.id}")
        shown = visitor.page.get_by_role("row", name=row)
        visitor.until(shown, again=visitor.page.reload)
    ines = telling["Ines"]
    tool = ines.open_mentoring()
    tool.get_by_role("link", name="People").click()
    expect(tool.get_by_role("row", name="Ada Okafor")).to_contain_text("Met once")
    telling.look("people", ines)


def recorded(telling: Telling) -> None:
    """The reading credential finds thirteen statements of ours, none with a name or a line."""
    verbs = evidence.statements_told(telling.stage, "Mo", written=WRITTEN)
    assert len(verbs) == 13, verbs


def reported(telling: Telling) -> None:
    """The analyst opens the report, which shows no number about one learner."""
    ana = telling["Ana"]
    tool = ana.open_mentoring()
    expect(tool.get_by_role("heading", name="Too few to show yet")).to_be_visible()
    expect(tool.get_by_role("main")).to_contain_text("fewer than 5 people")
    expect(tool.get_by_role("img")).to_have_count(0)
    telling.look("report, withheld", ana)


CHAPTERS: tuple[Callable[[Telling], None], ...] = (
    registered,
    placed,
    staffed,
    ruled,
    offered,
    joined,
    completed,
    booked,
    spoken,
    reflected,
    graded,
    recorded,
    reported,
)


def tell(telling: Telling) -> None:
    """Tell the whole story."""
    for chapter in CHAPTERS:
        chapter(telling)
