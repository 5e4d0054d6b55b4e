"""The frame, the error page and the macros, rendered as a room renders them."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Blueprint, Flask, render_template, render_template_string
from jinja2 import StrictUndefined, UndefinedError

import plugin
from plugin.foundation.web import i18n

FOUNDATION = Path(plugin.__file__).parent / "foundation"
ALL_TEMPLATES = sorted(Path(plugin.__file__).parent.rglob("templates/**/*.html"))

FORMS = "{% import 'macros/forms.html' as forms %}"
PARTS = "{% import 'macros/parts.html' as parts %}"
CHARTS = "{% import 'macros/charts.html' as charts %}"
EVERY_FIELD = [
    "forms.field('answer', 'Where?', {}, hint='One line.', error={!r})",
    "forms.textarea('answer', 'What next?', {}, hint='One step.', error={!r})",
    "forms.select('answer', 'Zone', {}, [('a', 'A')], hint='Yours.', error={!r})",
    "forms.datetime_local('answer', 'When?', {}, hint='Lisbon time.', error={!r})",
    "forms.radio_choices('answer', 'How?', {}, [('a', 'A')], hint='One.', error={!r})",
    "forms.checkbox_choices('answer', 'Which?', {}, [('a', 'A')], hint='Two.', error={!r})",
]


class Page(HTMLParser):
    """What a reader of the mark-up finds: the elements with their attributes, and the words."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def every(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def values(self, attribute: str) -> list[str]:
        return [found[attribute] or "" for _, found in self.elements if attribute in found]


@pytest.fixture
def app():
    app = Flask("tests", template_folder=str(FOUNDATION / "templates"), static_folder=None)
    app.register_blueprint(
        Blueprint("foundation", "tests", static_folder=str(FOUNDATION / "static"))
    )
    i18n.register(app)
    app.jinja_env.undefined = StrictUndefined
    with app.test_request_context():
        yield app


def drawn(source: str, **variables: object) -> Page:
    return Page(render_template_string(source, **variables))


def a_field(call: str, *, who_sees: str = "Only you see this.", error: str = "") -> Page:
    return drawn(f"{FORMS}{{{{ {call.format(repr(who_sees), error)} }}}}")


def framed(template: str = "base.html", **variables: object) -> Page:
    return Page(render_template(template, **{"locale": "en", "page_title": "Today"} | variables))


def a_stage(label: str, count: int | None, share: float | None, note: str = "") -> SimpleNamespace:
    return SimpleNamespace(label=label, count=count, share=share, note=note)


@pytest.mark.parametrize("path", ALL_TEMPLATES, ids=lambda path: path.name)
def test_no_template_writes_a_script_or_style_that_the_policy_forbids(path):
    assert (
        re.findall(r"<script(?! src=)|<style|\sstyle=|\son[a-z]+=|javascript:", path.read_text())
        == []
    )


@pytest.mark.parametrize("call", EVERY_FIELD)
def test_every_field_ties_its_hint_error_and_audience_to_the_input(app, call):
    page = a_field(call, error="Please answer this.")
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {"answer-sees", "answer-hint", "answer-error"} <= set(ids)
    assert "answer-error answer-hint answer-sees" in page.values("aria-describedby")
    assert {word for tied in page.values("aria-describedby") for word in tied.split()} <= set(ids)
    assert "true" in page.values("aria-invalid")


@pytest.mark.parametrize("call", EVERY_FIELD)
def test_a_field_without_an_error_is_not_called_invalid(app, call):
    page = a_field(call)
    assert page.values("aria-invalid") == []
    assert "answer-hint answer-sees" in page.values("aria-describedby")


@pytest.mark.parametrize("call", EVERY_FIELD)
def test_no_field_can_be_drawn_without_saying_who_sees_it(app, call):
    with pytest.raises(UndefinedError, match="every_input_says_who_sees_it"):
        a_field(call, who_sees="")


def test_a_field_passes_other_attributes_on(app):
    page = drawn(
        f"{FORMS}{{{{ forms.datetime_local('at', 'When?', 'Both.', min='2026-11-24T09:00') }}}}"
    )
    assert page.every("input")[0]["type"] == "datetime-local"
    assert page.every("input")[0]["min"] == "2026-11-24T09:00"


