"""Which language of a map a reader gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs_bridge.lrs.http.languages import Languages


@pytest.mark.parametrize(
    ("header", "tags", "best"),
    [
        ("de", ["en", "de"], "de"),
        ("de, en", ["en", "de"], "de"),
        ("en, de", ["en", "de"], "en"),
        ("en-AU", ["de", "en-US", "en-GB"], "en-US"),
        ("DE", ["en", "de"], "de"),
        ("de-AT", ["en", "de"], "de"),
        ("en-GB", ["de", "en-US"], "en-US"),
        ("en", ["de", "en-US"], "en-US"),
        ("en-GB", ["de", "en-US", "en"], "en"),
        ("en-GB", ["de", "en", "en-GB"], "en-GB"),
        ("en-GB, de;q=0.5", ["de", "en-US"], "en-US"),
        ("en-GB, en-US;q=0.9", ["en-AU", "en-US"], "en-US"),
        ("fr, de;q=0.5, en;q=0.7", ["de", "en"], "en"),
        ("zh-Hant-TW", ["en", "zh-Hant", "zh"], "zh-Hant"),
        ("zh-Hant-CN-x-private1", ["en", "zh-Hant"], "zh-Hant"),
        ("zh-TW", ["en", "zh-CN"], "zh-CN"),
        ("eng", ["de", "en"], "de"),
        ("en;q=0", ["en", "de"], "de"),
        ("en;q=0", ["en-US", "de"], "de"),
        ("en;q=0, en-GB", ["en-US", "en-GB"], "en-GB"),
        ("en-GB, en-US;q=0", ["en-US", "de"], "de"),
        ("en-GB;q=0, en", ["en-GB", "en-US"], "en-US"),
        ("de, *;q=0", ["en", "de-CH"], "de-CH"),
        ("fr, *;q=0", ["en", "de"], "en"),
        ("fr, *;q=0.1", ["en", "de"], "en"),
        ("*, en;q=0", ["en", "de"], "de"),
        ("fr", ["en", "de"], "en"),
        ("", ["en", "de"], "en"),
        (None, ["en", "de"], "en"),
        ("de", [], None),
    ],
)
def test_what_suits_best_is_chosen(header, tags, best):
    assert Languages(header).best(tags) == best


subtags = st.lists(st.sampled_from(["en", "x", "GB", "us", "*", "1", ""]), min_size=1, max_size=4)
tags = subtags.map("-".join)
ranges = st.lists(st.tuples(tags, st.sampled_from(["", ";q=0", ";q=0.5", ";q=x", ";q=-1"])))


@given(ranges.map(lambda several: ", ".join(map("".join, several))) | st.text(), st.lists(tags))
def test_whatever_is_accepted_one_of_the_tags_is_chosen(header, tags):
    best = Languages(header).best(tags)
    assert best in tags if tags else best is None
