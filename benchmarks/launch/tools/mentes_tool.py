"""Mentes as it is deployed, on a fresh SQLite file; its log goes to another."""

import atexit
from pathlib import Path
from tempfile import TemporaryDirectory

from talking import talk

from config.log import configure_logging
from config.settings import Settings
from lti.registration import Registration
from plugin import migrations
from plugin.app import compose, create_app
from plugin.foundation.clock import utc_now
from plugin.foundation.tenancy import EVERYWHERE
from plugin.platforms.service import organisation, registered


def serving(said):
    """Know the platform; its key set is fetched at the first launch, and kept."""
    folder = TemporaryDirectory(prefix="mentes-benchmark-")
    atexit.register(folder.cleanup)
    log = (Path(folder.name) / "log").open("w")
    atexit.register(log.close)
    configure_logging("info", stream=log)
    settings = Settings(
        public_url=said["url"],
        secret_key="k" * 40,
        database_url=f"sqlite:///{folder.name}/mentes.db",
        allow_private_addresses=True,
    )
    mentes = compose(settings)
    migrations.upgrade(mentes.database.engine)
    registration = Registration(
        id="",
        issuer=said["issuer"],
        client_id=said["client_id"],
        authorization_endpoint=said["authorization_endpoint"],
        token_endpoint=said["token_endpoint"],
        jwks_uri=said["jwks_uri"],
        deployment_ids=frozenset(said["deployment_ids"]),
        product="moodle",
    )
    now = utc_now()
    with mentes.database.transaction(EVERYWHERE) as session:
        owner = organisation(session, "Acme", now=now).id
    with mentes.database.transaction(owner) as session:
        registered(session, registration, name="Campus", administrators_are_analysts=False, now=now)
    return create_app(settings, mentes=mentes), said["url"]


if __name__ == "__main__":
    talk(serving)
