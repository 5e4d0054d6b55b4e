"""The composition root: the only place that sees every package and every room."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Flask
from sqlalchemy.orm import Session

from config.settings import Settings, SettingsError
from lrs_bridge.lrs.attachments.contents import Contents, contents_at
from lrs_bridge.lrs.http import xapi_blueprint
from lrs_bridge.lrs.refusals import Refusals
from lrs_bridge.lrs.store import OnStored
from lrs_bridge.statement import Statement
from lti import urls
from lti.access_tokens import AccessTokens
from lti.ags import LineItems
from lti.groups import CourseGroups
from lti.http import Http
from lti.keys import PlatformKeySets, ToolKeyRing
from lti.notice_handlers import NoticeHandlers
from lti.nrps import Memberships
from lti.registration import Registration
from lti.services import Services
from plugin import navigation
from plugin.completions import (
    arrivals,
    finish_pages,
    inlets,
)
from plugin.completions.deliveries import KIND as LINE_ITEMS
from plugin.completions.deliveries import LineItemsDelivery
from plugin.completions.looking import Look
from plugin.completions.looks import looks
from plugin.completions.model import SourceKind
from plugin.completions.proofs import KeySets
from plugin.completions.refused import Refused
from plugin.completions.uploads.deliveries import KIND as UPLOAD
from plugin.completions.uploads.deliveries import UploadDelivery
from plugin.completions.waiting_undoing import KIND as UNBINDING
from plugin.completions.waiting_undoing import UnbindingDelivery
from plugin.courses.deliveries import KIND as ROSTER
from plugin.courses.deliveries import RosterDelivery
from plugin.courses.group_deliveries import KIND as GROUPS
from plugin.courses.group_deliveries import GroupsDelivery
from plugin.courses.openers import KIND as OPENERS
from plugin.courses.openers import OpenersDelivery
from plugin.foundation.cipher import Cipher
from plugin.foundation.clock import Clock, utc_now
from plugin.foundation.db import Database
from plugin.foundation.outbox import Delivery, one_by_one
from plugin.foundation.tenancy import EVERYWHERE
from plugin.foundation.web import i18n, problems, requests, security
from plugin.foundation.web.carried import Carrying
from plugin.foundation.web.tool import Tool
from plugin.foundation.web.tool import install as install_tool
from plugin.launches import errors as launch_errors
from plugin.launches.admission import Admission
from plugin.launches.front_door import FrontDoor
from plugin.launches.visits import visits
from plugin.matching.deliveries import DRAFTING, PUBLISHING, DraftDelivery, PublishDelivery
from plugin.nudges import pages as nudge_pages
from plugin.nudges.deliveries import MailDelivery
from plugin.nudges.letters import Letters
from plugin.nudges.service import KIND as MAIL
from plugin.nudges.service import Nudges
from plugin.platforms.keys import KeyRings
from plugin.platforms.notices import KIND as NOTICE_HANDLERS
from plugin.platforms.notices import NoticeHandlersDelivery
from plugin.platforms.protocol import Protocol
from plugin.platforms.protocol import install as install_protocol
from plugin.platforms.stores import organisation_of_registration
from plugin.records.circles import RecordCircles
from plugin.records.column_deliveries import ColumnDelivery
from plugin.records.columns import KIND as COLUMN
from plugin.records.completions import ObservedCompletions
from plugin.records.corrections import RecordCorrections
from plugin.records.deliveries import ScoreDelivery
from plugin.records.goals import RecordGoals
from plugin.records.scores import SCORE
from plugin.records.service import Records
from plugin.records.told import told_anew
from plugin.reports import pages as reports
from plugin.rooms import BLUEPRINTS
from plugin.statements import looking
from plugin.statements.looking import RecordStore
from plugin.subscriptions import subscriptions
from plugin.targets import forwarding
from plugin.targets import pages as targets_pages
from plugin.targets.embedded import EmbeddedStore
from plugin.targets.erasures import erasures
from plugin.targets.model import STATEMENT
from plugin.targets.remote import endpoint_at
from plugin.targets.sending import TargetDelivery
from plugin.targets.withdrawal import Withdrawals
from plugin.undelivered import metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentes:
    """One process: what its web side and its worker share."""

    settings: Settings
    clock: Clock
    database: Database
    cipher: Cipher
    protocol: Protocol
    services: Services
    nudges: Nudges
    contents: Contents | None
    targets: TargetDelivery
    deliveries: Mapping[str, Delivery]
    looks: Mapping[SourceKind, Look]


def compose(settings: Settings, *, clock: Clock = utc_now) -> Mentes:
    """Make what one process needs, from the settings and the clock alone."""
    nudges = Nudges(Letters(), settings.mail_from)
    withdrawals = Withdrawals(
        tool=settings.public_url,
        installation_is_embedded=not settings.lrs_url,
        retold=told_anew,
    )
    database = Database(
        settings.database_url,
        subscribers=subscriptions(
            Records(settings.public_url, withdrawals),
            RecordCorrections(settings.public_url),
            ObservedCompletions(settings.public_url),
            RecordGoals(settings.public_url),
            RecordCircles(settings.public_url),
            nudges if settings.smtp_url else None,
        ),
    )
    cipher = Cipher(settings.secret_key)
    contents = _contents(settings)
    http = Http(allow_private=settings.allow_private_addresses)
    key_rings = KeyRings(database, cipher, clock)
    protocol = Protocol(
        http=http,
        platform_keys=PlatformKeySets(http),
        key_rings=key_rings,
        is_ours=urls.within(settings.public_url),
    )

    def ring_of(registration: Registration) -> ToolKeyRing:
        return key_rings.of(organisation_of_registration(database, UUID(registration.id)))

    services = Services(http, AccessTokens(http, ring_of, clock))
    targets = TargetDelivery(
        database,
        cipher,
        clock,
        EmbeddedStore(
            database=database,
            home_page=home_page(settings),
            clock=clock,
            contents=contents,
            erasures=erasures(database, clock, contents, digest_key(settings)),
            retold=told_anew,
        ),
        installation=endpoint_at(settings.lrs_url, settings.lrs_key, settings.lrs_secret),
        allow_private=settings.allow_private_addresses,
        patience=settings.outbox_lease / 2,
    )
    cutoff = settings.completion_cutoff_days
    deliveries: dict[str, Delivery] = {
        ROSTER: one_by_one(
            RosterDelivery(database, Memberships(services), clock, lease=settings.outbox_lease)
        ),
        OPENERS: one_by_one(OpenersDelivery(database, Memberships(services), clock)),
        GROUPS: one_by_one(GroupsDelivery(database, CourseGroups(services), clock)),
        NOTICE_HANDLERS: one_by_one(
            NoticeHandlersDelivery(database, NoticeHandlers(services), settings.public_url)
        ),
        SCORE: one_by_one(ScoreDelivery(database, LineItems(services), clock)),
        COLUMN: one_by_one(ColumnDelivery(database, LineItems(services), clock)),
        STATEMENT: targets,
        MAIL: one_by_one(MailDelivery(settings.smtp_url, settings.mail_from)),
        DRAFTING: one_by_one(DraftDelivery(database, clock, lease=settings.outbox_lease)),
        PUBLISHING: one_by_one(PublishDelivery(database, clock)),
        UPLOAD: one_by_one(UploadDelivery(database, clock, cutoff, lease=settings.outbox_lease)),
        UNBINDING: one_by_one(UnbindingDelivery(database, clock, lease=settings.outbox_lease)),
        LINE_ITEMS: one_by_one(LineItemsDelivery(database, LineItems(services), clock)),
    }
    return Mentes(
        settings=settings,
        clock=clock,
        database=database,
        cipher=cipher,
        protocol=protocol,
        services=services,
        nudges=nudges,
        contents=contents,
        targets=targets,
        deliveries=deliveries,
        looks=looks(
            database,
            cipher,
            LineItems(services),
            results_every=settings.results_every,
            remote_store_every=settings.remote_store_every,
            reaches_back=cutoff,
            allow_private=settings.allow_private_addresses,
        ),
    )


def _contents(settings: Settings) -> Contents | None:
    """Return where large attachments are kept, if not in the database."""
    try:
        return contents_at(settings.xapi_attachments)
    except ValueError as error:
        raise SettingsError(f"MENTES_XAPI_ATTACHMENTS: {error}") from error


def digest_key(settings: Settings) -> bytes:
    """Return the key of the digests by which it can be told what was asked to be erased."""
    return hashlib.sha256(b"mentes.erasure.v1:" + settings.secret_key.encode()).digest()


def create_app(
    settings: Settings, *, clock: Clock = utc_now, mentes: Mentes | None = None
) -> Flask:
    """Wire the web side of one process; `mentes` is given when a worker shares it."""
    mentes = mentes or compose(settings, clock=clock)
    app = Flask("plugin", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_body,
        MAX_FORM_MEMORY_SIZE=settings.max_body,
        PREFERRED_URL_SCHEME="https" if settings.is_secure else "http",
    )
    tool = Tool(
        database=mentes.database,
        clock=mentes.clock,
        public_url=settings.public_url,
        session_seconds=settings.session_hours * 3600,
        find_visit=visits(mentes.database, lasts=settings.session_hours * 3600),
    )
    install_tool(app, tool)
    install_protocol(app, mentes.protocol)
    app.extensions[nudge_pages.KEY] = mentes.nudges
    inlets.install(
        app,
        inlets.Inlets(
            cipher=mentes.cipher,
            key_sets=KeySets(mentes.protocol.http),
            refused=Refused(mentes.database),
            largest=settings.completion_max_body,
            cutoff_days=settings.completion_cutoff_days,
        ),
    )
    app.extensions[finish_pages.KEY] = settings.completion_cutoff_days
    app.extensions[reports.KEY] = settings.report_min_cohort
    app.extensions[looking.KEY] = RecordStore(
        home_page=home_page(mentes.settings), contents=mentes.contents, on_stored=on_stored(mentes)
    )
    app.extensions[metrics.KEY] = settings.metrics_token
    app.extensions[targets_pages.KEY] = targets_pages.Room(
        delivery=mentes.targets,
        cipher=mentes.cipher,
        allow_private=settings.allow_private_addresses,
        installation=settings.lrs_url,
    )
    for register in (requests, security, i18n, problems, launch_errors, navigation):
        register.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_blueprint(_record_store(mentes), url_prefix="/xapi")
    admission = Admission(tool=tool, protocol=mentes.protocol)
    app.wsgi_app = FrontDoor(  # type: ignore[method-assign]
        Carrying(app.wsgi_app), admission, app.url_map, largest=settings.max_body
    )
    return app


def _record_store(mentes: Mentes) -> Blueprint:
    """Return the embedded record store, which tells of completions in its own transaction."""

    def transaction() -> AbstractContextManager[Session]:
        return mentes.database.transaction(EVERYWHERE)

    return xapi_blueprint(
        transaction=transaction,
        reading=lambda: mentes.database.reading(EVERYWHERE),
        asking=mentes.database.asking,
        clock=mentes.clock,
        on_stored=on_stored(mentes),
        home_page=home_page(mentes.settings),
        contents=mentes.contents,
        on_refused=Refusals(transaction).note,
    )


def on_stored(mentes: Mentes) -> OnStored:
    """Return what the record store tells of new statements in its own transaction."""

    def tell(session: Session, organisation_id: UUID, statements: Sequence[Statement]) -> None:
        now = mentes.clock()
        arrivals.on_stored(session, organisation_id, statements, now=now)
        forwarding.on_stored(
            session, organisation_id, statements, home_page=home_page(mentes.settings), now=now
        )

    return tell


def home_page(settings: Settings) -> str:
    """Return the system that the record store's credentials are accounts of."""
    return f"{settings.public_url}/xapi"
