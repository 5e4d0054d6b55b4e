"""Where in a platform a tool is offered: what a registration asks for beside messages.

Dynamic Registration knows two places of deep linking, which platforms offer unasked. Canvas has
some forty, under names and with settings of its own, and takes a message without one for a link in
a module, whatever other message wants that place.

https://www.imsglobal.org/spec/lti-dr/v1p0#lti-message
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from lti import claims

CANVAS: Final = "https://canvas.instructure.com/lti/"
"""Before the names of Canvas' own placements and settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A message in one or more places. `settings` are members of the message beside them."""

    message: str
    placements: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


OFFERS: Final[Mapping[str, tuple[Offer, ...]]] = MappingProxyType(
    {
        "canvas": (
            Offer(
                message=claims.RESOURCE_LINK_REQUEST,
                placements=("course_navigation",),
                settings={
                    f"{CANVAS}course_navigation/default_enabled": False,  # a teacher's to decide
                    f"{CANVAS}visibility": "members",
                },
            ),
            Offer(
                message=claims.RESOURCE_LINK_REQUEST,
                placements=("account_navigation",),
                settings={f"{CANVAS}visibility": "admins"},
            ),
            Offer(
                message=claims.DEEP_LINKING_REQUEST,
                placements=("link_selection", "assignment_selection", "editor_button"),
            ),
        ),
    }
)
"""By product family: the places that are asked for. Other platforms have theirs without asking."""


def asked(product: str | None, message: str, known: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield what a message of this type says of places, once for each time that it is asked for.

    `known` are the places that the platform has for it; if it lists none, it may have all.
    """
    if product is None or product not in OFFERS:
        yield {}
        return
    for offer in OFFERS[product]:
        places = [each for each in offer.placements if not known or each in known]
        if offer.message == message and places:
            yield {"placements": [f"{CANVAS}{place}" for place in places], **offer.settings}


def plain(placement: str) -> str:
    """Return a placement's name as we write it: Canvas' without the address before it."""
    return placement.removeprefix(CANVAS)