def test_what_was_chosen_before_is_chosen_again(app):
    choices = "[(1, 'One'), (2, 'Two'), (3, 'Three')]"
    radios = drawn(f"{FORMS}{{{{ forms.radio_choices('n', 'N', 'You.', {choices}, '2') }}}}")
    boxes = drawn(f"{FORMS}{{{{ forms.checkbox_choices('n', 'N', 'You.', {choices}, [1, 3]) }}}}")
    assert [box["value"] for box in radios.every("input") if "checked" in box] == ["2"]
    assert [box["value"] for box in boxes.every("input") if "checked" in box] == ["1", "3"]


def test_the_summary_of_errors_leads_to_the_fields(app):
    page = drawn(FORMS + "{{ forms.form_errors([('skill', 'Choose one.'), ('zone', 'Choose.')]) }}")
    assert "2 answers need another look" in page.text
    assert page.values("href") == ["#skill", "#zone"]


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Ana Oliveira", "AO"), ("Tomás", "T"), ("  ana  de  sá ", "AS"), ("李伟", "李")],
)
def test_a_person_is_drawn_with_initials(app, name, initials):
    page = drawn(PARTS + "{{ parts.person(name) }}", name=name)
    assert page.values("data-initials") == [initials]


@pytest.mark.parametrize("name", ["", "   ", None])
def test_a_person_whom_the_platform_does_not_name_is_still_somebody(app, name):
    page = drawn(PARTS + "{{ parts.person(name, unnamed='Your mentor') }}", name=name)
    assert page.values("data-initials") == []
    assert page.text == "Your mentor"


def test_a_name_is_never_mark_up(app):
    page = drawn(PARTS + "{{ parts.person(name) }}", name='<img src=x> "><b')
    assert page.every("img") == []
    assert page.every("b") == []


@pytest.mark.parametrize(
    ("number", "state"), list(enumerate(["open", "booked", "held", "reflected"]))
)
def test_a_check_in_shows_how_far_it_is(app, number, state):
    page = drawn(PARTS + "{{ parts.checkin_steps(state) }}", state=state)
    stages = page.every("li")
    assert [stage.get("aria-current") for stage in stages].index("step") == number
    assert [stage["class"] for stage in stages[:number]] == ["done"] * number
    assert [stage["class"] for stage in stages[number + 1 :]] == ["ahead"] * (3 - number)


def test_a_moment_is_written_for_people_and_for_machines(app):
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    page = drawn(PARTS + "{{ parts.when(at) }}", at=at)
    assert page.values("datetime") == ["2026-11-24T09:30+00:00"]
    assert "Tuesday, 24 November 2026" in page.text


def test_a_funnel_and_its_table_tell_the_same_numbers(app):
    stages = [
        a_stage("Finished", 214, 1.0),
        a_stage("Met", 133, 0.62),
        a_stage("Applied", 54, 0.25),
    ]
    chart = drawn(CHARTS + "{{ charts.funnel(stages, 'From course to work') }}", stages=stages)
    table = drawn(CHARTS + "{{ charts.funnel_table(stages, 'The same numbers') }}", stages=stages)
    for words in ("Finished", "214", "100%", "Met", "133", "62%", "Applied", "54", "25%"):
        assert words in chart.text
        assert words in table.text
    widths = [bar["width"] for bar in chart.every("rect") if bar.get("class") == "funnel-bar"]
    assert widths == ["100.0%", "62.0%", "25.0%"]


def test_a_funnel_is_one_picture_with_a_title_and_a_description(app):
    page = drawn(
        CHARTS + "{{ charts.funnel(stages, 'Title', id='f') }}", stages=[a_stage("Met", 9, 1.0)]
    )
    drawing = page.every("svg")[0]
    assert drawing["role"] == "img"
    assert drawing["aria-labelledby"] == "f-title f-desc"
    assert {"f-title", "f-desc"} <= set(page.values("id"))


