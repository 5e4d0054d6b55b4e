"""The benchmark of launches: what is measured is a launch."""

from __future__ import annotations

import sys

from benchmarks.launch.contender import campus, running

BROWSERS = 2


def test_ours_is_launched_and_each_request_costs_something() -> None:
    with campus() as platform, running(platform, sys.executable, "mentes_tool") as ours:
        costs = ours.costs(BROWSERS, ["mine"])
        again = ours.costs(BROWSERS)
    assert set(costs) == {"nothing", "login", "launch", "mine"}
    assert set(again) == {"nothing", "login", "launch"}
    assert all(seconds > 0 for seconds in (*costs.values(), *again.values()))
