"""Deployments of registered platforms: which are let in, and who decides."""

from __future__ import annotations

import click

from plugin.cli.commands import this_process
from plugin.cli.platforms import platform
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms import deployments
from plugin.platforms.model import DeploymentPolicy, DeploymentState


@platform.command("deployments")
@click.option("--all", "everything", is_flag=True, help="Also what is approved or refused.")
def platform_deployments(everything: bool) -> None:
    """List the deployments that wait for approval."""
    wanted = None if everything else DeploymentState.PENDING
    with this_process().database.reading(EVERYWHERE) as session:
        rows = deployments.listed(session, wanted)
        for row in rows:
            click.echo(
                f"{row.state:8}  {row.registration_id}  {_shown(row.deployment_id)}  "
                f"{row.registration.name}, since {row.created_at:%Y-%m-%d}"
                f"{', its administrators administer Mentes' if row.administers else ''}"
            )
    if not rows:
        click.echo("None is waiting." if wanted else "There is none.")


@platform.command("deployment")
@click.argument("registration")
@click.argument("deployment_id")
@click.option("--refuse", is_flag=True, help="Keep it out instead.")
@click.option(
    "--administrators/--no-administrators",
    default=None,
    help="Whether administrators of its institution administer Mentes for all of the organisation. "
    "Unsaid: those of the first deployment that the organisation lets in.",
)
def platform_deployment(
    registration: str, deployment_id: str, refuse: bool, administrators: bool | None
) -> None:
    """Let in launches of one more deployment of a registration."""
    mentes = this_process()
    state = DeploymentState.REFUSED if refuse else DeploymentState.APPROVED
    with mentes.database.transaction(EVERYWHERE) as session:
        row = deployments.registration_called(session, registration)
        decided = deployments.decide(session, row, deployment_id, state, now=mentes.clock())
        if administrators is not None and not refuse:
            deployments.entrust(decided, administers=administrators)
        brings_them = decided.administers
    click.echo("Refused." if refuse else "Accepted.")
    if not refuse:
        click.echo(f"Its administrators {'' if brings_them else 'do not '}administer Mentes.")


@platform.command("policy")
@click.argument("registration")
@click.argument("policy", type=click.Choice([each.value for each in DeploymentPolicy]))
def platform_policy(registration: str, policy: str) -> None:
    """Say whether new deployments wait for approval (by-hand), or are all let in (all)."""
    with this_process().database.transaction(EVERYWHERE) as session:
        deployments.registration_called(session, registration).deployment_policy = policy
    click.echo("New deployments " + ("are let in." if policy == "all" else "wait for approval."))


def _shown(deployment_id: str) -> str:
    """Return what a platform named, harmless to a terminal, as one word for the shell."""
    return deployment_id if deployment_id.isprintable() else repr(deployment_id)
