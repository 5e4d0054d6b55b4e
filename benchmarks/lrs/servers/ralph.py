"""Ralph, one uvicorn worker, the number that its documentation uses.

Its two stores come from `ralph_plugin`, installed into its environment: ClickHouse's engine within
the process, and a dictionary, which shows what Ralph costs before any store does.
"""

from __future__ import annotations

import base64
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environments import python_with
from benchmarks.lrs import population
from benchmarks.lrs.load import Way
from benchmarks.lrs.processes import Process, free_port

REQUIREMENT = "ralph-malph[backend-clickhouse,lrs]==5.1.0"
BESIDE = ("requests", "chdb==4.4.0", "clickhouse-connect==1.12.0", "fastjsonschema==2.21.2")
"""Ralph imports requests but does not ask for it, and asks for an older client, which does not know
the engine; its own calls fit both. fastjsonschema is compared with its models."""
PLUGIN = Path(__file__).parents[1] / "ralph_plugin"
KEY, SECRET = "benchmark", "a secret of the benchmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ralph:
    """Ralph on one of the stores of the plugin."""

    name: str
    store: str
    keeps: bool = True
    """Whether there is a store at all."""

    def prepare(self, folder: Path, total: int) -> None:
        """Fill its store with statements 0 to `total` − 1, by Ralph's own way to write."""
        command = [str(python()), "-m", "ralph_in_process.prepare", "auth.json", KEY, SECRET]
        if self.keeps:
            lines = folder / "statements.jsonl"
            with lines.open("w") as file:
                file.writelines(f"{text}\n" for text in population.texts(range(total)))
            command.append(lines.name)
        subprocess.run(
            command, cwd=folder, env=os.environ | environment(folder, self.store), check=True
        )

    def start(self, folder: Path) -> tuple[Process, Way]:
        """Start it."""
        port = free_port()
        options = ("--port", str(port), "--workers", "1", "--log-level", "warning")
        process = Process(
            [str(python()), "-m", "uvicorn", "ralph.api:app", *options],
            port=port,
            environment=environment(folder, self.store),
            folder=folder,
        )
        proof = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        return process, Way(port=port, path="/xAPI/statements", authorization=f"Basic {proof}")

    def since(self, _folder: Path, number: int) -> str:
        """Return its time of a statement: it compares `since` with `timestamp`, and takes no Z."""
        return population.timestamp(number).removesuffix("Z")


CLICKHOUSE = Ralph(name="Ralph 5.1, ClickHouse", store="engine")
CEILING = Ralph(name="Ralph 5.1, no store", store="nothing", keeps=False)


def python() -> Path:
    """Return Ralph's interpreter, installed at first use."""
    return python_with(REQUIREMENT, *BESIDE, str(PLUGIN))


def environment(folder: Path, store: str) -> dict[str, str]:
    """Return what a process of Ralph is told about its files and its store."""
    return {
        "RALPH_APP_DIR": str(folder),
        "RALPH_AUTH_FILE": str(folder / "auth.json"),
        "RALPH_RUNSERVER_BACKEND": store,
        "RALPH_IN_PROCESS_PATH": str(folder / "engine"),
    }
