"""Results at a threshold."""

from datetime import UTC, datetime, timedelta

import pytest

from lrs_bridge.identity import PersonKey
from lrs_bridge.sources.gradebook import reached
from tests.lrs_bridge.sources.golden import ORGANISATION

NOW = datetime(2026, 11, 30, 10, tzinfo=UTC)
ITEM = "https://lms.example/ags/2/lineitems/7?type_id=1"
COURSE = "https://lms.example/course/view.php?id=2"


def result(score, maximum=10.0, share=0.8, **changes):
    said = {
        "issuer": "https://LMS.example",
        "user_id": "42",
        "line_item": ITEM,
        "course_key": COURSE,
        "now": NOW,
        **changes,
    }
    return reached(ORGANISATION, score=score, maximum=maximum, share=share, **said)


@pytest.mark.parametrize(
    ("score", "maximum", "share", "passed"),
    [
        (8.0, 10.0, 0.8, True),
        (7.99, 10.0, 0.8, False),
        (7.0, 100.0, 0.07, True),
        (0.8, None, 0.8, True),
        (0.0, 10.0, 0.0, True),
        (12.0, 10.0, 1.0, True),
        (None, 10.0, 0.0, False),
        (5.0, 0.0, 0.5, False),
        (5.0, -1.0, 0.5, False),
        (float("nan"), 10.0, 0.5, False),
        (5.0, float("inf"), 0.5, False),
    ],
)
def test_a_result_counts_from_the_threshold_on(score, maximum, share, passed):
    assert (result(score, maximum, share) is not None) is passed


def test_a_result_names_people_as_launches_do():
    it = result(9.0)
    assert it.person_keys == (PersonKey.account("https://lms.example", "42"),)
    assert (it.source, it.kind, it.state, it.at) == ("lti-result", "module", "passed", NOW)
    assert (it.course_key, it.module_key) == (COURSE, ITEM)


def test_a_line_item_is_passed_once_by_each():
    later = NOW + timedelta(hours=1)
    again = result(10.0, now=later, line_item=ITEM.replace("https", "http"))
    assert again.source_event_id == result(9.0).source_event_id
    assert result(9.0, user_id="43").source_event_id != again.source_event_id
    assert result(9.0, line_item=f"{ITEM}0").source_event_id != again.source_event_id
