"""What may not leave as a statement of ours."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from lrs_bridge.compose import (
    Account,
    Occasion,
    Programme,
    Rating,
    Role,
    attended,
    checked,
    rated,
)
from lrs_bridge.errors import StatementInvalid
from lrs_bridge.lrs.wire import incoming

GOLDEN = Path(__file__).parents[2] / "golden"
MENTEE = Account(home_page="https://lms.example", name="42")
OCCASION = Occasion(
    event_id=UUID(int=1),
    organisation_id=UUID(int=2),
    at=datetime(2026, 11, 22, 10, tzinfo=UTC),
    tool="https://tool.example",
    language="en",
    programme=Programme(id=UUID(int=3)),
    pairing_id=UUID(int=4),
)
CHECK_IN = UUID(int=5)


def told(**changes):
    return attended(replace(OCCASION, **changes), MENTEE, CHECK_IN, seconds=60)


def test_the_same_event_makes_the_same_statement_and_a_correction_another():
    assert told() == told()
    ids = {
        told(**change)["id"]
        for change in (
            {},
            {"revision": 1},
            {"event_id": uuid4()},
            {"organisation_id": uuid4()},
        )
    }
    assert len(ids) == 4


def test_a_pairing_has_one_registration():
    assert told()["context"]["registration"] == told(revision=1)["context"]["registration"]
    other = told(pairing_id=uuid4())
    assert other["context"]["registration"] != told()["context"]["registration"]


def test_a_naive_time_and_an_occasion_of_nobody_are_refused():
    with pytest.raises(ValueError, match="zone"):
        told(at=datetime(2026, 11, 22, 10))  # noqa: DTZ001
    with pytest.raises(ValueError, match="pairing or a participation"):
        told(pairing_id=None)


@pytest.mark.parametrize(("seconds", "tool"), [(-60, "https://tool.example"), (60, "tool.example")])
def test_what_tincan_lets_through_is_refused_here(seconds, tool):
    with pytest.raises(StatementInvalid):
        attended(replace(OCCASION, tool=tool), MENTEE, CHECK_IN, seconds=seconds)


def test_a_rating_out_of_its_range_is_refused():
    with pytest.raises(StatementInvalid, match=r"/result/score/(scaled|raw)"):
        rated(
            OCCASION,
            MENTEE,
            Role.MENTEE,
            CHECK_IN,
            rating=Rating(given=6, lowest=1, highest=5),
        )


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"id": None}, "/id"),
        ({"timestamp": None}, "/timestamp"),
        ({"context": None}, "/context"),
        ({"context": {}}, "/context/registration"),
        ({"actor": {"name": "Ada", "mbox": "mailto:a@b.example"}}, "/actor/name"),
        ({"actor": {"mbox": "mailto:a@b.example"}}, "/actor/mbox"),
        ({"result": {"response": "It went well."}}, "/result/response"),
        ({"result": {"score": {"scaled": 2}}}, "/result/score/scaled"),
    ],
)
def test_our_profile_is_kept(change, pointer):
    statement = {name: it for name, it in {**told(), **change}.items() if it is not None}
    with pytest.raises(StatementInvalid) as refusal:
        checked(statement)
    assert refusal.value.pointer == pointer


def test_names_are_found_in_the_context_too():
    statement = told()
    statement["context"]["instructor"] = {"name": "Ben", "openid": "https://id.example"}
    with pytest.raises(StatementInvalid, match="/context/instructor/name"):
        checked(statement)


def test_a_statement_without_the_version_of_our_profile_is_not_ours():
    statement = told()
    del statement["context"]["contextActivities"]["category"]
    with pytest.raises(StatementInvalid, match="category"):
        checked(statement)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_our_own_store_takes_every_template(path):
    statement = json.loads(path.read_text())["statement"]
    assert str(incoming(statement).id) == statement["id"]
