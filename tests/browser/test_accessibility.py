"""Every page of the tool that the story passes through, small and large, light and dark.

axe finds what can be found by rules (https://github.com/dequelabs/axe-core); that everything has a
name and can be found by it is shown by the story itself.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame

from plugin.demo.cast import Cast
from plugin.demo.stage import Stage
from plugin.demo.story import Story
from plugin.demo.story import reported as told_by_five_more
from tests.browser.conftest import Visit
from tests.browser.story import Telling, open_details, tell
from tests.browser.visitors import Visitor

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (320, 1440)  # px
HEIGHT = 900  # px
PLACE_OF_FRAME = "(frame, style) => { frame.style.cssText = style }"
FILLS_THE_WINDOW = "position: fixed; inset: 0; width: 100vw; height: 100vh; border: 0; z-index: 9"
AXE = Axe().axe_script
RUN = "() => axe.run({ resultTypes: ['violations'], preload: false })"
"""Without fetching style sheets once more, which one rule (locked orientation) would need."""
TOO_WIDE = "() => document.documentElement.scrollWidth - innerWidth"
IS_DARK = "() => matchMedia('(prefers-color-scheme: dark)').matches"


def faults(name: str, visitor: Visitor) -> list[str]:
    """Return what is wrong with the page in the frame, whose own width is each of WIDTHS."""
    page = visitor.page
    page.locator("iframe.tool").evaluate(PLACE_OF_FRAME, FILLS_THE_WINDOW)
    visitor.tool.get_by_role("main").wait_for()
    frame = page.frames[1]
    frame.evaluate(AXE)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        frame.wait_for_function(f"innerWidth === {width}")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # colours at once
            assert frame.evaluate(IS_DARK) == (scheme == "dark")
            found += [f"{name}, {width} px, {scheme}: {fault}" for fault in violations(frame)]
        if (surplus := frame.evaluate(TOO_WIDE)) > 0:
            found.append(f"{name}, {width} px: {surplus} px too wide")
    page.locator("iframe.tool").evaluate(PLACE_OF_FRAME, "")
    return found


def violations(frame: Frame) -> list[str]:
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in frame.evaluate(RUN)["violations"]
        for node in rule["nodes"]
    ]


def test_every_page_of_the_story_can_be_used_by_everybody(stage: Stage, visit: Visit) -> None:
    found: list[str] = []
    seen: list[str] = []

    def look(name: str, visitor: Visitor) -> None:
        seen.append(name)
        found.extend(faults(name, visitor))

    telling = Telling(stage, partial(visit, stays=True), look)
    tell(telling)
    five_more_learners_take_the_same_way(stage)
    telling["Ana"].open_mentoring()
    look("report", telling["Ana"])
    assert not found, "\n".join(found)
    assert len(seen) == 24, seen


def five_more_learners_take_the_same_way(stage: Stage) -> None:
    cast = Cast(stage, lambda _exchange: None)
    try:
        told_by_five_more(Story(stage=stage, cast=cast, mentor_of={"Ada": "Mo"}))
    finally:
        cast.close()


def test_a_form_that_comes_back_can_be_used_by_everybody(course: Stage, visit: Visit) -> None:
    ines = visit("Ines")
    tool = ines.open_mentoring()
    open_details(tool, "Add something of the course")
    tool.get_by_label("Its name").fill("Module 9")
    tool.get_by_label("Address of the item").fill("mailto:nobody@campus.example")
    tool.get_by_role("button", name="Add to the list").click()
    tool.get_by_role("alert").wait_for()
    found = faults("set-up, sent back", ines)
    assert not found, "\n".join(found)


def test_what_is_wrong_is_found(course: Stage, visit: Visit) -> None:
    ada = visit("Ada")
    ada.open_mentoring().locator("label[for=first_use]").evaluate("label => label.remove()")
    ada.tool.get_by_role("main").evaluate("main => { main.style.minWidth = '400px' }")
    found = faults("join", ada)
    assert len([fault for fault in found if "label at ['#first_use']" in fault]) == 4, found
    assert "join, 320 px: 80 px too wide" in found
