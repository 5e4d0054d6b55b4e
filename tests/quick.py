"""What each test would do again, done once by each worker of a run: templates and routes compiled.

Tests make an application each, with the same hundred and seventy routes and the same templates; to
compile them is two thirds of what a test of a page costs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class Remembered(BytecodeCache):
    """Templates as compiled, kept in memory; Jinja compares the source before it takes one."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what is remembered of a template."""
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember a template."""
        self._compiled[bucket.key] = bucket.bytecode_to_string()


def remembering(compiled: Callable[[Rule, bool], Builder]) -> Callable[[Rule, bool], Builder]:
    """Return the method that compiles what builds a rule's URLs, asked once for rules alike.

    What it returns finds the converters on the rule that it is bound to; only defaults would be
    compiled in.
    """
    known: dict[Any, Builder] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Builder:
        if rule.defaults:
            return compiled(rule, append_unknown)
        alike = rule.rule, tuple(rule._trace), append_unknown
        if alike not in known:
            known[alike] = compiled(rule, append_unknown)
        return known[alike]

    return builder


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Let all applications of this process share what was compiled."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Remembered()}
    Rule._compile_builder = remembering(Rule._compile_builder)  # type: ignore[method-assign]
