"""All resources together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, g, request
from flask.sansio.blueprints import BlueprintSetupState

from lrs_bridge.errors import MethodNotAllowed, ResourceUnknown
from lrs_bridge.lrs import refusals, store
from lrs_bridge.lrs.access.last_use import LastUses
from lrs_bridge.lrs.access.limits import Allowances
from lrs_bridge.lrs.access.proofs import Proofs
from lrs_bridge.lrs.attachments.contents import Contents
from lrs_bridge.lrs.consistency import Freshness
from lrs_bridge.lrs.http import (
    about,
    activities,
    admission,
    agents,
    alternate,
    cors,
    documents,
    openapi,
    problems,
    statements,
    token,
    version,
)
from lrs_bridge.lrs.http.asked import read_request
from lrs_bridge.lrs.http.resource import ANYONE, Resource
from lrs_bridge.lrs.http.setup import LARGEST_BATCH, Asking, Setup, Transaction
from lrs_bridge.lrs.together import Together
from lrs_bridge.vocabulary import PROFILE

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")


def xapi_blueprint(
    *,
    transaction: Transaction,
    reading: Transaction,
    clock: store.Clock,
    on_stored: store.OnStored = store.ignored,
    home_page: str = f"{PROFILE}/lrs",
    largest_batch: int = LARGEST_BATCH,
    contents: Contents | None = None,
    on_refused: refusals.OnRefused = refusals.ignored,
    asking: Asking | None = None,
) -> Blueprint:
    """Return the resources of the store.

    Args:
        transaction: opens a writing transaction that commits when its block ends well. On SQLite
            it must take the write lock as it begins.
        reading: opens one that only reads.
        clock: returns an aware now.
        on_stored: told of new statements in the transaction that stores them.
        home_page: the system that credentials are accounts of, in `authority`; best the public
            URL of the store.
        largest_batch: how many statements one request may bring. The size of a request is
            limited by Flask's MAX_CONTENT_LENGTH.
        contents: where large attachments are kept; None keeps them in the database.
        on_refused: told of every write of a known sender that was refused, once it is answered;
            `refusals.Refusals` keeps them.
        asking: opens what answers single questions, each at a moment of its own, as quickly as it
            can (`direct.Direct`); None: `reading` does.
    """
    setup = Setup(
        transaction=transaction,
        reading=reading,
        asking=asking or reading,
        clock=clock,
        together=Together(transaction, clock, on_stored),
        proofs=Proofs(),
        allowances=Allowances(transaction),
        last_uses=LastUses(transaction),
        freshness=Freshness(),
        home_page=home_page,
        largest_batch=largest_batch,
        contents=contents,
        on_refused=on_refused,
    )
    bp = Blueprint("xapi", __name__)
    for resource in (
        about.resource(),
        openapi.resource(),
        activities.resource(setup),
        agents.resource(setup),
        statements.resource(setup),
        *documents.resources(setup),
    ):
        bp.add_url_rule(
            resource.path,
            resource.name,
            _view(resource),
            methods=_METHODS,
            provide_automatic_options=False,
        )
    bp.add_url_rule(
        token.PATH,
        "oauth_token",
        token.view(setup),
        methods=_METHODS,
        provide_automatic_options=False,
    )
    bp.add_url_rule(
        "/<path:rest>", "unknown", _unknown, methods=_METHODS, provide_automatic_options=False
    )
    bp.record(_take_every_method)
    bp.after_request(partial(admission.say_how_fresh, setup))
    bp.after_request(version.on_every_answer)
    bp.after_request(cors.on_every_answer)
    problems.register(bp, setup)
    return bp


def _view(resource: Resource) -> Callable[[], Response]:
    """Return the view of every method of `resource`."""

    def view() -> Response:
        if request.method == "OPTIONS":
            return cors.options(resource.allowed)
        read = alternate.read if alternate.is_alternate(request) else read_request
        asked = g.xapi_asked = read(request)
        if resource.versioned:
            version.check(asked.headers)
        answer = resource.methods.get(asked.method)
        if answer is None:
            raise MethodNotAllowed(resource.allowed)
        return answer(asked)

    view.requires = resource.requires  # type: ignore[attr-defined]
    return view


class _EveryMethod(frozenset[str]):
    """The methods that a rule lists, and whatever else a client makes up."""

    def __contains__(self, method: object) -> bool:
        return True


def _take_every_method(state: BlueprintSetupState) -> None:
    """Let views say what they do not have; what no rule takes would be answered by Flask."""
    name = f"{state.name_prefix}.{state.name}".lstrip(".")
    for rule in state.app.url_map.iter_rules():
        if rule.endpoint.rpartition(".")[0] == name:
            rule.methods = _EveryMethod(rule.methods or ())  # type: ignore[assignment]


def _unknown(rest: str) -> Response:
    """Answer for every other address, in the same manner as the resources do."""
    version.spoken(request.headers)
    raise ResourceUnknown("The standard has no resource at this address.")


_unknown.requires = ANYONE  # type: ignore[attr-defined]
