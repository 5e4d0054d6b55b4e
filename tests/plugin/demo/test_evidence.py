"""The story's checks can fail."""

import json
from types import SimpleNamespace

import pytest

from plugin.demo import evidence
from plugin.demo.browser import Page
from plugin.demo.cast import StepFailed
from plugin.demo.markup import read
from plugin.demo.people import PEOPLE

ADA = {"account": {"homePage": "https://campus.example", "name": "4"}}


def a_statement(id="1", verb="attended", **more):
    return {
        "id": id,
        "actor": ADA,
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": {"id": "https://tool.example/check-ins/1"},
        **more,
    }


def test_telling_something_twice_is_noticed():
    evidence._each_once([a_statement("1"), a_statement("2", verb="rated")])
    with pytest.raises(StepFailed, match="more than once"):
        evidence._each_once([a_statement("1"), a_statement("1", verb="rated")])
    with pytest.raises(StepFailed, match="more than once"):
        evidence._each_once([a_statement("1"), a_statement("2")])


@pytest.mark.parametrize(
    "leak", ["Ada Okafor", "ADA.OKAFOR@campus.example", "mo.mentor", "Thank you."]
)
def test_a_name_an_address_or_a_note_in_a_statement_is_noticed(leak):
    stage = SimpleNamespace(campus=SimpleNamespace(people=PEOPLE))
    evidence._nothing_personal(stage, [a_statement()], ("Thank you.",))
    with pytest.raises(StepFailed, match="holds a name"):
        evidence._nothing_personal(stage, [a_statement(note=leak)], ("Thank you.",))


def test_check_ins_are_counted_by_address():
    one, other = (f"/l/x/check-ins/{n * 8}-{n * 4}-{n * 4}-{n * 4}-{n * 12}" for n in "12")
    markup = "".join(f'<a href="{url}">x</a>' for url in (one, one, other, f"{one}/check-in.ics"))
    page = Page(
        url="http://127.0.0.1:5000/l/x/mine",
        status=200,
        headers={},
        content=b"",
        document=read(markup),
    )
    assert evidence.check_ins(page) == {one, other}


def test_a_report_whose_files_differ_is_noticed():
    files = {
        "/report.json": json.dumps({"funnel": [{"slug": "completed", "count": 6}]}),
        "/report.csv": "stage,people,share\ncompleted,5,1.0\n",
    }
    browser = SimpleNamespace(click=lambda _page, *, to: SimpleNamespace(text=files[to]))
    analyst = SimpleNamespace(browser=browser, page=None)
    with pytest.raises(StepFailed, match="differ"):
        evidence.funnel(analyst)
    files["/report.csv"] = "stage,people,share\ncompleted,6,1.0\n"
    assert evidence.funnel(analyst) == {"completed": 6}
