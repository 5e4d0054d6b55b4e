"""Who may frame a page, and where its forms may go."""

import pytest

from plugin.demo.policy import may_frame, may_send_to

OWN = "http://127.0.0.1:5000/l/1/"
CAMPUS = "http://localhost:8080/course"


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        ("", True),
        ("default-src 'none'", True),
        ("frame-ancestors 'none'", False),
        ("frame-ancestors", False),
        ("frame-ancestors 'self'", False),
        ("default-src 'none'; frame-ancestors http://localhost:8080", True),
        ("frame-ancestors http://localhost:9090", False),
        ("frame-ancestors http:", True),
        ("frame-ancestors https:", False),
    ],
)
def test_a_page_says_who_may_frame_it(policy, allowed):
    assert may_frame(policy, CAMPUS, OWN) is allowed


@pytest.mark.parametrize(
    ("policy", "target", "allowed"),
    [
        ("form-action 'self'", OWN, True),
        ("form-action 'self'", CAMPUS, False),
        ("form-action 'self' http://localhost:8080", CAMPUS, True),
        ("form-action 'none'", OWN, False),
    ],
)
def test_a_page_says_where_its_forms_may_go(policy, target, allowed):
    assert may_send_to(policy, target, OWN) is allowed
