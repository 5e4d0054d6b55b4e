"""mentes target and mentes outbox, as operators give them."""

from __future__ import annotations

import re
from uuid import UUID

from plugin.app import Mentes
from plugin.foundation.tenancy import EVERYWHERE
from plugin.targets.model import Target
from plugin.worker import Worker
from tests.conftest import MovableClock
from tests.plugin.commanding import Run, refused, said
from tests.plugin.factories import every
from tests.plugin.targets.conftest import KEY, NOBODY, SECRET, Somewhere, owe

ACME = ("--organisation", "Acme")


def add(run: Run, url: str, *more: str, name: str = "university") -> str:
    options = ("--endpoint", url, "--key", KEY, "--secret", SECRET)
    return said(run("target", "add", *ACME, name, *options, *more))


def test_a_target_is_added_listed_tried_and_used(
    run: Run, mentes: Mentes, organisation_id: UUID, worker: Worker, somewhere: Somewhere
) -> None:
    assert "mentes target test" in add(run, somewhere.url)
    assert "knows the key" in said(run("target", "test", *ACME, "university"))
    ids = owe(mentes, organisation_id, 2)
    listed = said(run("target", "list", *ACME))
    assert f"university  {somewhere.url}  xAPI 1.0.3  well" in listed
    assert listed.count("2 waiting, 0 parked") == 2
    assert SECRET not in listed
    worker.run_until_idle()
    assert somewhere.ids() == ids


def test_a_secret_is_asked_for_and_a_name_is_given_once(
    run: Run, organisation_id: UUID, somewhere: Somewhere
) -> None:
    options = ("--endpoint", somewhere.url, "--key", KEY)
    said(run("target", "add", *ACME, "university", *options, given=f"{SECRET}\n"))
    said(run("target", "test", *ACME, "university"))
    again = run("target", "add", *ACME, "university", *options, given=f"{SECRET}\n")
    assert "Another target has this name" in refused(again)


def test_a_target_that_is_not_there_fails_its_test(run: Run, organisation_id: UUID) -> None:
    add(run, NOBODY)
    result = run("target", "test", *ACME, "university")
    assert result.exit_code == 1
    assert "No record store answers" in result.output
    assert "no target called nowhere" in refused(run("target", "test", *ACME, "nowhere"))


def test_what_is_not_said_stays_as_it_was(run: Run, mentes: Mentes, organisation_id: UUID) -> None:
    verb = "http://adlnet.gov/expapi/verbs/completed"
    add(run, NOBODY, "--forward-verb", verb, "--not-ours")
    said(run("target", "change", *ACME, "university", "--xapi", "2.0.0", "--name", "other"))
    with mentes.database.reading(EVERYWHERE) as session:
        (target,) = every(session, Target, Target.name == "other")
    assert (target.endpoint, target.key, target.version) == (NOBODY, KEY, "2.0.0")
    assert target.forwards is not None
    assert (target.ours, target.forwards["verbs"]) == (False, [verb])
    activity = ("--forward-activity", "https://lms.example/")
    said(run("target", "change", *ACME, "other", "--forward", *activity))
    with mentes.database.reading(EVERYWHERE) as session:
        (target,) = every(session, Target, Target.name == "other")
    assert target.forwards is not None
    assert (target.forwards["verbs"], target.forwards["activities"]) == ([verb], [activity[1]])
    said(run("target", "change", *ACME, "other", "--no-forward", "--ours"))
    with mentes.database.reading(EVERYWHERE) as session:
        (target,) = every(session, Target, Target.name == "other")
    assert (target.ours, target.forwards) == (True, None)


def test_a_secret_goes_to_no_other_host_than_it_was_given_for(
    run: Run, mentes: Mentes, organisation_id: UUID
) -> None:
    add(run, NOBODY)
    for elsewhere in ("http://127.0.0.2:9/xapi", "http://127.0.0.1:10/xapi"):
        again = run("target", "change", *ACME, "university", "--endpoint", elsewhere)
        assert "Enter the secret that belongs to the key" in refused(again)
    said(run("target", "change", *ACME, "university", "--endpoint", f"{NOBODY}/other"))
    moved = ("--endpoint", "http://127.0.0.2:9/xapi", "--secret", SECRET)
    said(run("target", "change", *ACME, "university", *moved))


def test_it_is_paused_and_resumed_and_the_outbox_says_so(
    run: Run,
    mentes: Mentes,
    organisation_id: UUID,
    worker: Worker,
    somewhere: Somewhere,
    clock: MovableClock,
) -> None:
    add(run, somewhere.url)
    said(run("target", "pause", *ACME, "university"))
    ids = owe(mentes, organisation_id, 3)
    worker.run_until_idle()
    status = said(run("outbox", "status"))
    shown = r"Acme  statement to university: 3 waiting \(the oldest for \d+ s\), 0 given up"
    assert re.search(shown, status), status
    assert "paused: by hand" in status
    result = run("doctor")
    assert "Acme: statement to university, 3 waiting" in result.output
    assert "mentes target resume" in result.output
    said(run("target", "resume", *ACME, "university"))
    clock.forward(hours=1)  # commands have the machine's clock, which went on
    worker.run_until_idle()
    assert somewhere.ids() == ids
    assert said(run("outbox", "status")) == "Nothing waits.\n"


def test_removing_says_how_much_is_dropped(run: Run, mentes: Mentes, organisation_id: UUID) -> None:
    add(run, NOBODY)
    owe(mentes, organisation_id, 2)
    assert "2 that waited are dropped" in said(
        run("target", "remove", *ACME, "university", "--yes")
    )
    assert "university" not in said(run("target", "list", *ACME))


def test_what_was_refused_is_explained_and_sent_again(
    run: Run, mentes: Mentes, organisation_id: UUID, worker: Worker, somewhere: Somewhere
) -> None:
    add(run, somewhere.url)
    said(run("target", "remove", *ACME, "installation", "--yes"))
    owe(mentes, organisation_id, verb={"id": "no address"})
    worker.run_until_idle()
    (line,) = said(run("outbox", "list", *ACME)).splitlines()
    shown = said(run("outbox", "show", line.split()[0]))
    assert "The record store will not take this statement" in shown
    assert "/0/verb/id" in shown
    assert "Say which, or --all" in refused(run("outbox", "retry"))
    assert "0 owed again" in said(run("outbox", "retry", "--all", "--kind", "mail"))
    assert "1 owed again" in said(run("outbox", "retry", "--all", *ACME))
