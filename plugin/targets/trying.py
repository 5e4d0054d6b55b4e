"""Trying a target: is it there, does it know us? Nothing is stored in it."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_bridge.client import Credential
from plugin.foundation.cipher import SealBroken
from plugin.foundation.i18n import to_say
from plugin.targets.guarding import NotAllowed
from plugin.targets.model import Target
from plugin.targets.remote import RemoteTarget
from plugin.targets.sending import TargetDelivery

WELL = to_say("The store is there and knows the key.")
MAY_NOT_READ = to_say(
    "The store is there and knows the key, which may not read. Whether it may write shows when "
    "something is sent."
)
REFUSED = to_say("The store is there and does not know the key, or not with this secret.")
OTHER_VERSION = to_say("The store is there, but does not speak the xAPI version of this target.")
NOBODY = to_say("No record store answers at this address.")
NOT_ALLOWED = to_say(
    "This installation sends to public addresses with https:// alone. Whoever operates it can "
    "allow others."
)
OURS = to_say("This is the embedded record store.")
UNREADABLE = to_say("The secret cannot be read: whoever operates Mentes must restore its key.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of it, in words that are translated later; `detail` is what the store said."""

    holds: bool
    text: str
    detail: str = ""


def tried(targets: TargetDelivery, target: Target) -> Tried:
    """Return what a target says to us. It calls out: no transaction may be open."""
    try:
        way = targets.way_to(target.organisation_id, target)
    except SealBroken:
        return Tried(holds=False, text=UNREADABLE)
    if not isinstance(way, RemoteTarget):
        return Tried(holds=True, text=OURS)
    try:
        trial = way.tried()
    finally:
        way.close()
    if trial.credential is Credential.REFUSED:
        return Tried(holds=False, text=REFUSED, detail=trial.detail)
    if trial.detail.endswith(NotAllowed.__name__):
        return Tried(holds=False, text=NOT_ALLOWED)
    if trial.credential is Credential.UNKNOWN:
        return Tried(holds=False, text=NOBODY, detail=trial.detail)
    if not trial.is_there:
        said = ", ".join(trial.versions)
        return Tried(holds=False, text=OTHER_VERSION, detail=said)
    known = trial.credential is Credential.GOOD
    return Tried(holds=True, text=WELL if known else MAY_NOT_READ)
