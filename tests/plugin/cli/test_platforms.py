"""Registering platforms in the shell: by a product's profile, by flags, by a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plugin.app import Mentes
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.model import RegistrationRow
from plugin.platforms.profiles import CLIENT, PROFILES, Profile
from tests.plugin.commanding import Run, refused, said
from tests.plugin.factories import every

MOODLE = ("--profile", "moodle", "--site", "https://lms.example", "--client-id", "c-1")


def only(mentes: Mentes) -> RegistrationRow:
    with mentes.database.reading(EVERYWHERE) as session:
        (row,) = every(session, RegistrationRow)
    return row


def test_a_profile_needs_the_site_and_the_client_id_alone(mentes: Mentes, run: Run) -> None:
    output = said(run("platform", "add", *MOODLE))
    row = only(mentes)
    assert row.issuer == row.name == "https://lms.example"
    assert row.jwks_uri == "https://lms.example/mod/lti/certs.php"
    assert row.product == "moodle"
    assert row.deployments == []
    assert f"/lti/login/{row.id}" in output
    assert PROFILES["moodle"].give[0] in output


def test_a_flag_counts_before_the_file_and_that_before_the_profile(
    mentes: Mentes, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "platform.json"
    file.write_text(
        json.dumps(
            {
                "profile": "canvas",
                "client-id": "from the file",
                "token_endpoint": "https://canvas.example/login/oauth2/token",
                "deployment": ["1:a", "2:b"],
                "name": "School",
                "analysts": True,
            }
        )
    )
    said(run("platform", "add", "--file", str(file), "--client-id", "from-the-flag"))
    row = only(mentes)
    assert (row.name, row.issuer) == ("School", "https://canvas.instructure.com")
    assert row.client_id == "from-the-flag"
    assert row.token_endpoint == "https://canvas.example/login/oauth2/token"
    assert {each.deployment_id for each in row.deployments} == {"1:a", "2:b"}
    assert row.administrators_are_analysts


def test_adding_again_opens_nothing_and_says_how_to(mentes: Mentes, run: Run) -> None:
    said(run("platform", "add", *MOODLE, "--deployment", "1"))
    row = only(mentes)
    said(run("platform", "disable", str(row.id)))
    said(run("platform", "deployment", str(row.id), "1", "--refuse"))
    again = said(run("platform", "add", *MOODLE, "--deployment", "1"))
    row = only(mentes)
    assert (row.enabled, row.as_value().deployment_ids) == (False, frozenset())
    assert f"mentes platform enable {row.id}" in again
    assert f"mentes platform deployment {row.id} 1" in again


def test_whose_administrators_administer_is_said_and_changed(mentes: Mentes, run: Run) -> None:
    output = said(run("platform", "add", *MOODLE, "--deployment", "1", "--deployment", "2"))
    id = str(only(mentes).id)

    def administering() -> set[str]:
        return {each.deployment_id for each in only(mentes).deployments if each.administers}

    assert administering() == {"1"}  # somebody has to
    assert f"mentes platform deployment {id} 2 --administrators" in output
    assert "do not administer" in said(run("platform", "deployment", id, "2"))
    assert "do not" not in said(run("platform", "deployment", id, "2", "--administrators"))
    assert administering() == {"1", "2"}
    said(run("platform", "deployment", id, "1", "--no-administrators"))
    assert administering() == {"2"}
    said(run("platform", "deployment", id, "2", "--refuse", "--administrators"))
    assert administering() == set()
    assert "administrators administer Mentes" not in said(run("platform", "deployments", "--all"))
    said(run("platform", "deployment", id, "1"))  # what was taken away comes back by no way round
    said(run("platform", "deployment", id, "3"))
    said(run("platform", "add", *MOODLE, "--deployment", "1"))
    assert administering() == set()
    said(run("platform", "deployment", id, "1", "--administrators"))
    assert administering() == {"1"}
    assert "administrators administer Mentes" in said(run("platform", "deployments", "--all"))


def test_exceptions_are_made_by_flags_and_taken_back_without_them(mentes: Mentes, run: Run) -> None:
    others = ("--trusted-audience", "b", "--trusted-audience", "a")
    said(run("platform", "add", *MOODLE, "--anonymous", *others))
    row = only(mentes)
    assert (row.allow_anonymous, row.trusted_audiences) == (True, ["a", "b"])
    assert row.as_value().trusted_audiences == {"a", "b"}
    said(run("platform", "add", *MOODLE))
    row = only(mentes)
    assert (row.allow_anonymous, row.trusted_audiences) == (False, [])


@pytest.mark.parametrize(("profile", "known"), PROFILES.items(), ids=PROFILES)
def test_each_profile_registers_its_product(
    mentes: Mentes, run: Run, profile: str, known: Profile
) -> None:
    site = ("--site", "https://lms.example") if "{site}" in known.issuer else ()
    arguments = ["--profile", profile, *site, "--client-id", "c-1"]
    for name in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"):
        address = known.filled("https://lms.example")[name].replace(CLIENT, "")
        if "{" in address:  # what only the platform's page tells
            arguments += [f"--{name.replace('_', '-')}", f"https://lms.example/{name}"]
    output = said(run("platform", "add", *arguments))
    row = only(mentes)
    assert (row.product, row.client_id, row.enabled) == (profile, "c-1", True)
    assert f"/lti/login/{row.id}" in output
    assert known.give[0] in output
    for address in (row.issuer, row.authorization_endpoint, row.token_endpoint, row.jwks_uri):
        assert address.startswith("https://")
        assert "{" not in address


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--profile", "moodle", "--client-id", "c"), "--site"),
        (("--profile", "moodle", "--site", "https://lms.example"), "--client-id"),
        (("--profile", "sakai", "--site", "https://s.example", "--client-id", "c"), "braces"),
        (("--issuer", "https://lms.example"), "--jwks-uri"),
        ((*MOODLE, "--jwks-uri", "http://lms.example/keys"), "https://"),
        ((*MOODLE, "--deployment", "x" * 300), "--deployment"),
    ],
)
def test_what_is_missing_or_wrong_is_said_by_its_option(
    mentes: Mentes, run: Run, arguments: tuple[str, ...], word: str
) -> None:
    assert word in refused(run("platform", "add", *arguments))
    with mentes.database.reading(EVERYWHERE) as session:
        assert every(session, RegistrationRow) == []


@pytest.mark.parametrize(
    ("text", "word"), [("nonsense", "not JSON"), ("[]", "object"), ('{"client": 1}', "client")]
)
def test_a_file_that_cannot_be_used_is_said(
    mentes: Mentes, run: Run, tmp_path: Path, text: str, word: str
) -> None:
    file = tmp_path / "platform.json"
    file.write_text(text)
    assert word in refused(run("platform", "add", "--file", str(file)))
