"""What every command begins with: the group, this process of the tool, whose it is about."""

from __future__ import annotations

from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from config.log import configure_logging
from config.settings import SettingsError, read_settings
from plugin.app import Mentes, compose
from plugin.foundation.errors import MentesError
from plugin.foundation.tenancy import Organisation

ORGANISATION = click.option(
    "--organisation", default="default", show_default=True, help="Whose it is; made if new."
)
WHOSE = click.option("--organisation", default="default", show_default=True, help="Whose it is.")


class _Commands(click.Group):
    """A group that shows a refusal of the tool as a sentence, not as a stack."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except MentesError as error:
            raise click.ClickException(f"{error.title}: {error}") from error
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(
                f"The database does not answer, or has no tables yet ({type(error).__name__}). "
                "Check MENTES_DATABASE_URL and run: mentes db upgrade"
            ) from error


@click.group(cls=_Commands)
def main() -> None:
    """Mentes: mentoring inside the course. Settings are environment variables, MENTES_…"""


def this_process() -> Mentes:
    """Compose the tool from the environment, or say what is wrong with it."""
    try:
        settings = read_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    configure_logging(settings.log_level)
    try:
        mentes = compose(settings)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    except (ArgumentError, ModuleNotFoundError) as error:
        raise click.ClickException(
            "MENTES_DATABASE_URL cannot be used: give sqlite:///file, or postgresql+psycopg://… "
            "with mentes[postgresql] installed."
        ) from error
    click.get_current_context().call_on_close(mentes.database.dispose)
    return mentes


def organisation_called(session: Session, name: str) -> UUID:
    """Return the id of an organisation that there is."""
    found = session.scalar(select(Organisation.id).where(Organisation.name == name))
    if found is None:
        raise click.ClickException(f"There is no organisation {name}.")
    return found
