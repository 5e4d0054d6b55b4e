"""The targets of an organisation, as its admins keep them."""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import UUID

import pytest

from plugin.app import Mentes
from plugin.foundation.tenancy import EVERYWHERE
from plugin.targets.model import Target
from plugin.worker import Worker
from tests.plugin.factories import an_organisation, every
from tests.plugin.launching import ADA, Browser, Campus
from tests.plugin.statements.conftest import launched_as_admin
from tests.plugin.targets.conftest import (
    KEY,
    NOBODY,
    SECRET,
    Somewhere,
    a_moody_store,
    a_target,
    debts,
    owe,
)


@pytest.fixture
def admin(campus: Campus) -> Browser:
    """The browser of somebody who administers the institution."""
    return launched_as_admin(campus)


def filled(url: str, **changed: Any) -> dict[str, Any]:
    form = {"name": "University", "kind": "remote", "endpoint": url, "key": KEY, "secret": SECRET}
    return form | {"version": "1.0.3", "gets": "ours", "erasing": "cannot"} | changed


def the_target(mentes: Mentes, name: str = "University") -> Target:
    with mentes.database.reading(EVERYWHERE) as session:
        (found,) = every(session, Target, Target.name == name)
        return found


def test_the_first_look_shows_the_target_of_the_installation(admin: Browser) -> None:
    page = admin.get("targets").text
    assert "installation" in page
    assert "the embedded store" in page


def test_a_target_is_added_tried_and_gets_what_happens_then(
    admin: Browser, mentes: Mentes, organisation_id: UUID, worker: Worker, somewhere: Somewhere
) -> None:
    answer = admin.submit("targets/new", **filled(somewhere.url))
    assert answer.status_code == 303, answer.text
    target = the_target(mentes)
    assert SECRET not in (target.sealed_secret or "")
    page = html.unescape(admin.get(f"targets/{target.id}?done=added").text)
    assert "It gets what happens from now on" in page
    assert SECRET not in page
    assert "knows the key." in admin.submit(f"targets/{target.id}/test").text
    ids = owe(mentes, organisation_id, 2)
    worker.run_until_idle()
    assert somewhere.ids() == ids
    assert len(debts(mentes)) == 2  # by key; the installation's target has one of each, too


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "installation"}, "Another target has this name"),
        ({"endpoint": "lrs.example.org"}, "Give an address such as"),
        ({"endpoint": ""}, "needs an address, a key and a secret"),
        ({"secret": ""}, "Enter the secret"),
        ({"kind": "spaceship"}, "Choose one of these."),
        ({"erasing": "sql-lrs"}, "Erasing needs the address of SQL LRS"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field_and_the_rest_stays(
    admin: Browser, changed: dict[str, str], words: str
) -> None:
    admin.get("targets")
    answer = admin.submit("targets/new", **filled("https://lrs.example.org/xapi", **changed))
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert words in page
    assert f'value="{KEY}"' in page
    assert SECRET not in page


def test_our_own_store_is_no_remote_one(admin: Browser, mentes: Mentes) -> None:
    answer = admin.submit("targets/new", **filled(f"{mentes.settings.public_url}/xapi/"))
    assert answer.status_code == 422
    assert "That is the store of this Mentes" in answer.text


def test_a_wrong_secret_and_an_address_without_a_store_are_told_apart(
    admin: Browser, mentes: Mentes, somewhere: Somewhere
) -> None:
    admin.submit("targets/new", **filled(somewhere.url, secret="wrong"))
    admin.submit("targets/new", **filled(NOBODY, name="Nobody"))
    wrong, nobody = the_target(mentes), the_target(mentes, "Nobody")
    assert "does not know the key" in admin.submit(f"targets/{wrong.id}/test").text
    assert "No record store answers" in admin.submit(f"targets/{nobody.id}/test").text


def test_what_was_paused_for_a_wrong_secret_goes_on_when_that_is_mended(
    admin: Browser, mentes: Mentes, organisation_id: UUID, worker: Worker, somewhere: Somewhere
) -> None:
    admin.submit("targets/new", **filled(somewhere.url, secret="wrong"))
    target = the_target(mentes)
    ids = owe(mentes, organisation_id, 2)
    worker.run_until_idle()
    page = html.unescape(admin.get("targets").text)
    assert "It does not let us in: check key and secret." in page
    assert "It does not let us in" in html.unescape(admin.get(f"targets/{target.id}").text)
    assert waiting_at(admin, "Where statements go") == 1
    answer = admin.submit(f"targets/{target.id}", **filled(somewhere.url))
    assert answer.status_code == 303
    worker.run_until_idle()
    assert somewhere.ids() == ids
    assert waiting_at(admin, "Where statements go") == 0


def waiting_at(admin: Browser, place: str) -> int:
    """Return how many *Administration* says wait for the reader at a place."""
    (card,) = re.findall(rf">{place}</a>(.*?)</section>", admin.get("administration").text, re.S)
    found = re.search(r"(\d+) waits? for you", card)
    return int(found[1]) if found else 0


def test_a_target_is_paused_and_goes_on(
    admin: Browser, mentes: Mentes, organisation_id: UUID, worker: Worker
) -> None:
    with a_moody_store() as moody:
        target_id = a_target(mentes, organisation_id, moody.url)
        admin.submit(f"targets/{target_id}/pause")
        ids = owe(mentes, organisation_id)
        worker.run_until_idle()
        assert moody.asked == []
        assert "Paused" in admin.get(f"targets/{target_id}?done=paused").text
        admin.submit(f"targets/{target_id}/resume")
        worker.run_until_idle()
        assert moody.posted == [ids]


def test_a_removed_target_is_gone_from_the_list(
    admin: Browser, mentes: Mentes, organisation_id: UUID
) -> None:
    target_id = a_target(mentes, organisation_id, NOBODY, name="Soon gone")
    assert admin.submit(f"targets/{target_id}/remove").status_code == 303
    page = admin.get("targets?done=removed").text
    assert "Soon gone" not in page
    assert "Statements go nowhere" in page
    assert admin.get(f"targets/{target_id}").status_code == 404


def test_forwarding_is_filled_in_and_shown_again(
    admin: Browser, mentes: Mentes, somewhere: Somewhere
) -> None:
    verbs = "http://adlnet.gov/expapi/verbs/completed http://adlnet.gov/expapi/verbs/passed"
    admin.submit(
        "targets/new",
        **filled(somewhere.url, gets="others", verbs=verbs, activities="https://lms.example/"),
    )
    target = the_target(mentes)
    assert not target.ours
    assert target.forwards == {
        "verbs": verbs.split(),
        "activities": ["https://lms.example/"],
        "credentials": [],
    }
    assert "verbs/passed" in admin.get(f"targets/{target.id}").text


def test_only_admins_see_and_change_targets(campus: Campus) -> None:
    learner = campus.launched(ADA)
    assert learner.get("targets").status_code == 403
    assert learner.submit("targets/new", **filled(NOBODY)).status_code == 403
    assert learner.get("undelivered").status_code == 403


def test_another_organisations_target_is_not_there(admin: Browser, mentes: Mentes) -> None:
    theirs = a_target(mentes, an_organisation(mentes.database), NOBODY)
    assert admin.get(f"targets/{theirs}").status_code == 404
    assert admin.submit(f"targets/{theirs}/remove").status_code == 404
