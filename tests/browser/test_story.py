"""People drive the whole story in Chromium; the tool is a third party in the campus's frame."""

from __future__ import annotations

from functools import partial

import pytest

from plugin.demo.stage import Stage
from tests.browser.conftest import Visit
from tests.browser.story import Telling, tell


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_completed_module_becomes_a_talk_a_score_and_statements(
    stage: Stage, visit: Visit, scripts: bool
) -> None:
    telling = Telling(stage, partial(visit, scripts=scripts))
    tell(telling)
    assert telling.complaints() == []
