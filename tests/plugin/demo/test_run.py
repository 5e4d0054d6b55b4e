"""The story as a command: the whole of it once, and what it says when a step does not hold."""

import json
import time
from pathlib import Path

import pytest

from plugin.demo import run as command
from plugin.demo.cast import StepFailed, held, until
from plugin.demo.run import run, told
from plugin.demo.stage import stage
from plugin.demo.story import SETTING_UP, STEPS


def test_all_fourteen_steps_hold_and_are_told_with_their_exchanges(tmp_path, capsys):
    facts = tmp_path / "demo.json"
    status = run(facts)
    lines = capsys.readouterr().out.splitlines()
    document = json.loads(facts.read_text())
    assert [step["why"] for step in document["steps"]] == [""] * 14
    assert status == 0
    assert sum(line.startswith("✔") for line in lines) == 14
    assert any(line.startswith("demo: 14 of 14 steps held") for line in lines)
    assert any("POST tool /lti/launch → 303" in line for line in lines)
    assert any("(scores: 1.0 of 1.0, Completed)" in line for line in lines)
    assert document["steps"][13]["facts"]["after"] == {
        "completed": 6,
        "matched": 6,
        "met": 6,
        "reflected": 6,
    }


def test_a_step_that_does_not_hold_ends_the_story_and_is_named(capsys, monkeypatch, tmp_path):
    def broken(_story):
        """Something is wrong."""
        raise StepFailed("It was red, not blue.")

    def not_reached(_story):
        """Nobody gets here."""
        pytest.fail("went on after a step that did not hold")

    monkeypatch.setattr(command, "STEPS", (STEPS[0], broken, not_reached))
    assert run(tmp_path / "demo.json") == 1
    said = capsys.readouterr().out
    assert "✘  2  Something is wrong." in said
    assert "demo: 1 of 3 steps held" in said
    assert "Step 2 did not hold: Something is wrong.\n  It was red, not blue." in said


def test_a_fault_in_a_step_is_a_step_that_does_not_hold(tmp_path):
    def broken(_story):
        """Something breaks."""
        raise KeyError("colour")

    with stage(tmp_path) as set_up:
        [result] = told(set_up, [broken])
    assert not result.held
    assert result.why.startswith("KeyError: 'colour' (")


def test_setting_up_leaves_the_rule_to_the_visitor(tmp_path):
    with stage(tmp_path) as set_up:
        assert all(result.held for result in told(set_up, SETTING_UP))
        assert [link.title for link in set_up.campus.links()] == ["Mentoring"]


def test_nothing_is_left_when_the_stage_closes(tmp_path):
    with stage(tmp_path) as set_up:
        address = set_up.tool_url.removeprefix("http://").split(":")
    import socket

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address[0], int(address[1])), timeout=2)
    assert sorted(path.name for path in Path(tmp_path).iterdir()) == ["mentes.db"]


def test_a_taken_port_is_said_plainly(capsys):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert command.serve(port) == 1
    assert f"Ports {port} and {port + 1} are needed" in capsys.readouterr().out


def test_waiting_ends():
    began = time.monotonic()
    with pytest.raises(StepFailed, match="Nothing came"):
        until(lambda: None, "Nothing came.", patience=0.1)
    assert time.monotonic() - began < 10
    assert until(lambda: "found", "never said") == "found"
    held("anything", "never said")
