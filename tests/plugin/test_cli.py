"""The command: what an operator types, and what they read when something is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert

from lrs_bridge.lrs.tables import statement_key
from lti.testing import Platform, serving
from plugin.app import Mentes
from plugin.cli import main
from plugin.foundation import outbox
from plugin.foundation.outbox import Debt, Outcome
from plugin.foundation.tenancy import EVERYWHERE, Organisation
from plugin.launches.refusals import Refusal, Refusals
from plugin.platforms import deployments
from plugin.platforms import service as platforms
from plugin.platforms.model import RegistrationRow, ToolKeyRow
from plugin.platforms.stores import StoredRegistrations
from tests.conftest import SECRET, MovableClock
from tests.plugin.commanding import Run, refused, said
from tests.plugin.factories import every


def commands(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*before, name)
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)


@pytest.mark.parametrize("path", [(), *commands(main)], ids=" ".join)
def test_every_command_says_what_it_is_for(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0
    described = result.output.split("\n\n")[1]
    assert len(described.strip()) > 10


def test_faults_of_the_settings_are_shown_together(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MENTES_PUBLIC_URL", "nowhere")
    environment.setenv("MENTES_SESSION_HOURS", "many")
    output = refused(CliRunner().invoke(main, ["doctor"]))
    for name in ("MENTES_SECRET_KEY", "MENTES_PUBLIC_URL", "MENTES_SESSION_HOURS"):
        assert name in output


@pytest.mark.parametrize(
    "arguments",
    [
        ("platform", "list"),
        ("platform", "invite"),
        ("outbox", "list"),
        ("lrs", "credential", "add", "--key", "k"),
    ],
)
def test_before_there_are_tables_it_says_how_to_make_them(
    environment: pytest.MonkeyPatch, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    environment.setenv("MENTES_SECRET_KEY", SECRET)
    environment.setenv("MENTES_DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
    output = refused(CliRunner().invoke(main, list(arguments)))
    assert "mentes db upgrade" in output


def test_a_database_that_does_not_answer_is_named_by_its_setting(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("MENTES_SECRET_KEY", SECRET)
    environment.setenv("MENTES_DATABASE_URL", "sqlite:////nowhere/at/all/mentes.db")
    for command in (["platform", "list"], ["db", "upgrade"]):
        assert "MENTES_DATABASE_URL" in refused(CliRunner().invoke(main, command))
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert "MENTES_DATABASE_URL" in result.output


def test_the_tables_are_made_and_made_again(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("MENTES_SECRET_KEY", SECRET)
    environment.setenv("MENTES_DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
    for _ in range(2):
        assert "at this version" in said(CliRunner().invoke(main, ["db", "upgrade"]))
    assert said(CliRunner().invoke(main, ["platform", "list"])) == ""


def test_an_invitation_is_a_link_that_shows_once(run: Run, mentes: Mentes) -> None:
    link = said(run("platform", "invite", "--organisation", "Acme", "--analysts")).strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:5000/lti/register/[\w-]{32}", link)
    assert said(run("platform", "invite", "--organisation", "Acme")).strip() != link
    with mentes.database.reading(EVERYWHERE) as session:
        assert [each.name for each in every(session, Organisation)] == ["Acme"]


def add(run: Run, *more: str, issuer: str = "https://lms.example") -> Result:
    return run(
        "platform",
        "add",
        "--issuer",
        issuer,
        "--client-id",
        "client-1",
        "--authorization-endpoint",
        f"{issuer}/auth",
        "--token-endpoint",
        f"{issuer}/token",
        "--jwks-uri",
        f"{issuer}/jwks",
        "--deployment",
        "1",
        *more,
    )


def test_a_platform_is_registered_and_told_where_we_are(run: Run, mentes: Mentes) -> None:
    output = said(add(run, "--product", "moodle", "--deployment", "2"))
    with mentes.database.reading(EVERYWHERE) as session:
        (row,) = every(session, RegistrationRow)
        assert (row.product, len(row.deployments)) == ("moodle", 2)
    assert f"/lti/login/{row.id}" in output
    assert "/lti/launch" in output
    assert f"/lti/keys/{row.organisation_id}.json" in output
    listed = said(run("platform", "list"))
    assert listed == f"{row.id}  https://lms.example  client client-1  [1, 2]\n"


def test_registering_again_changes_the_registration(run: Run, mentes: Mentes) -> None:
    add(run)
    said(add(run, "--product", "canvas"))
    with mentes.database.reading(EVERYWHERE) as session:
        (row,) = every(session, RegistrationRow)
    assert row.product == "canvas"


def test_another_organisations_platform_cannot_be_registered(run: Run) -> None:
    add(run)
    assert "registered here already" in refused(add(run, "--organisation", "Other"))


def test_one_more_deployment_is_accepted_once(run: Run) -> None:
    add(run)
    registration_id = said(run("platform", "list")).split()[0]
    for _ in range(2):
        assert "Accepted" in said(run("platform", "deployment", registration_id, "7"))
    assert "[1, 7]" in said(run("platform", "list"))


@pytest.mark.parametrize("named", [str(UUID(int=7)), "seven"])
def test_a_deployment_of_nothing_is_refused_in_words(run: Run, named: str) -> None:
    assert "mentes platform list" in refused(run("platform", "deployment", named, "1"))


def test_a_registration_may_be_called_by_what_is_its_own(run: Run) -> None:
    add(run, "--name", "Campus")
    for name in ("Campus", "client-1", "https://lms.example"):
        assert "Accepted" in said(run("platform", "deployment", name, "7"))
    add(run, issuer="https://other.example")
    assert "Name one registration" in refused(run("platform", "deployment", "client-1", "7"))


def test_what_waits_is_listed_and_decided(run: Run, mentes: Mentes) -> None:
    add(run, "--name", "Campus")
    assert said(run("platform", "deployments")) == "None is waiting.\n"
    with mentes.database.transaction(EVERYWHERE) as session:
        (row,) = every(session, RegistrationRow)
        deployments.launched(session, row.id, "course 7\x1b[2J", now=mentes.clock())
    (line,) = said(run("platform", "deployments")).splitlines()
    assert line.startswith(f"pending   {row.id}  'course 7\\x1b[2J'  Campus, since ")
    assert "Refused" in said(run("platform", "deployment", "--refuse", "Campus", "course 7\x1b[2J"))
    assert said(run("platform", "deployments")) == "None is waiting.\n"
    assert "refused " in said(run("platform", "deployments", "--all"))


def test_the_policy_for_new_deployments_is_set(run: Run, mentes: Mentes) -> None:
    add(run)
    assert "are let in" in said(run("platform", "policy", "client-1", "all"))
    with mentes.database.transaction(EVERYWHERE) as session:
        (row,) = every(session, RegistrationRow)
        assert deployments.launched(session, row.id, "7", now=mentes.clock()) == "approved"
    assert "wait" in said(run("platform", "policy", "client-1", "by-hand"))
    assert "sometimes" in refused(run("platform", "policy", "client-1", "sometimes"))


def test_a_platform_is_switched_off_and_on(run: Run, mentes: Mentes) -> None:
    add(run)
    said(run("platform", "disable", "client-1"))
    assert said(run("platform", "list")).endswith("  disabled\n")
    with mentes.database.reading(EVERYWHERE) as session:
        assert StoredRegistrations(session).by_issuer("https://lms.example") == []
    said(run("platform", "enable", "client-1"))
    with mentes.database.reading(EVERYWHERE) as session:
        assert len(StoredRegistrations(session).by_issuer("https://lms.example")) == 1


def test_what_was_refused_is_listed_with_what_to_do_there(run: Run, mentes: Mentes) -> None:
    add(run, "--product", "moodle", "--name", "Campus")
    assert said(run("platform", "refused")) == "None is kept.\n"
    with mentes.database.reading(EVERYWHERE) as session:
        (row,) = every(session, RegistrationRow)
    refusal = Refusal(
        registration_ids=(row.id,),
        reference="the-reference",
        slug="kid-unknown",
        check="key",
        specification="https://www.imsglobal.org/spec/security/v1p0/",
        is_signed=False,
        claims={"iss": "https://lms.example"},
    )
    Refusals(mentes.database).keep(refusal, mentes.clock())
    output = said(run("platform", "refused", "Campus"))
    for words in ("kid-unknown", "Campus", "not signed", "security/v1p0", "public keyset URL"):
        assert words in output
    assert '"iss"' not in output
    assert '"iss"' in said(run("platform", "refused", "--claims"))
    assert "kid-unknown" in said(run("platform", "refused", "--reference", "the-reference"))
    assert said(run("platform", "refused", "--reference", "another")) == "None is kept.\n"


def test_a_credential_opens_the_record_store_until_it_is_revoked(
    run: Run, app_status: Callable[[str], int], clock: MovableClock
) -> None:
    output = said(run("lrs", "credential", "add", "--key", "moodle"))
    assert "http://127.0.0.1:5000/xapi" in output
    secret = output.split()[-1]
    assert len(secret) >= 32
    assert app_status(secret) == 200
    assert "Revoked" in said(run("lrs", "credential", "revoke", "--key", "moodle"))
    clock.forward(hours=1)  # the command has a clock of its own
    assert app_status(secret) == 401


@pytest.fixture
def app_status(request: pytest.FixtureRequest) -> Callable[[str], int]:
    """Ask the record store with the key "moodle" and a secret; return the status."""
    browser = request.getfixturevalue("app").test_client()
    headers = {"X-Experience-API-Version": "1.0.3"}
    return lambda secret: (
        browser.get("/xapi/statements", auth=("moodle", secret), headers=headers).status_code
    )


def test_the_record_store_is_checked(run: Run, mentes: Mentes) -> None:
    assert "The record store is sound." in said(run("lrs", "check"))
    with mentes.database.transaction(EVERYWHERE) as session:
        session.execute(insert(statement_key).values(key=1, seq=1, verb=1))
    checked = run("lrs", "check")
    assert (checked.exit_code, "Faults: 1." in checked.output) == (1, True)


def test_a_secret_that_was_given_is_not_repeated(run: Run) -> None:
    output = said(run("lrs", "credential", "add", "--key", "k", "--secret", "hush-hush"))
    assert "hush-hush" not in output


def test_a_key_that_is_taken_is_said_to_be(run: Run) -> None:
    said(run("lrs", "credential", "add", "--key", "moodle"))
    for organisation in ("default", "Other"):
        output = refused(
            run("lrs", "credential", "add", "--key", "moodle", "--organisation", organisation)
        )
        assert "The key moodle is taken; choose another." in output


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(("--key", "a:b"), "colon"), (("--key", "k", "--scope", "everything"), "everything")],
)
def test_a_credential_that_could_not_work_is_explained(
    run: Run, arguments: tuple[str, ...], word: str
) -> None:
    assert word in refused(run("lrs", "credential", "add", *arguments))


def test_revoking_a_key_that_there_is_not_is_said(run: Run) -> None:
    said(run("lrs", "credential", "add", "--key", "known"))
    output = refused(run("lrs", "credential", "revoke", "--key", "unknown"))
    assert "no key unknown" in output


def test_a_new_signing_key_is_published(run: Run, mentes: Mentes) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        platforms.organisation(session, "Acme", now=mentes.clock())
    output = said(run("keys", "rotate", "--organisation", "Acme"))
    with mentes.database.reading(EVERYWHERE) as session:
        (row,) = every(session, ToolKeyRow)
    assert output == f"Published {row.kid}.\n"


def test_a_key_that_somebody_else_may_have_is_withdrawn_at_once(run: Run, mentes: Mentes) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        platforms.organisation(session, "Acme", now=mentes.clock())
    whose = ("--organisation", "Acme")
    assert "none yet" in said(run("keys", "list", *whose))
    first, second = (said(run("keys", "rotate", *whose)).split()[1].rstrip(".") for _ in range(2))
    listed = said(run("keys", "list", *whose)).splitlines()
    assert [line.split()[0] for line in listed] == [first, second]
    assert [line.endswith("signs") for line in listed] == [True, False]
    assert said(run("keys", "withdraw", *whose, first)) == f"Withdrawn. {second} signs.\n"
    assert "no key" in refused(run("keys", "withdraw", *whose, first))
    third = said(run("keys", "withdraw", *whose, second)).split()[1]  # the last makes room for one
    assert said(run("keys", "list", *whose)).split()[0] == third
    assert third not in (first, second)


def test_no_key_is_published_for_an_organisation_that_is_not_there(
    run: Run, mentes: Mentes
) -> None:
    assert "no organisation Acmee" in refused(run("keys", "rotate", "--organisation", "Acmee"))
    with mentes.database.reading(EVERYWHERE) as session:
        assert every(session, ToolKeyRow) == []


def a_debt_given_up(mentes: Mentes, organisation_id: UUID) -> UUID:
    with mentes.database.transaction(organisation_id) as session:
        outbox.owe(session, "mail", key="one", payload={"to": "a@x"}, now=mentes.clock())
        outbox.owe(session, "mail", key="two", payload={"to": "a@x"}, now=mentes.clock())
        debt = every(session, Debt, Debt.key == "one")[0]
        debt.settled_at, debt.outcome = mentes.clock(), Outcome.GIVEN_UP
        debt.problem = "recipient-refused"
        return debt.id


def test_what_was_given_up_is_listed_and_owed_again(
    run: Run, mentes: Mentes, organisation_id: UUID
) -> None:
    debt_id = a_debt_given_up(mentes, organisation_id)
    (line,) = said(run("outbox", "list")).splitlines()
    assert str(debt_id) in line
    assert "recipient-refused" in line
    assert "a@x" not in line
    assert len(said(run("outbox", "list", "--all")).splitlines()) == 2
    assert "1 owed again" in said(run("outbox", "retry", debt_id))
    assert "0 owed again" in said(run("outbox", "retry", debt_id))
    assert said(run("outbox", "list")) == ""


def test_what_was_given_up_is_looked_at_and_its_payload_only_when_asked_for(
    run: Run, mentes: Mentes, organisation_id: UUID
) -> None:
    debt_id = a_debt_given_up(mentes, organisation_id)
    output = said(run("outbox", "show", debt_id))
    assert f"mentes outbox retry {debt_id}" in output
    assert "a@x" not in output
    result = run("outbox", "show", debt_id, "--payload")
    assert json.loads(result.stdout[result.stdout.index("{") :]) == {"to": "a@x"}
    assert "names people" in result.stderr


def test_a_statement_that_was_given_up_is_told_by_its_id_and_verb(
    run: Run, mentes: Mentes, organisation_id: UUID
) -> None:
    statement = {"id": str(uuid4()), "verb": {"id": "https://verbs.example/did"}}
    with mentes.database.transaction(organisation_id) as session:
        outbox.owe(session, "statement", key="1", payload=statement, now=mentes.clock())
        (debt,) = every(session, Debt)
        debt.settled_at, debt.outcome = mentes.clock(), Outcome.GIVEN_UP
    assert f"{statement['id']}, https://verbs.example/did" in said(run("outbox", "show", debt.id))


def test_the_doctor_is_content_with_a_new_installation(run: Run) -> None:
    output = said(run("doctor"))
    assert "FAIL" not in output
    assert "The database is at this version" in output


def test_the_doctor_says_what_to_do(run: Run, mentes: Mentes, organisation_id: UUID) -> None:
    a_debt_given_up(mentes, organisation_id)
    add(run, issuer="http://127.0.0.1:9")
    result = run("doctor")
    assert result.exit_code == 1
    assert "FAIL  The key set of http://127.0.0.1:9" in result.output
    assert "Run: mentes outbox list" in result.output
    assert "Traceback" not in result.output


def test_the_doctor_asks_platforms_for_their_keys(run: Run, mentes: Mentes) -> None:
    with serving() as server:
        lms = Platform(server.url, clock=mentes.clock)
        server.app = lms.wsgi
        add(run, "--jwks-uri", lms.at.jwks_uri, issuer=lms.issuer)
        assert f"ok    The key set of {lms.issuer}" in said(run("doctor"))


def test_the_doctor_notices_a_foreign_secret_key(
    run: Run, environment: pytest.MonkeyPatch, mentes: Mentes
) -> None:
    with mentes.database.transaction(EVERYWHERE) as session:
        platforms.organisation(session, "default", now=mentes.clock())
    said(run("keys", "rotate"))
    environment.setenv("MENTES_SECRET_KEY", "another secret key of the tests!")
    result = run("doctor")
    assert result.exit_code == 1
    assert "Restore MENTES_SECRET_KEY" in result.output
