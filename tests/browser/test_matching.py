"""An instructor matches two thousand people in Chromium: drafts, looks, changes, publishes.

The worker is a real one beside the tool; people are written into its tables, as so many would take
an hour to click.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import FrameLocator, Locator, expect
from playwright.sync_api import TimeoutError as NotThere
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from plugin.demo.stage import Stage
from plugin.foundation.tenancy import EVERYWHERE, Organisation
from plugin.matching.deliveries import OUR_FAULT
from plugin.matching.model import Draft, DraftPair, DraftState
from plugin.matching.views import PAGE
from plugin.pairings.model import Pairing
from plugin.programmes.model import PairsBy, Programme
from tests.browser.conftest import Visit
from tests.browser.test_accessibility import faults
from tests.browser.visitors import GLANCE, Visitor
from tests.plugin.matching.crowds import a_crowd, asked

MENTEES, MENTORS = 1400, 600
COME_LATER = 10
LONG = 120_000  # ms; a worker solves and publishes for a thousand, maybe on a busy machine


@contextmanager
def programme_of(stage: Stage) -> Iterator[tuple[Session, Programme]]:
    """Open a transaction in the one programme there is."""
    with stage.mentes.database.reading(EVERYWHERE) as session:
        organisation_id = session.scalars(select(Organisation.id)).one()
    with stage.mentes.database.transaction(organisation_id) as session:
        yield session, session.scalars(select(Programme)).one()


def crowded(stage: Stage, mentees: int, mentors: int, seed: int = 1) -> None:
    """Let so many people take part in a programme that pairs in rounds."""
    with programme_of(stage) as (session, programme):
        programme.pairs_by = PairsBy.DRAFT
        asked(programme)
        now = stage.mentes.clock()
        a_crowd(session, programme, mentees=mentees, mentors=mentors, seed=seed, now=now)


def drafted(stage: Stage, number: int, *, accepted: bool = False) -> dict[UUID, UUID]:
    """Return the pairs of draft `number`, or those that were accepted there."""
    with programme_of(stage) as (session, _):
        rows = select(DraftPair).join(Draft, Draft.id == DraftPair.draft_id)
        rows = rows.where(Draft.number == number)
        if accepted:
            rows = rows.where(DraftPair.accepted)
        return {row.mentee_id: row.mentor_id for row in session.scalars(rows)}


def opened(ines: Visitor) -> FrameLocator:
    """Open the first page of matching."""
    tool = ines.open_mentoring()
    tool.get_by_role("link", name="Matching").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("Matching")
    return tool


def done(ines: Visitor, heading: str | re.Pattern[str]) -> Locator:
    """Wait for what a worker does: the page sees it by itself, or, without scripts, one looks."""
    sign = ines.tool.get_by_role("heading", name=heading)
    again = ines.tool.get_by_role("button", name="Look again")

    def look_again() -> None:
        with suppress(NotThere):  # the page before it may still be going
            again.click(timeout=GLANCE)

    if ines.scripts:
        sign.wait_for(timeout=LONG)
    else:
        ines.until(sign, again=look_again)
    return sign


def pair_of(tool: FrameLocator, number: int) -> Locator:
    """Return a pair of the list, from 0."""
    return tool.get_by_role("region", name="pairs").get_by_role("listitem").nth(number)


def test_two_thousand_people_are_matched_looked_at_and_published(
    course: Stage, visit: Visit
) -> None:
    crowded(course, MENTEES, MENTORS)
    ines = visit("Ines")
    tool = opened(ines)
    expect(tool.get_by_role("heading", name=f"{MENTEES} learners wait")).to_be_visible()

    tool.get_by_role("button", name="Make a draft").click()
    bar = tool.get_by_role("progressbar")
    expect(bar).to_be_visible()
    expect(tool.get_by_role("status")).not_to_have_text("")
    done(ines, "What comes of it")
    expect(tool.get_by_role("row", name="Learners with a mentor")).to_contain_text(
        f"{MENTEES} of {MENTEES}"
    )
    expect(tool.get_by_role("listitem").filter(has_text="↔")).to_have_count(PAGE)

    searched(ines)
    accepted(ines, course)
    changed(ines, course)
    again_with_newcomers(ines, course)
    compared(ines)
    published(ines, course)
    assert ines.complaints == []


def searched(ines: Visitor) -> None:
    """A pair is found by a part of a name, and the rest comes back."""
    tool = ines.tool
    tool.get_by_label("Name of one of the two").fill("hana")
    tool.get_by_role("button", name="Find").click()
    expect(tool.get_by_text("pairs found.")).to_be_visible()
    expect(pair_of(tool, 0)).to_contain_text("Hana")
    tool.get_by_label("Which pairs").select_option(label="Accepted")
    tool.get_by_role("button", name="Find").click()
    expect(tool.get_by_text("No pair is like that.")).to_be_visible()
    tool.get_by_role("link", name="Show all").click()
    tool.get_by_role("link", name="Next", exact=True).click()
    expect(tool.get_by_text("Page 2 of 28")).to_be_visible()


def accepted(ines: Visitor, stage: Stage) -> None:
    """One pair is accepted, then all on a page."""
    tool = ines.tool
    first = pair_of(tool, 0)
    first.get_by_role("button", name="Accept").click()
    expect(first).to_contain_text("Take the yes back")
    expect(tool.get_by_text("Page 2 of 28")).to_be_visible()
    tool.get_by_role("link", name="Before").click()
    expect(tool.get_by_text("Page 1 of 28")).to_be_visible()
    tool.get_by_role("button", name="Accept all on this page").click()
    expect(tool.get_by_text(f"{PAGE} pairs are accepted now.")).to_be_visible()
    assert len(drafted(stage, 1, accepted=True)) == PAGE + 1


def changed(ines: Visitor, stage: Stage) -> None:
    """One learner gets somebody else, and it can be undone; then once more, for good."""
    tool = ines.tool
    before = drafted(stage, 1)
    couple = pair_of(tool, 0).get_by_role("strong")
    were = couple.text_content() or ""
    for undone in (True, False):
        pair_of(tool, 0).get_by_role("button", name="Why, or change").click()
        expect(tool.get_by_role("table", name="What adds up")).to_be_visible()
        suggestions = tool.get_by_role("region", name="Somebody else").get_by_role("listitem")
        expect(suggestions).to_have_count(3)
        suggestions.first.get_by_role("button", name="Choose").click()
        expect(tool.get_by_text("The pair was changed.")).to_be_visible()
        assert len(before.items() - drafted(stage, 1).items()) == 1
        if undone:
            tool.get_by_role("button", name="Undo").click()
            expect(couple).to_have_text(were)  # both pages say that the pair was changed
            assert drafted(stage, 1) == before


def again_with_newcomers(ines: Visitor, stage: Stage) -> None:
    """Ten more have come; drafting again changes no pair that was accepted."""
    crowded(stage, COME_LATER, 5, seed=2)
    tool = ines.tool
    tool.get_by_role("link", name="Matching", exact=True).first.click()
    tool.get_by_role("link", name="Draft 1").click()
    expect(tool.get_by_text(f"{COME_LATER} learners have joined since")).to_be_visible()
    tool.get_by_role("button", name="Draft again").click()
    expect(tool.get_by_role("heading", level=1)).to_contain_text("Draft 2")
    done(ines, "What comes of it")
    kept = drafted(stage, 1, accepted=True)
    assert len(kept) == PAGE + 1
    assert kept.items() <= drafted(stage, 2).items()
    assert len(drafted(stage, 2)) == MENTEES + COME_LATER


def compared(ines: Visitor) -> None:
    """The two drafts stand side by side."""
    tool = ines.tool
    tool.get_by_role("button", name="Compare with draft 1").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("Two drafts side by side")
    only_here = tool.get_by_role("heading", name=re.compile("have a mentor in draft 2 only"))
    expect(only_here).to_contain_text(str(COME_LATER))
    tool.get_by_role("button", name="Open draft 2").click()


def published(ines: Visitor, stage: Stage) -> None:
    """What will happen is said, then it happens, and everybody has a mentor."""
    tool = ines.tool
    many = MENTEES + COME_LATER
    tool.get_by_role("button", name="Publish this draft").click()
    expect(tool.get_by_role("main")).to_contain_text(f"{many} pairs are made")
    tool.get_by_role("button", name=f"Make {many} pairs").click()
    done(ines, f"{many} pairs were made")
    with programme_of(stage) as (session, _):
        pairings = session.scalars(select(func.count(Pairing.id))).one()
    assert pairings == many
    tool.get_by_role("button", name="See who has a mentor").click()
    expect(tool.get_by_role("heading", level=1)).to_have_text("People")
    expect(tool.get_by_text("Waiting for a mentor")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_rules_are_changed_tried_out_and_saved(course: Stage, visit: Visit, scripts: bool) -> None:
    crowded(course, 40, 12)
    ines = visit("Ines", scripts=scripts)
    tool = opened(ines)
    tool.get_by_role("button", name="Make a draft").click()
    done(ines, "What comes of it")
    tool.get_by_role("button", name="Try other weights").click()
    tool.get_by_role("button", name="Add a rule").click()
    rule = tool.get_by_role("group", name="Rule 8")
    rule.get_by_label("What the learner says").select_option(label="Team")
    rule.get_by_label("How the two compare").select_option(label="different")
    rule.get_by_label("How much it counts").select_option(label="By a number")
    rule.get_by_label("Number, 0 to 100").fill("80")
    if scripts:
        expect(rule).to_contain_text("Counts most: Team: different")
    tool.get_by_role("group", name="Rule 1").get_by_role("button", name="Take away").click()
    expect(tool.get_by_role("group", name="Rule 8")).to_have_count(0)
    expect(tool.get_by_role("group", name="Rule 7")).to_contain_text("Team: different")
    tool.get_by_role("button", name="Try them in a draft first").click()
    expect(tool.get_by_role("heading", level=1)).to_contain_text("Draft 2")
    done(ines, "What comes of it")
    tool.get_by_role("button", name="Compare with draft 1").click()
    expect(tool.get_by_role("main")).to_contain_text("Team: different (weight 80)")
    tool.get_by_role("button", name="Open draft 2").click()
    tool.get_by_role("button", name="Try other weights").click()
    tool.get_by_role("button", name="Save the rules").click()
    expect(tool.get_by_text("Saved.")).to_be_visible()
    assert ines.complaints == []
    tool.get_by_text("As text, for those who write JSON").click()
    text = tool.get_by_label("The rules as JSON")
    text.fill(text.input_value().replace('"weight": 80', '"weight": "eighty"'))
    tool.get_by_role("button", name="Save this text").click()
    expect(tool.get_by_role("alert")).to_contain_text('"weight": "eighty"')


def test_the_whole_way_works_without_scripts(course: Stage, visit: Visit) -> None:
    crowded(course, 60, 18)
    ines = visit("Ines", scripts=False)
    tool = opened(ines)
    tool.get_by_role("button", name="Make a draft").click()
    done(ines, "What comes of it")
    tool.get_by_role("button", name="Accept all on this page").click()
    pair_of(tool, 0).get_by_role("button", name="Take apart").click()
    tool.get_by_role("button", name="Undo").click()
    tool.get_by_text("The pair was changed.").wait_for()
    tool.get_by_role("button", name="Publish this draft").click()
    tool.get_by_role("button", name=re.compile("Make .* pairs")).click()
    done(ines, re.compile("pairs were made"))


def test_every_page_of_matching_can_be_used_by_everybody(course: Stage, visit: Visit) -> None:
    ines = visit("Ines")
    found: list[str] = []

    def look(name: str, sign: Locator) -> None:
        """Look for faults, once `sign` shows that the page is there."""
        sign.wait_for(timeout=LONG)
        found.extend(faults(name, ines))

    tool = opened(ines)
    look("matching, mentors only", tool.get_by_role("region", name="Drafts"))
    crowded(course, 75, 18)
    opened(ines)
    tool.get_by_text("How it is made").click()
    look("matching", tool.get_by_role("radiogroup", name="What is sought"))
    tool.get_by_role("button", name="Make a draft").click()
    done(ines, "What comes of it")
    tool.get_by_text("Who they are").click()
    tool.get_by_text("How this draft came about").click()
    tool.get_by_text("The rules as JSON").click()
    look("draft", tool.get_by_text('"version": 1'))
    tool.get_by_role("button", name="Give them somebody").first.click()
    look("nobody for a learner", tool.get_by_role("heading", name="Why nobody?"))
    tool.get_by_role("link", name="Draft 1").click()
    pair_of(tool, 0).get_by_role("button", name="Why, or change").click()
    tool.get_by_label("Anybody with a place left").fill("zz")
    tool.get_by_role("button", name="Find").click()
    look("why this mentor", tool.get_by_text("Nobody of that name"))
    tool.get_by_role("link", name="Draft 1").click()
    pair_of(tool, 0).get_by_role("button", name="Take apart").click()
    look("draft, to undo", tool.get_by_text("They were taken apart."))
    tool.get_by_role("button", name="Try other weights").click()
    tool.get_by_role("group", name="Rule 1").get_by_label("How much it counts").select_option(
        "number"
    )
    tool.get_by_role("button", name="Save the rules").click()
    look("rules, sent back", tool.get_by_role("alert"))
    tool.get_by_role("group", name="Rule 1").get_by_label("Number").fill("100")
    tool.get_by_role("button", name="Try them in a draft first").click()
    done(ines, "What comes of it")
    tool.get_by_role("button", name="Compare with draft 1").click()
    look("comparison", tool.get_by_role("heading", name="Two drafts side by side"))
    tool.get_by_role("button", name="Open draft 2").click()
    tool.get_by_role("button", name="Publish this draft").click()
    look("publish", tool.get_by_role("heading", name="Publish draft 2?"))
    tool.get_by_role("button", name=re.compile("Make .* pairs")).click()
    look("published", done(ines, re.compile("pairs were made")))
    moved_back(course, 1, DraftState.RUNNING, progress=40, stage="pairs")
    opened(ines).get_by_role("link", name="Draft 1").click()
    look("being made", tool.get_by_text("Finding the pairs"))
    moved_back(course, 1, DraftState.FAILED, statistics=None, problem=OUR_FAULT)
    look("failed", tool.get_by_role("button", name="Make it again"))
    assert not found, "\n".join(found)


def moved_back(course: Stage, number: int, state: DraftState, **values: Any) -> None:
    """Put a draft into a state that passes too quickly, or too seldom, to be looked at."""
    with programme_of(course) as (session, _):
        changes = {"state": state, **values}
        session.execute(update(Draft).where(Draft.number == number).values(**changes))
