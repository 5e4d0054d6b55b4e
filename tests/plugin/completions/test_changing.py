"""Sources that are changed: whose secret goes where, and from where they are read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from plugin.app import Mentes
from plugin.completions import changing, sources
from plugin.completions.looking import Page, claim, keep
from plugin.completions.model import SourceKind, SourceRow
from plugin.completions.proofs import Proof
from plugin.foundation.errors import FormInvalid
from plugin.foundation.tenancy import EVERYWHERE
from tests.plugin.factories import NOW, later

STORE = {"endpoint": "https://lrs.example/xapi", "key": "k"}
MAPPED = {"proof": "bearer", "mapping": "statements"}
SIGNED = "whsec_" + "QUJD" * 10


def a_source(
    session: Session, mentes: Mentes, kind: SourceKind, configuration: dict[str, Any]
) -> SourceRow:
    source = sources.add(
        session,
        mentes.cipher,
        kind=kind,
        name="Academy",
        configuration=configuration,
        secret="first",
        now=NOW,
    )
    source.cursor, source.read_to = {"verb": {}}, NOW
    return source


def change(
    session: Session, mentes: Mentes, source: SourceRow, secret: str | None = None, **to: str
) -> None:
    changing.change(
        session,
        source,
        mentes.cipher,
        name=source.name,
        configuration={**source.configuration, **to},
        secret=secret,
        now=later(hours=1),
    )


@pytest.mark.parametrize("endpoint", ["https://other.example/xapi", "http://lrs.example/xapi:1"])
def test_a_secret_is_not_sent_to_another_host(
    mentes: Mentes, organisation_id: UUID, endpoint: str
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        source = a_source(session, mentes, SourceKind.REMOTE_STORE, STORE)
        with pytest.raises(FormInvalid) as refused:
            change(session, mentes, source, endpoint=endpoint)
        assert refused.value.errors == {"secret": [changing.SECRET_AGAIN]}
        change(session, mentes, source, secret="second", endpoint=endpoint)
        assert mentes.cipher.open(source.secret or "") == "second"


def test_another_store_is_read_from_its_beginning_and_whoever_reads_the_former_keeps_nothing(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        id = a_source(session, mentes, SourceKind.REMOTE_STORE, STORE).id
    with mentes.database.transaction(EVERYWHERE) as session:
        reading = claim(session, kinds=[SourceKind.REMOTE_STORE], now=NOW, lease=60)
    assert reading is not None
    with mentes.database.transaction(organisation_id) as session:
        change(session, mentes, session.get_one(SourceRow, id), key="another")
    page = Page(completions=(), cursor={"old": {}}, read_to=NOW, more=False)
    with mentes.database.transaction(organisation_id) as session:
        assert not keep(session, reading, page, now=later(hours=1), every=timedelta(minutes=5))
        source = session.get_one(SourceRow, id)
        assert (source.cursor, source.read_to, source.due_at) == ({}, None, later(hours=1))


def test_a_name_alone_changes_nothing_of_it(mentes: Mentes, organisation_id: UUID) -> None:
    with mentes.database.transaction(organisation_id) as session:
        source = a_source(session, mentes, SourceKind.REMOTE_STORE, STORE)
        change(session, mentes, source)
        assert (source.cursor, source.read_to) == ({"verb": {}}, NOW)
        assert mentes.cipher.open(source.secret or "") == "first"


def test_a_proof_that_the_secret_cannot_give_needs_another(
    mentes: Mentes, organisation_id: UUID
) -> None:
    with mentes.database.transaction(organisation_id) as session:
        source = a_source(session, mentes, SourceKind.WEBHOOK, MAPPED)
        with pytest.raises(FormInvalid) as refused:
            change(session, mentes, source, proof=Proof.STANDARD)
        assert refused.value.errors == {"secret": [changing.SECRET_OF_PROOF]}
    with mentes.database.transaction(organisation_id) as session:
        source = session.get_one(SourceRow, source.id)
        change(session, mentes, source, secret=SIGNED, proof=Proof.STANDARD)
        with pytest.raises(FormInvalid, match="paste it into the form"):
            changing.rotate(source, mentes.cipher, None, now=NOW)
        with pytest.raises(FormInvalid) as shapeless:
            changing.rotate(source, mentes.cipher, "plain", now=NOW)
        assert shapeless.value.errors == {"secret": [changing.SECRET_SHAPE]}
