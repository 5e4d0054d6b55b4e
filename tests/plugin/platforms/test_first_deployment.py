"""The first deployment of which an organisation decides brings its administrators; one does."""

from __future__ import annotations

from uuid import UUID

from plugin.app import Mentes
from plugin.platforms import deployments, service
from plugin.platforms.model import DeploymentRow, DeploymentState
from tests.plugin.factories import NOW, a_registration, at_once, every


def test_of_several_that_are_let_in_at_once_one_brings_its_administrators(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        id = a_registration(session, deployment_ids=frozenset()).id

    def let_in(number: int) -> None:
        with mentes.database.transaction(organisation_id) as session:
            row = service.registration(session, id)
            deployments.decide(session, row, f"{number}", DeploymentState.APPROVED, now=NOW)

    assert at_once(6, let_in) == [None] * 6
    with mentes.database.reading(organisation_id) as session:
        rows = every(session, DeploymentRow)
        assert {row.state for row in rows} == {DeploymentState.APPROVED}
        assert [row.administers for row in rows].count(True) == 1
