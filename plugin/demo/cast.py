"""The people of the story, each with a browser of their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from plugin.demo.browser import Browser, Exchange, Page
from plugin.demo.coursework import COURSE, Module
from plugin.demo.markup import Form
from plugin.demo.people import Part, Person
from plugin.demo.stage import Stage

PATIENCE = 20.0  # s, for what the worker and the log store do behind the scenes
BETWEEN_LOOKS = 0.05  # s

T = TypeVar("T")


class StepFailed(Exception):
    """A check of the story did not hold; the text says which, and what was there instead."""


def held(fact: object, why: str) -> None:
    """Raise StepFailed with `why` unless `fact` holds."""
    if not fact:
        raise StepFailed(why)


def until(look: Callable[[], T], why: str, *, patience: float = PATIENCE) -> T:
    """Return what `look` finds as soon as it finds something; StepFailed if it never does."""
    deadline = time.monotonic() + patience
    while not (found := look()):
        if time.monotonic() > deadline:
            raise StepFailed(f"{why} (waited {patience:.0f} s)")
        time.sleep(BETWEEN_LOOKS)
    return found


class Actor:
    """Somebody on the campus, who opens the tool in its frame."""

    def __init__(
        self, stage: Stage, person: Person, on_exchange: Callable[[Exchange], None]
    ) -> None:
        self.person = person
        self._stage = stage
        self._browser = Browser(stage.places, on_exchange=on_exchange)
        self._tool: Page | None = None
        self._sign_in()

    @property
    def name(self) -> str:
        """The full name."""
        return self.person.name

    @property
    def browser(self) -> Browser:
        """The browser."""
        return self._browser

    def close(self) -> None:
        """Close the browser."""
        self._browser.close()

    # On the campus.

    def _sign_in(self) -> None:
        start = self._browser.open(f"{self._stage.campus_url}/")
        form = start.form("/login/index.php", person=self.person.user.id)
        page = self._browser.submit(start, form)
        held(page.status == 200, f"{self.name} could not sign in ({page.status}).")

    def campus(self, path: str) -> Page:
        """Open a page of the campus."""
        page = self._browser.open(f"{self._stage.campus_url}{path}")
        held(page.status == 200, f"The campus answered {page.status} for {path}.")
        return page

    def course(self) -> Page:
        """Open the course."""
        return self.campus(f"/course/view.php?id={COURSE.id}")

    def module(self, module: Module) -> Page:
        """Open a page of the course."""
        return self._browser.click(self.course(), module.name)

    def complete(self, module: Module) -> Page:
        """Mark a page of the course as done."""
        return self._browser.submit(self.module(module), "/complete.php", button="Mark as done")

    # In the tool.

    def open_mentoring(self) -> Page:
        """Open the item "Mentoring" in its frame; the first page of the tool is returned."""
        return self._at(self._browser.enter(self._browser.click(self.course(), "Mentoring")))

    def go(self, words: str = "", *, to: str = "") -> Page:
        """Follow a link of the tool's page."""
        return self._at(self._browser.click(self.page, words, to=to))

    def send(self, to: Form | str, *, button: str = "", **values: str | list[str]) -> Page:
        """Fill in a form of the tool's page and send it."""
        return self._at(self._browser.submit(self.page, to, button=button, **values))

    def open_check_in_with(self, name: str) -> Page:
        """Open the check-in with somebody, from the list of mine."""
        for link in self.page.document.links:
            if "/check-ins/" in link.url:
                page = self._browser.follow(self.page, link)
                if page.has(name):
                    return self._at(page)
        raise StepFailed(f"{self.name} has no check-in with {name}.")

    def look_again(self) -> Page:
        """Ask for the tool's page again."""
        return self._at(self._browser.reload(self.page))

    @property
    def page(self) -> Page:
        """The tool's page that is open."""
        if self._tool is None:
            raise StepFailed(f"{self.name} has not opened Mentoring yet.")
        return self._tool

    def _at(self, page: Page) -> Page:
        self._tool = page
        held(page.status == 200, f"{self.name} got {page.status}: {page.words[:300]}")
        return page


class Cast:
    """Everybody who has come on stage so far."""

    def __init__(self, stage: Stage, on_exchange: Callable[[Exchange], None]) -> None:
        self._stage = stage
        self._on_exchange = on_exchange
        self._actors: dict[str, Actor] = {}

    def __getitem__(self, given_name: str) -> Actor:
        """Return the person of this first name, signed in on the campus."""
        if given_name not in self._actors:
            person = self._stage.campus.named(given_name)
            self._actors[given_name] = Actor(self._stage, person, self._on_exchange)
        return self._actors[given_name]

    def of(self, part: Part) -> list[str]:
        """Return the first names of everybody of one part, in order."""
        return [
            person.user.given_name for person in self._stage.campus.people if person.part is part
        ]

    def close(self) -> None:
        """Close every browser."""
        for actor in self._actors.values():
            actor.close()
