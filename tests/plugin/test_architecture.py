"""What the layout promises, held by the machine."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import plugin
from plugin.app import Mentes

ROOT = Path(plugin.__file__).parent.parent
ROOMS = ROOT / "plugin"


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_has_its_place_among_the_layers() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = [each for each in contracts if each["type"] == "layers"]
    assert layers["containers"] == ["plugin"]
    assert layers["exhaustive"]  # so a room without a place breaks the contract above


def test_every_kind_that_is_owed_has_a_delivery(mentes: Mentes) -> None:
    assert owed_kinds() == set(mentes.deliveries)


def owed_kinds() -> set[str]:
    """Return the kinds that rooms call `owe` with, by the constants that they name."""
    kinds = set()
    for path in ROOMS.rglob("*.py"):
        if {"foundation", "demo"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in ("owe", "owe_each"):
                module = importlib.import_module(
                    ".".join(path.relative_to(ROOT).with_suffix("").parts)
                )
                kinds.add(getattr(module, _name(node.args[1])))
    return kinds


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def test_only_the_edge_reads_settings() -> None:
    readers = {
        str(path.relative_to(ROOMS))
        for path in ROOMS.rglob("*.py")
        if any(_imports(path, "config.settings"))
    }
    edge = {"app.py", "wsgi.py"}
    assert {name for name in readers if not name.startswith(("cli/", "demo/"))} <= edge


def test_services_never_commit_and_rules_know_no_database() -> None:
    for path in ROOMS.rglob("*.py"):
        source = path.read_text("utf-8")
        if path.name in ("service.py", "checkpoints.py", "scores.py", "views.py"):
            assert ".commit(" not in source, path
            assert "flask" not in source, path
        if path.name in ("rules.py", "measures.py"):
            assert not any(_imports(path, "sqlalchemy")), path
            assert not any(_imports(path, "flask")), path


def test_only_the_clock_reads_the_clock() -> None:
    readers = [
        str(path.relative_to(ROOMS))
        for path in ROOMS.rglob("*.py")
        if "datetime.now(" in path.read_text("utf-8")
    ]
    assert [name for name in readers if not name.startswith("demo/")] == ["foundation/clock.py"]


def test_modules_are_short_enough_to_be_read() -> None:
    long = {
        str(path.relative_to(ROOT)): length
        for path in ROOMS.rglob("*.py")
        if (length := len(path.read_text("utf-8").splitlines())) > 320
        and path.parent.name != "versions"
    }
    assert long == {}


def _imports(path: Path, module: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return [name for name in found if name == module or name.startswith(f"{module}.")]
