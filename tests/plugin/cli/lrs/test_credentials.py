"""What an operator does with keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from plugin.app import Mentes
from tests.conftest import MovableClock
from tests.plugin.commanding import Run, refused, said

Status = Callable[[str], int]


@pytest.fixture
def add(run: Run, mentes: Mentes, clock: MovableClock) -> Callable[..., str]:
    """Let the key "moodle" in, and return its secret."""

    def added(*arguments: object) -> str:
        output = said(run("lrs", "credential", "add", "--key", "moodle", *arguments))
        clock.forward(minutes=1)  # the command has a clock of its own, a little ahead
        return output.split()[-1]

    return added


@pytest.fixture
def status(app: Flask) -> Status:
    """Ask the record store with the key "moodle" and a secret; return the status."""
    browser = app.test_client()
    headers = {"X-Experience-API-Version": "1.0.3"}

    def asked(secret: str) -> int:
        with browser.get("/xapi/statements", auth=("moodle", secret), headers=headers) as answer:
            return answer.status_code

    return asked


def of(run: Run, name: str, *arguments: object, **options: str) -> str:
    return said(run("lrs", "credential", name, "--key", "moodle", *arguments, **options))


def test_a_new_secret_works_at_once_and_the_old_one_for_a_day(
    run: Run, add: Callable[..., str], status: Status, clock: MovableClock
) -> None:
    old = add()
    output = of(run, "rotate")
    new = output.split()[1]
    assert "The old one works until" in output
    assert "old secret" in of(run, "show")
    assert (status(old), status(new)) == (200, 200)
    clock.forward(hours=24)
    assert (status(old), status(new)) == (401, 200)


def test_an_old_secret_may_end_at_once(run: Run, add: Callable[..., str], status: Status) -> None:
    old = add()
    assert "works no longer" in of(run, "rotate", "--hours", 0)
    assert status(old) == 401


def test_an_old_secret_may_end_at_a_moment(
    run: Run, add: Callable[..., str], clock: MovableClock
) -> None:
    add()
    output = of(run, "rotate", "--until", "2126-01-31T12:00+01:00")
    assert "until 2126-01-31 11:00 UTC" in output
    for wrong in ("tomorrow", "2126-01-31T12:00"):
        output = refused(run("lrs", "credential", "rotate", "--key", "moodle", "--until", wrong))
        assert "with its zone" in output


def test_a_secret_may_be_piped_in_and_is_not_repeated(
    run: Run, add: Callable[..., str], status: Status
) -> None:
    add("--secret", "the first one")
    output = of(run, "rotate", "--secret", "-", given="hush hush\n")
    assert "hush" not in output
    assert status("hush hush") == 200


def test_a_key_is_disabled_and_enabled(run: Run, add: Callable[..., str], status: Status) -> None:
    secret = add()
    of(run, "disable")
    assert "disabled" in of(run, "show")
    assert status(secret) == 401
    of(run, "enable")
    assert status(secret) == 200


def test_what_was_revoked_is_so_for_good(run: Run, add: Callable[..., str], status: Status) -> None:
    secret = add()
    of(run, "revoke")
    for name in ("enable", "disable", "rotate", "revoke", "limit"):
        output = refused(run("lrs", "credential", name, "--key", "moodle"))
        assert "default has no key moodle, or it was revoked for good." in output
    assert "revoked" in of(run, "show")
    assert status(secret) == 401


def test_limits_are_given_and_taken_away(run: Run, add: Callable[..., str], status: Status) -> None:
    secret = add()
    output = of(run, "limit", "--requests-per-minute", 2, "--largest-batch", 50)
    assert output == "limits    requests per minute 2, largest batch 50\n"
    assert [status(secret) for _ in range(3)] == [200, 200, 429]
    assert "largest batch 50" in of(run, "limit", "--requests-per-minute", 0)
    assert status(secret) == 200


def test_keys_are_listed_with_what_they_are_for(
    run: Run, add: Callable[..., str], status: Status
) -> None:
    expires = ("--expires", "2126-01-01T00:00Z")
    secret = add("--label", "the campus", "--scope", "statements/read", *expires)
    said(run("lrs", "credential", "add", "--key", "other", "--organisation", "Other"))
    assert status(secret) == 200
    output = said(run("lrs", "credential", "list"))
    heading, moodle = output.splitlines()
    assert heading.split() == ["key", "state", "scopes", "last", "used", "for"]
    assert moodle.split()[:3] == ["moodle", "active", "statements/read"]
    assert moodle.endswith(" UTC  the campus")
    assert "2126-01-01 00:00 UTC" in of(run, "show")
    assert "There is no organisation Acmé." in refused(
        run("lrs", "credential", "list", "--organisation", "Acmé")
    )


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--label", "for jo@example.org"), "address"),
        (("--secret", ""), "secret"),
        (("--secret", "a\nb"), "secret"),
        (("--expires", "soon"), "zone"),
    ],
)
def test_what_could_not_work_is_explained(
    run: Run, mentes: Mentes, arguments: tuple[str, ...], word: str
) -> None:
    output = refused(run("lrs", "credential", "add", "--key", "k", *arguments))
    assert word in output
