"""Statements with one fault each, that an LRS must refuse (xAPI-Data 2.2 to 2.4, 4)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.lrs import population

Statement = dict[str, Any]
Fault = Callable[[Statement], object]

FAULTS: dict[str, Fault] = {
    "no actor": lambda it: it.pop("actor"),
    "null where something is due": lambda it: it.update(result=None),
    "an unknown property": lambda it: it.update(mood="good"),
    "a property in the wrong case": lambda it: it.update(Result=it.pop("result")),
    "two identifiers": lambda it: it["actor"].update(mbox="mailto:a@b.example"),
    "an mbox without mailto": lambda it: it.update(actor={"mbox": "a@b.example"}),
    "an account without a name": lambda it: it["actor"]["account"].pop("name"),
    "a verb that is no IRI": lambda it: it["verb"].update(id="completed"),
    "a language that is none": lambda it: it["verb"].update(display={"not_a_tag": "done"}),
    "an id that is no UUID": lambda it: it.update(id="1"),
    "a scaled score above 1": lambda it: it["result"]["score"].update(scaled=1.5),
    "a score above its max": lambda it: it["result"]["score"].update(raw=101, scaled=1),
    "success as a word": lambda it: it["result"].update(success="true"),
    "a duration that is none": lambda it: it["result"].update(duration="12 minutes"),
    "a timestamp that is none": lambda it: it.update(timestamp="yesterday"),
    "a timestamp with offset -00": lambda it: it.update(timestamp="2026-01-05T08:00:00-00:00"),
    "a registration that is no UUID": lambda it: it["context"].update(registration="7"),
    "a team that is no group": lambda it: it["context"].update(team=it["actor"]),
    "an anonymous group without members": lambda it: it.update(actor={"objectType": "Group"}),
    "a version of another standard": lambda it: it.update(version="0.9"),
}


def texts() -> Iterator[str]:
    """Yield the JSON of one statement for each fault."""
    whole = json.loads(next(population.texts([0])))
    for fault in FAULTS.values():
        statement = copy.deepcopy(whole)
        fault(statement)
        yield json.dumps(statement)
