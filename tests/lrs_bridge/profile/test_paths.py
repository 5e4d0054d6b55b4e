"""The part of JSONPath that profiles may use."""

from __future__ import annotations

import pytest

from lrs_bridge.profile.paths import path, pointer

DOCUMENT = {
    "a": {"b c": 1, "d": [{"e": 2}, {"e": 3}, {"f": 4}], "https://x.example/k": 5},
    "g": [6, [7, 8]],
}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("$", [DOCUMENT]),
        ("$.a.d[*].e", [2, 3]),
        ("$.a.d[1].e", [3]),
        ("$.a.d[0,1].e", [2, 3]),
        ("$.a.d[9]", []),
        ("$.a['b c']", [1]),
        ('$.a["https://x.example/k"]', [5]),
        ("$.a['b c', 'https://x.example/k']", [1, 5]),
        ("$['a'].d[2].*", [4]),
        ("$.g[*]", [6, [7, 8]]),
        ("$.g[1][*]", [7, 8]),
        ("$.g[0].nothing", []),
        ("$.a.d[0].e | $.a['b c']|$.nothing", [2, 1]),
        ("$.nothing[*].at.all", []),
    ],
)
def test_a_path_leads_to_values(text: str, values: list[object]) -> None:
    assert path(text)(DOCUMENT) == values


@pytest.mark.parametrize(
    "text",
    ["", "a.b", "$.a[?(@.e)]", "$.a[(@.length-1)]", "$..e", "$.a[-1]", "$.a[", "$.a[]", "$.a['b"],
)
def test_what_profiles_may_not_use_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\$|names, numbers|cannot be read"):
        path(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("$.result.duration", "/result/duration"),
        ("$.context.contextActivities.parent[*].id", "/context/contextActivities/parent"),
        (
            "$.context.extensions['https://x.example/~k']",
            "/context/extensions/https:~1~1x.example~1~0k",
        ),
        ("$.g[1]['a','b']", "/g/1"),
        ("$", ""),
    ],
)
def test_a_path_is_one_place_as_far_as_it_goes(text: str, place: str) -> None:
    assert pointer(text) == place
