"""Pages as a person finds them."""

import pytest

from plugin.demo.markup import NotOnThePage, read

PAGE = """<!doctype html><title>Not read</title><style>p{}</style>
<p>Hello <b>Ada</b></p><a href="/one" target="_top">Go <span>on</span></a>
<iframe src="/frame"></iframe>
<form method="post" action="/join">
  <input type="hidden" name="token" value="t">
  <label>Line <input name="line" required></label>
  <textarea name="more">
old</textarea>
  <label><input type="checkbox" name="talk" value="call">On a call</label>
  <label><input type="checkbox" name="talk" value="in-person" checked>In person</label>
  <label><input type="radio" name="recorded" value="yes" required>Yes</label>
  <label><input type="radio" name="recorded" value="no">No</label>
  <select name="person"><option value="">Choose</option><option value="7">Mo</option></select>
  <input name="gone" disabled><input type="file" name="file">
  <button name="choice" value="a">Add it</button><button>Other</button>
</form>"""


def the_form(markup=PAGE):
    return read(markup).forms[0]


def test_words_links_and_frames_are_found():
    page = read(PAGE)
    assert page.words.startswith("Hello Ada Go on")
    assert "Not read" not in page.words
    assert [(link.words, link.url, link.target) for link in page.links] == [
        ("Go on", "/one", "_top")
    ]
    assert page.frames == ["/frame"]
    assert not page.has_script


def test_a_form_sends_what_was_in_it_and_what_was_filled_in():
    sent = the_form().filled({"line": "x", "recorded": "Yes", "person": "Mo"})
    assert sent == [
        ("token", "t"),
        ("line", "x"),
        ("more", "old"),
        ("talk", "in-person"),
        ("recorded", "yes"),
        ("person", "7"),
        ("choice", "a"),
    ]


def test_choices_are_made_by_value_or_by_words():
    sent = the_form().filled({"line": "x", "recorded": "no", "talk": ["call", "In person"]})
    assert [value for name, value in sent if name == "talk"] == ["call", "in-person"]


def test_another_button_may_be_pressed():
    sent = the_form().filled({"line": "x", "recorded": "yes"}, button="Other")
    assert "choice" not in dict(sent)


@pytest.mark.parametrize(
    ("values", "button", "complaint"),
    [
        ({"recorded": "yes"}, "", "wants something in line"),
        ({"line": "x"}, "", "wants something in recorded"),
        ({"line": "x", "recorded": "maybe"}, "", "“maybe” is not offered"),
        ({"line": "x", "recorded": "yes", "age": "7"}, "", "no field age"),
        ({"line": "x", "recorded": "yes", "gone": "7"}, "", "no field gone"),
        ({"line": "x", "recorded": "yes"}, "Delete", "no button “Delete”"),
    ],
)
def test_what_a_person_could_not_do_is_refused(values, button, complaint):
    with pytest.raises(NotOnThePage, match=complaint):
        the_form().filled(values, button)
