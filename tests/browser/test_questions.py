"""What is asked and what is answered, clicked through and usable by everybody."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, expect

from plugin.demo.stage import Stage
from tests.browser.conftest import Visit
from tests.browser.story import MENTORS, open_details
from tests.browser.test_accessibility import faults
from tests.browser.visitors import Visitor

SKILLS = ("Giving feedback", "Listening without interrupting", "C++")


def open_questions(ines: Visitor) -> FrameLocator:
    tool = ines.open_mentoring()
    tool.get_by_role("button", name="What you ask").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("What you ask")
    return tool


def ask_everything(ines: Visitor) -> None:
    tool = open_questions(ines)
    tool.get_by_label("Skills of this course").fill("\n".join(SKILLS))
    tool.get_by_label("Places").fill("Berlin\nLisbon")
    tool.get_by_label("Teams").fill("Sales\nCustomer care")
    for question in tool.get_by_role("checkbox").all():
        question.check()
    tool.get_by_role("radio", name="In rounds").check()
    tool.get_by_role("button", name="Save").click()
    expect(tool.get_by_role("region", name="What they are asked")).to_contain_text("9 questions")


def test_what_is_asked_can_be_said_by_everybody(course: Stage, visit: Visit) -> None:
    ines = visit("Ines")
    tool = open_questions(ines)
    found = faults("what you ask", ines)
    tool.get_by_label("Skills of this course").fill("x" * 81)
    tool.get_by_role("button", name="Save").click()
    tool.get_by_role("alert").wait_for()
    found += faults("what you ask, sent back", ines)
    assert not found, "\n".join(found)
    tool.get_by_label("Skills of this course").fill("")
    ask_everything(ines)
    found += faults("set-up, with questions", ines)
    assert not found, "\n".join(found)


def test_what_is_answered_can_be_answered_by_everybody(course: Stage, visit: Visit) -> None:
    ask_everything(visit("Ines"))
    ada = visit("Ada")
    tool = ada.open_mentoring()
    open_details(tool, "Help us find a good match")
    found = faults("join, with all questions", ada)
    tool.get_by_label("What from this course would you like to use first?").fill("The review")
    tool.get_by_role("checkbox", name="On a call").check()
    tool.get_by_role("radio", name="No, record nothing").check()
    for skill in SKILLS:
        tool.get_by_role("checkbox", name=skill).check()
    tool.get_by_role("button", name="Find my mentor").click()
    tool.get_by_role("alert").get_by_role("link", name="Choose two at most.").click()
    found += faults("join, sent back", ada)
    tool.get_by_role("checkbox", name=SKILLS[0]).uncheck()
    tool.get_by_role("checkbox", name="Mon morning").check()
    tool.get_by_label("Your time zone").select_option("Europe/Lisbon")
    wishes = tool.get_by_role("group", name="Is there a mentor you would like to talk with?")
    wishes.get_by_label("First wish").select_option(label=MENTORS[1])
    tool.get_by_role("button", name="Find my mentor").click()
    waiting = tool.get_by_role("region", name="We look for your mentor")
    expect(waiting).to_contain_text("Mentors are given in rounds")
    found += faults("mine, waiting for a round", ada)
    assert not found, "\n".join(found)


def test_answers_and_refusals_can_be_changed_by_everybody(course: Stage, visit: Visit) -> None:
    ask_everything(visit("Ines"))
    mo = visit("Mo")
    tool = mo.open_mentoring()
    tool.get_by_role("link", name="Your data").click()
    open_details(tool, "0 of 8 answered")
    found = faults("choices, with all questions", mo)
    tool.get_by_role("checkbox", name=SKILLS[0]).check()
    tool.get_by_role("button", name="Save what you answer").click()
    open_details(tool, "1 of 8 answered")
    expect(tool.get_by_role("checkbox", name=SKILLS[0])).to_be_checked()
    refuse = tool.get_by_label("Is there anybody you should not be paired with?")
    refuse.select_option(label="Ada Okafor")
    tool.get_by_role("button", name="Save whom you should not be paired with").click()
    refused = tool.get_by_role("group", name="You are not paired with")
    expect(refused.get_by_role("checkbox", name="Ada Okafor")).to_be_checked()
    found += faults("choices, with a refusal", mo)
    assert not found, "\n".join(found)
