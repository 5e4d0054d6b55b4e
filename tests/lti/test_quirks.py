"""Each quirk says what was seen, where, when, and what we do about it."""

from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules

import pytest

import lti
from lti.quirks import QUIRKS, Quirk

MODULES = {module.name for module in iter_modules(lti.__path__)}


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.behaviour[:40])
def test_a_quirk_is_answered_by_something_that_exists(quirk: Quirk) -> None:
    assert quirk.source
    assert quirk.seen <= datetime.now(UTC).date()
    named = quirk.answer.rstrip(".").split()[0]
    module, *names = named.split(".")
    if module not in MODULES:
        module, names = (
            {"LaunchMessage": "message", "Registration": "registration"}[module],
            [
                module,
                *names,
            ],
        )
    found = import_module(f"lti.{module}")
    for name in names:
        found = getattr(found, name)
