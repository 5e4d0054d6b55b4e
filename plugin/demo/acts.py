"""What people do in the story, more than once: join, book, hold, look back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from plugin.demo import evidence
from plugin.demo.browser import Exchange, Page
from plugin.demo.cast import Actor, Cast, StepFailed, held, until
from plugin.demo.coursework import MODULES
from plugin.demo.markup import Form
from plugin.demo.stage import Stage

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
REASONS = (
    "A way of talking that suits you both: “On a call”.",
    "Nobody else was with them yet, so they have time for you.",
    "They had a place free for you.",
)
"""Why somebody has this mentor, in the tool's words."""


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


def registration(story: Story, alex: Actor) -> Page:
    """Paste the one-time link on the campus; return what its frame shows."""
    page = alex.campus("/admin/tools.php")
    page = alex.browser.submit(page, "/register.php", registration_url=story.stage.invitation)
    return alex.browser.enter(page)


def attaching(page: Page) -> Form | None:
    """Return the form that attaches somebody new."""
    forms = (form for form in page.document.forms if "person" in form.fields)
    return next((form for form in forms if form.fields["person"].type == "select"), None)


def join(story: Story, given_name: str) -> list[str]:
    """Join as a learner; return the reasons for the mentor, in words."""
    learner = story.cast[given_name]
    learner.open_mentoring()
    page = learner.send("/join", first_use=FIRST_USE, talk=["call"], recorded="yes")
    found = [given for given, name in MENTORS.items() if page.has(name)]
    held(len(found) == 1, f"{learner.name} has {len(found)} mentors on the page, not one.")
    story.mentor_of[given_name] = found[0]
    return [reason for reason in REASONS if page.has(reason)]


def attach(instructor: Actor, name: str) -> None:
    """Make somebody a mentor, on the page that is open."""
    form = attaching(instructor.page)
    if form is None:
        raise StepFailed("There is no form to attach a mentor with.")
    instructor.send(form, person=name, capacity=PLACES_EACH)


def wait_for_check_in(learner: Actor) -> None:
    """Look at the list again until a check-in is in it."""
    until(lambda: evidence.check_ins(learner.look_again()), f"No check-in opened: {learner.name}.")


def book(story: Story, given_name: str) -> str:
    """Agree on a time, as the learner; return it on the clock of ZONE."""
    learner = story.cast[given_name]
    tomorrow = (story.stage.mentes.clock() + timedelta(days=1)).date()
    starts_at = f"{tomorrow}T10:00"
    learner.go(to="/check-ins/")
    learner.send("/book", starts_at=starts_at, zone=ZONE, meeting_place=MEETING_PLACE)
    held(learner.page.has("You have a time"), f"{learner.name}'s page says nothing of the time.")
    return starts_at


def hold(story: Story, given_name: str) -> None:
    """Say "we spoke" as the mentor of a learner."""
    mentor = story.cast[story.mentor_of[given_name]]
    mentor.open_mentoring()
    mentor.open_check_in_with(story.cast[given_name].name)
    mentor.send("/held")


def reflect(story: Story, given_name: str) -> None:
    """Look back as both, the learner and the mentor, on the check-ins that are open."""
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
