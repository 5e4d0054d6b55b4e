"""A record store behind `mentes serve`, a process of its own, for other people's clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.server import Store, a_store
from tests.databases import ENGINES, available


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test of a client against a store on every engine there is."""
    if "store" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engine") or ENGINES
        engines = [engine for engine in available() if engine in chosen]
        metafunc.parametrize("store", engines, indirect=True, scope="session")


@pytest.fixture(scope="session")
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store, one for all tests: each of them is about people and activities of its own."""
    with a_store(request.param) as store:
        yield store
