"""People with a browser: on the campus, and in the tool that it shows in a frame.

They find things as a screen reader does, by role, label and words; what has no name for one cannot
be found here.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, Locator, Page
from playwright.sync_api import TimeoutError as NotThere

from plugin.demo.coursework import COURSE, Module
from plugin.demo.stage import Stage

PATIENCE = 30_000  # ms
GLANCE = 400  # ms
LOOKS = 50


class Visitor:
    """Somebody on the campus, in a browser context of their own.

    Args:
        scripts: whether the browser runs scripts.
        stays: whether pages of the tool that send themselves on are kept back to be looked at.

    Attributes:
        page: the campus.
        tool: what its frame shows.
        complaints: what the console said: errors, warnings, violations of a policy.
    """

    def __init__(
        self,
        browser: Browser,
        stage: Stage,
        given_name: str,
        *,
        scripts: bool = True,
        stays: bool = False,
    ) -> None:
        self.stage = stage
        self.person = stage.campus.named(given_name)
        self.scripts = scripts
        self.stays = stays or not scripts
        self.context = browser.new_context(java_script_enabled=scripts)
        self.context.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.context.on("console", self._note)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        if stays:
            self.context.route(f"{stage.tool_url}/**/*.js", lambda route: route.abort())
        self.page = self.context.new_page()
        self._sign_in(self.page)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.context.close()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.complaints.append(f"{message.location['url']}: {message.text}")

    # On the campus.

    def _sign_in(self, page: Page) -> None:
        page.goto(f"{self.stage.campus_url}/")
        page.get_by_role("button", name=self.person.name).click()
        page.get_by_role("button", name="Switch person").wait_for()

    def open(self, path: str, *, tab: Page | None = None) -> Page:
        """Open a page of the campus, in another tab if one is given."""
        tab = tab or self.page
        tab.goto(f"{self.stage.campus_url}{path}")
        return tab

    def course(self, *, tab: Page | None = None) -> Page:
        """Open the course."""
        return self.open(f"/course/view.php?id={COURSE.id}", tab=tab)

    def module(self, module: Module) -> None:
        """Open a page of the course."""
        self.course().get_by_role("link", name=module.name).click()

    def until(self, sign: Locator, *, again: Callable[[], object]) -> None:
        """Look again and again, until `sign` of what the worker does in the background is there."""
        for _ in range(LOOKS):
            try:
                sign.first.wait_for(state="attached", timeout=GLANCE)
            except NotThere:
                again()
            else:
                return
        raise AssertionError(f"{self.person.name} never saw {sign}.")

    # In the tool.

    @property
    def tool(self) -> FrameLocator:
        """What the frame shows."""
        return inside(self.page)

    def open_mentoring(self, *, tab: Page | None = None) -> FrameLocator:
        """Open the item “Mentoring” of the course, in its frame."""
        page = self.course(tab=tab)
        page.get_by_role("link", name="Mentoring").click()
        return self.launched(page)

    def launched(self, page: Page) -> FrameLocator:
        """Wait for a launch in the frame of `page`, and press its buttons where scripts are off."""
        frame = inside(page)
        if not self.scripts:
            for step in ("/lti/login", "/lti/launch"):
                form = frame.locator(f"form[action*='{step}']")
                form.get_by_role("button", name="Continue").click()
        frame.get_by_role("banner").wait_for()  # the pages on the way have none
        return frame


def inside(page: Page) -> FrameLocator:
    """Return what the frame of a page of the campus shows."""
    return page.frame_locator("iframe.tool")
