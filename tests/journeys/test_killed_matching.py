"""kill -9 of the worker while it matches and while it publishes: nothing lost, nothing twice.

A real worker process is killed by itself the moment the database has done a certain statement for
it, before that is committed; another goes on when the lease has run out.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from uuid import UUID

import pytest

from plugin.app import Mentes
from plugin.foundation.events import EventRow
from plugin.foundation.outbox import Debt
from plugin.matching.model import DraftState
from plugin.matching.publishing import BATCH, MADE
from plugin.pairings.model import Pairing
from tests.plugin.factories import every
from tests.plugin.matching.crowds import a_crowd, asked
from tests.plugin.matching.drafting import Instructor, an_instructor

LEARNERS = 2 * BATCH + 5
WORKER = """
import json, os, signal, sys
from threading import Event
from sqlalchemy import event
from config.log import configure_logging
from config.settings import Settings
from plugin.app import compose
from plugin.worker import Worker

configure_logging("error")
mentes = compose(Settings(**json.loads(sys.argv[1])))
deadly, times = json.loads(sys.argv[2])

def done(connection, cursor, statement, *_rest):
    global times
    times -= all(part in statement for part in deadly)
    if times == 0:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(mentes.database.engine, "after_cursor_execute", done)
Worker(mentes).run(Event())
"""
Moment = tuple[list[str], int]
"""What a statement has in it, and how many times there was one."""
NEVER: Moment = (["nothing has this in it"], 1)
WHILE_MATCHING: list[Moment] = [
    (["UPDATE matching_draft SET"], 3),  # the engine is at it
    (["INSERT INTO matching_draft_pair"], 1),  # the pairs are being written
    (["UPDATE outbox", "outcome="], 1),  # all is done, but for saying so
]
WHILE_PUBLISHING: list[Moment] = [
    (["INSERT INTO pairing"], BATCH + 10),  # in the middle of the second batch
    (["UPDATE outbox", "outcome="], 2),  # the second batch is made, but for saying so
]


@pytest.fixture
def instructor(mentes: Mentes, organisation_id: UUID) -> Instructor:
    """An instructor in whose programme many wait for a mentor."""
    found = an_instructor(mentes, organisation_id)
    with found.at_work() as (session, programme):
        asked(programme)
        a_crowd(session, programme, mentees=LEARNERS, mentors=LEARNERS // 2, capacity=3)
    return found


def a_worker(mentes: Mentes, moment: Moment = NEVER) -> subprocess.Popen[bytes]:
    settings = json.dumps(asdict(replace(mentes.settings, outbox_lease=1)))
    return subprocess.Popen([sys.executable, "-c", WORKER, settings, json.dumps(moment)])


def is_killed(mentes: Mentes, moment: Moment) -> None:
    """Run a worker until it has killed itself at that moment."""
    with a_worker(mentes, moment) as victim:
        try:
            assert victim.wait(timeout=60) == -signal.SIGKILL
        finally:
            victim.kill()


def goes_on(instructor: Instructor, draft_id: UUID, until: DraftState) -> None:
    """Run another worker until the draft is as it should be and nothing is owed."""
    with a_worker(instructor.mentes) as successor:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with instructor.looking(draft_id) as (session, draft):
                owed = every(session, Debt, Debt.settled_at.is_(None))
                if draft.state == until and not owed:
                    break
            time.sleep(0.1)
        successor.kill()
    assert instructor.draft(draft_id).state == until


@pytest.mark.parametrize("moment", WHILE_MATCHING)
def test_a_draft_whose_worker_is_killed_has_the_pairs_it_would_have_had(
    instructor: Instructor, moment: Moment
) -> None:
    whole = instructor.makes()
    draft_id = instructor.begins()
    is_killed(instructor.mentes, moment)
    goes_on(instructor, draft_id, DraftState.READY)
    assert instructor.pairs(draft_id) == instructor.pairs(whole)
    assert len(instructor.pairs(draft_id)) + len(instructor.unmatched(draft_id)) == LEARNERS
    assert instructor.draft(draft_id).people_digest == instructor.draft(whole).people_digest


@pytest.mark.parametrize("moment", WHILE_PUBLISHING)
def test_a_publishing_whose_worker_is_killed_makes_each_pairing_once(
    instructor: Instructor, moment: Moment
) -> None:
    draft_id = instructor.makes()
    instructor.publishes(draft_id)
    is_killed(instructor.mentes, moment)
    goes_on(instructor, draft_id, DraftState.PUBLISHED)
    with instructor.looking(draft_id) as (session, _):
        made = {each.mentee_id: each.mentor_id for each in every(session, Pairing)}
        told = every(session, EventRow, EventRow.kind == "pairing.made")
    assert made == instructor.pairs(draft_id)
    assert len(told) == len(made)
    assert {row.outcome for row in instructor.rows(draft_id).values()} == {MADE}