def test_a_withheld_number_is_neither_written_nor_drawn(app):
    stages = [a_stage("Met", 133, 1.0), a_stage("Applied", None, None, "fewer than five people")]
    chart = drawn(CHARTS + "{{ charts.funnel(stages, 'Title') }}", stages=stages)
    table = drawn(CHARTS + "{{ charts.funnel_table(stages, 'Table') }}", stages=stages)
    assert "too few to show" in chart.text
    assert "fewer than five people" in table.text
    assert len([bar for bar in chart.every("rect") if bar.get("class") == "funnel-bar"]) == 1
    assert chart.every("polygon") == []


def test_the_frame_works_outside_a_course_and_without_any_link(app):
    page = framed()
    assert page.every("nav") == []
    assert page.every("html") == [{"lang": "en", "dir": "ltr"}]
    assert page.every("a") == [{"class": "skip", "href": "#main"}]


@pytest.mark.parametrize(
    ("locale", "lang", "direction"), [("pt_BR", "pt-BR", "ltr"), ("ar_EG", "ar-EG", "rtl")]
)
def test_the_frame_names_its_language_and_direction(app, locale, lang, direction):
    assert framed(locale=locale).every("html") == [{"lang": lang, "dir": direction}]


def test_the_frame_shows_the_course_the_role_and_where_one_is(app):
    nav = [("Today", "/today", True), ("Settings", "/settings", False)]
    place = SimpleNamespace(course_title="Team leading", role_label="Mentor", home_url="/", nav=nav)
    page = framed(place=place, notices=[("success", "Saved.")])
    assert "Team leading" in page.text
    assert "Mentor" in page.text
    assert [link["href"] for link in page.every("a") if "aria-current" in link] == ["/today"]
    assert "Saved." in page.text


def test_a_course_without_a_title_still_has_a_heading(app):
    place = SimpleNamespace(course_title="", role_label="", home_url="/", nav=[])
    assert "Mentes" in framed(place=place).text


def test_the_links_to_style_sheets_can_be_followed(app):
    client = app.test_client()
    found = [link["href"] for link in framed().every("link")]
    assert len(found) == 3
    answers = [client.get(address, buffered=True) for address in found]
    assert [answer.status_code for answer in answers] == [200, 200, 200]


@pytest.mark.parametrize("return_url", [None, "https://lms.example/course/7"])
def test_a_problem_says_what_happened_what_to_do_and_its_reference(app, return_url):
    problem = SimpleNamespace(
        title="This link was used before",
        detail="A launch works once.",
        next_step="Open Mentes again from the course.",
        reference="7f3a-91c2",
        status=401,
    )
    page = framed("problem.html", problem=problem, return_url=return_url)
    for words in (problem.title, problem.detail, problem.next_step, problem.reference):
        assert words in page.text
    buttons = [link["href"] for link in page.every("a") if link.get("role") == "button"]
    assert buttons == ([return_url] if return_url else [])


def test_a_message_may_offer_one_thing_to_do(app):
    action = SimpleNamespace(label="Open in a new window", url="/open", is_new_window=True)
    page = framed("message.html", title="One more step", text="Nearly there.", action=action)
    button = next(link for link in page.every("a") if link.get("role") == "button")
    assert button == {"role": "button", "href": "/open", "target": "_blank", "rel": "noopener"}


def test_a_message_needs_nothing_to_do(app):
    page = framed("message.html", title="Mentes", text="Open it in your course.", action=None)
    assert "Open it in your course." in page.text
    assert [link for link in page.every("a") if link.get("role") == "button"] == []


def test_a_mail_is_plain_words_with_one_link_and_a_way_to_stop(app):
    text = render_template(
        "mail/base.txt",
        greeting="Hello Ana & Li,",
        action=SimpleNamespace(label="Answer", url="https://mentes.example/r/1?a=1&b=2"),
        reason="You offered to be a mentor.",
        later_url=None,
        stop_url="https://mentes.example/stop",
    )
    assert text.startswith("Hello Ana & Li,\n")
    assert "\nAnswer:\nhttps://mentes.example/r/1?a=1&b=2\n" in text
    assert text.endswith(
        "\n-- \nYou offered to be a mentor.\nNo more mails like this: https://mentes.example/stop"
    )
