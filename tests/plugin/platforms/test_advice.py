"""What to change in an LMS: something for every refusal, and the place in the product."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import lti
from lti.login import _PLATFORM_ERRORS
from plugin.platforms.advice import _CAUSES, TOOL, Cause, advice, cause_of

PRODUCTS = [None, "unheard-of", *TOOL]


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("slug", [*_CAUSES, "something-new"])
def test_there_is_something_to_do_about_each_refusal(slug: str, product: str | None) -> None:
    said = advice(slug, product)
    assert said
    assert all(sentence.endswith((".", ":")) for sentence in said)


def test_the_place_is_the_products_own() -> None:
    assert "External tool" in advice("target-mismatch", "moodle")[1]
    assert "Developer Keys" in advice("target-mismatch", "canvas")[1]
    assert len(advice("target-mismatch", None)) == 1


def test_every_refusal_that_has_a_cause_here_exists() -> None:
    texts = {
        node.value
        for path in Path(lti.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    ours = {"deployment-pending", "deployment-refused", "login-moved-on"}
    platforms = {f"platform-{error.replace('_', '-')}" for error in _PLATFORM_ERRORS}
    assert _CAUSES.keys() - texts - platforms == ours


def test_what_is_not_known_is_about_the_content() -> None:
    assert cause_of("roles-missing") is Cause.CONTENT
