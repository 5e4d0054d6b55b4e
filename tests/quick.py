"""What each test would do again, done once by each worker of a run.

Tests make an application and an engine each, with the same hundred and seventy routes, the same
templates and the same queries; to compile them is most of what a test of a page costs. And secrets
of tests need no slow hash: they guard nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule
from werkzeug.security import generate_password_hash

from lrs_bridge.lrs.access import proofs

MOST_QUERIES = 5000
QUICK_HASH = "scrypt:256:8:1"
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


def share_compiled_queries() -> None:
    """Let engines of one kind share the SQL that they compiled: it depends on no database."""
    compiled: dict[type, LRUCache[Any, Any]] = {}

    def of_its_kind(engine: Engine) -> LRUCache[Any, Any]:
        return compiled.setdefault(type(engine.dialect), LRUCache(MOST_QUERIES))

    Engine._compiled_cache = property(of_its_kind, lambda *_: None)  # type: ignore[assignment]
    # SQLAlchemy finds compiled SQL by the dialect as well, which every engine has of its own.
    DefaultDialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign]


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Let all applications of this process share what was compiled."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Remembered()}
    Rule._compile_builder = remembering(Rule._compile_builder)  # type: ignore[method-assign]
    share_compiled_queries()
    proofs.generate_password_hash = partial(generate_password_hash, method=QUICK_HASH)  # type: ignore[attr-defined]
