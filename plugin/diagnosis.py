"""`mentes doctor`: what an operator would otherwise find out from a user."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from lrs_bridge.errors import Unavailable
from lti.errors import LtiError
from plugin import migrations
from plugin.app import Mentes
from plugin.courses import checkup
from plugin.foundation import outbox
from plugin.foundation.errors import MentesError
from plugin.foundation.findings import Finding
from plugin.foundation.outbox import Debt, Outcome
from plugin.foundation.tenancy import EVERYWHERE, Organisation
from plugin.platforms import deployments
from plugin.platforms.model import DeploymentState, RegistrationRow
from plugin.records.actors import namings
from plugin.targets.model import STATEMENT
from plugin.undelivered import service as undelivered
from plugin.undelivered.advice import advice

LONG = timedelta(hours=1)
"""Whatever has waited for so long has trouble that somebody should know of."""


def examined(mentes: Mentes) -> list[Finding]:
    """Look at everything that can be looked at without a launch."""
    schema = _schema(mentes)
    if not schema.holds:
        return [schema]
    return [
        schema,
        *_keys(mentes),
        *_platforms(mentes),
        *_attachments(mentes),
        *_actors(mentes),
        _debts(mentes),
        *_ways(mentes),
        _tls(mentes),
    ]


def examined_platform(mentes: Mentes, name: str) -> Iterator[Finding]:
    """Yield what is found at one registration, called by its id, name, issuer or client id.

    Raises:
        NotFound: there is none of that name, or several.
    """
    with mentes.database.reading(EVERYWHERE) as session:
        row = deployments.registration_called(session, name)
        registration, owner, enabled = row.as_value(), row.organisation_id, row.enabled
        waiting = [each for each in row.deployments if each.state == DeploymentState.PENDING]
    yield Finding(
        what=f"{registration.issuer}, client {registration.client_id}, is enabled",
        holds=enabled,
        advice=f"Run: mentes platform enable {registration.id}",
    )
    yield Finding(
        what=f"{len(registration.deployment_ids)} deployments are approved, {len(waiting)} wait",
        holds=bool(registration.deployment_ids) and not waiting,
        advice="Run: mentes platform deployments",
    )
    yield from checkup.checkup(
        registration,
        checkup.place_of(mentes.database, row.id),
        http=mentes.protocol.http,
        services=mentes.services,
        own_keys_url=f"{mentes.settings.public_url}/lti/keys/{owner}.json",
        clock=mentes.clock,
    )


def _schema(mentes: Mentes) -> Finding:
    engine = mentes.database.engine
    head = ScriptDirectory.from_config(migrations.configuration(engine)).get_current_head()
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        return Finding(
            what="The database answers",
            holds=False,
            advice=f"{type(error).__name__}: check MENTES_DATABASE_URL.",
        )
    return Finding(
        what="The database is at this version",
        holds=current == head,
        advice="Run: mentes db upgrade",
    )


def _keys(mentes: Mentes) -> list[Finding]:
    with mentes.database.reading(EVERYWHERE) as session:
        organisations = session.scalars(select(Organisation)).all()
    findings = []
    for organisation in organisations:
        try:
            mentes.protocol.key_rings.of(organisation.id)
            holds = True
        except MentesError:
            holds = False
        findings.append(
            Finding(
                what=f"The keys of {organisation.name} can be read",
                holds=holds,
                advice="Restore MENTES_SECRET_KEY; it is not the one that sealed them.",
            )
        )
    return findings


def _platforms(mentes: Mentes) -> list[Finding]:
    with mentes.database.reading(EVERYWHERE) as session:
        rows = session.scalars(select(RegistrationRow).where(RegistrationRow.enabled)).all()
    findings = []
    for row in rows:
        try:
            mentes.protocol.http.get(row.jwks_uri).json()
            advice = ""
        except LtiError as error:
            advice = str(error)
        findings.append(
            Finding(what=f"The key set of {row.issuer}", holds=not advice, advice=advice)
        )
    return findings


def _attachments(mentes: Mentes) -> list[Finding]:
    """Put something where attachments are kept, and take it away again."""
    if mentes.contents is None:
        return []
    name = f"doctor/{secrets.token_hex(8)}"
    try:
        mentes.contents.put(name, b"well")
        holds = mentes.contents.get(name) == b"well"
        mentes.contents.delete(name)
    except Unavailable:
        holds = False
    return [
        Finding(
            what="Attachments can be kept in their place",
            holds=holds,
            advice="Check MENTES_XAPI_ATTACHMENTS, who may write there, and the keys of a bucket.",
        )
    ]


def _actors(mentes: Mentes) -> list[Finding]:
    """Count who cannot be called as the platform's own statements call people."""
    with mentes.database.reading(EVERYWHERE) as session:
        found = list(namings(session))
    return [
        Finding(
            what=f"{each.registration.issuer}, by {each.registration.actor_form}: of "
            f"{each.recorded} recorded, {each.untold} cannot be told of, {each.otherwise} are "
            "called more privately",
            holds=not each.untold,
            advice="The platform does not share what they are to be called by: let it share mail "
            "addresses or usernames with this tool, or run: mentes platform actors",
        )
        for each in found
    ]


def _debts(mentes: Mentes) -> Finding:
    with mentes.database.reading(EVERYWHERE) as session:
        given_up = session.scalars(
            select(Debt.id).where(Debt.outcome == Outcome.GIVEN_UP).limit(1)
        ).first()
        waiting = outbox.unpaid(session)
    shown = ", ".join(f"{count} {kind}" for kind, count in sorted(waiting.items())) or "nothing"
    return Finding(
        what=f"Deliveries ({shown} waiting)",
        holds=given_up is None,
        advice="Some were given up. Run: mentes outbox list",
    )


def _ways(mentes: Mentes) -> Iterator[Finding]:
    """Yield what stands still, and what has waited for long."""
    with mentes.database.reading(EVERYWHERE) as session:
        several = undelivered.ways(session)
        names = {row.id: row.name for row in session.scalars(select(Organisation))}
    now = mentes.clock()
    for way in several:
        it = way.backlog
        to = f" to {way.name}" if way.name else ""
        what = f"{names[it.organisation_id]}: {it.kind}{to}, {it.waiting} waiting"
        state = it.state
        if state is not None and state.paused_at is not None:
            why = advice(way.problem).to_do if way.problem else "Somebody paused it."
            run = "mentes target resume" if it.kind == STATEMENT else "mentes outbox resume"
            yield Finding(
                what=f"{what}, goes on (paused: {way.problem or 'by hand'})",
                holds=False,
                advice=f"{why} Then run: {run}",
            )
        elif it.oldest is not None and now - it.oldest > LONG:
            hours = round((now - it.oldest).total_seconds() / 3600)
            why = advice(way.problem).to_do if way.problem else "Is a worker running?"
            yield Finding(
                what=f"{what}, is quick (the oldest waits for {hours} h)",
                holds=False,
                advice=f"{why} See: mentes outbox status",
            )


def _tls(mentes: Mentes) -> Finding:
    settings = mentes.settings
    return Finding(
        what="People reach us over TLS",
        holds=settings.is_secure or settings.allow_private_addresses,
        advice="Browsers keep no cookie in a frame without TLS: set MENTES_PUBLIC_URL to https://…",
    )
