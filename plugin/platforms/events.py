"""What happens to registrations: who let in or kept out which platform is kept with the events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from plugin.foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformInvited(Event):
    """A one-time link was made; the subject is the invitation."""

    kind: ClassVar[str] = "platform.invited"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationWithdrawn(Event):
    """A one-time link was taken back before it was used; the subject is the invitation."""

    kind: ClassVar[str] = "platform.invitation-withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformRegistered(Event):
    """A platform was registered, or registered again; the subject is the registration."""

    kind: ClassVar[str] = "platform.registered"
    how: str
    """"invitation" or "form"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformChanged(Event):
    """An admin changed a registration, its policy, or whether it is enabled; it is the subject."""

    kind: ClassVar[str] = "platform.changed"
    what: str
    """The names of what changed: "jwks_uri token_endpoint"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentDecided(Event):
    """An admin let a deployment in or kept it out; it is the subject."""

    kind: ClassVar[str] = "platform.deployment-decided"
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentEntrusted(Event):
    """An admin said whether a deployment's administrators administer Mentes; it is the subject."""

    kind: ClassVar[str] = "platform.deployment-entrusted"
    administers: bool
