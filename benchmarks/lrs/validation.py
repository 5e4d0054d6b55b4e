"""Statements validated a second on one core, beside others; and where a statement's time goes."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.lrs import broken, population
from benchmarks.lrs.filling import AUTHORITY
from benchmarks.lrs.servers import ralph
from lrs_bridge.errors import StatementInvalid
from lrs_bridge.lrs import store, wire
from lrs_bridge.lrs.recording import Authority, recorded
from lrs_bridge.validation import check_statement
from lrs_bridge.version import Version
from plugin import migrations
from plugin.foundation.clock import utc_now
from plugin.foundation.db import Database
from plugin.foundation.tenancy import EVERYWHERE

MANY, BATCH, ROUNDS = 2_000, 50, 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """How somebody looks at statements.

    Attributes:
        seconds: of processor time, to a statement that is parsed already.
        refused: of the broken ones.
    """

    name: str
    seconds: float
    refused: int


def validators(folder: Path) -> list[Validator]:
    """Return ours and the others, measured one after the other."""
    texts, bad = list(population.texts(range(MANY))), list(broken.texts())
    (folder / "whole.jsonl").write_text("\n".join(texts))
    (folder / "broken.jsonl").write_text("\n".join(bad))
    command = ("-m", "ralph_in_process.validating", "whole.jsonl", "broken.jsonl", "answer.json")
    told = os.environ | ralph.environment(folder, "nothing")
    subprocess.run([str(ralph.python()), *command], cwd=folder, env=told, check=True)
    answer = json.loads((folder / "answer.json").read_text())
    ours = Validator(
        name="Mentes",
        seconds=_quickest(check_statement, list(map(json.loads, texts))),
        refused=sum(map(_refuses, bad)),
    )
    return [
        ours,
        *(
            Validator(name=name, seconds=found["seconds"], refused=found["refused"])
            for name, found in answer.items()
            if not found["wrongly"]
        ),
    ]


def stages(folder: Path) -> dict[str, float]:
    """Return what a statement costs on its way, in seconds of processor time, in batches of 50."""
    texts = list(population.texts(range(MANY)))
    bodies = [
        f"[{','.join(texts[first : first + BATCH])}]".encode() for first in range(0, MANY, BATCH)
    ]
    organisation_id = uuid4()
    authority = Authority.of(AUTHORITY)
    several = [wire.read_statements(body, most=BATCH) for body in bodies]
    reading = _quickest(lambda body: wire.read_statements(body, most=BATCH), bodies) / BATCH
    rules = _quickest(check_statement, [one.payload for batch in several for one in batch])
    recording = _quickest(
        lambda one: recorded(organisation_id, 1, one.id, one, authority, Version.V1_0),
        [one for batch in several for one in batch],
    )
    database = Database(f"sqlite:///{folder}/stages.db")
    migrations.upgrade(database.engine)
    began = time.process_time()
    for batch in several:
        with database.transaction(EVERYWHERE) as session:
            store.insert(session, organisation_id, batch, authority=AUTHORITY, clock=utc_now)
    storing = (time.process_time() - began) / MANY
    database.dispose()
    return {
        "JSON, strictly, with its own text": reading - rules,
        "the specification's rules": rules,
        "keys, order, what the store adds": recording,
        "rows, index and commit": storing - recording,
    }


def _quickest(work: Callable[[Any], object], values: Sequence[Any]) -> float:
    """Return the processor time for one value: the quickest of some rounds, least disturbed."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for value in values:
            work(value)
        rounds.append(time.process_time() - began)
    return min(rounds) / len(values)


def _refuses(text: str) -> bool:
    try:
        check_statement(json.loads(text))
    except StatementInvalid:
        return True
    return False
