"""Who somebody is, and which place is named, in a form that can be compared.

xAPI identifies an actor by exactly one *inverse functional identifier*: an e-mail address, its
SHA-1, an OpenID or an account. Statements are stored with whatever spelling arrived; only keys and
comparisons use the forms made here. Other sources know people by more: a username, a number in a
registry of students or staff. Each such name is a `PersonKey`; its constructors make it comparable.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md#2423-inverse-functional-identifier
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1
from typing import Any, Literal, get_args
from unicodedata import normalize
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from lrs_bridge.vocabulary import NAMED

IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
Scheme = Literal["account", "sourced_id", "username", "mbox", "mbox_sha1sum", "openid"]
SUREST_FIRST: tuple[Scheme, ...] = get_args(Scheme)
"""An account is one person's; an address may be shared, and a digest of it says no more."""
_DEFAULT_PORTS = (":80", ":443")


def ifi(actor: Mapping[str, Any]) -> str | None:
    """Return the canonical identifier of a valid Agent or Group, or None if it is anonymous.

    "account::https://lms.example|42", "mbox::mailto:ada@lms.example", "mbox_sha1sum::…",
    "openid::…". Parts in which letter case means nothing are lower-cased: a mail domain, a
    digest, the scheme and host of an address.
    """
    if "account" in actor:
        account = actor["account"]
        return f"account::{_lowered_host(account['homePage'])}|{account['name']}"
    if "mbox" in actor:
        return f"mbox::{mailbox(actor['mbox'])}"
    if "mbox_sha1sum" in actor:
        return f"mbox_sha1sum::{actor['mbox_sha1sum'].lower()}"
    if "openid" in actor:
        return f"openid::{_lowered_host(actor['openid'])}"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKey:
    """One way in which a source names a person, ready to be compared.

    Attributes:
        scheme: what kind of name it is.
        home: for an account or a username, the system that it is of, as `same_place` writes it;
            "" where the value is the same everywhere in an organisation.
        value: the name, the number in a registry (LTI's person_sourcedid), the mail address (lower
            case, without mailto:), its SHA-1 (see `mail_digests`), or the OpenID.
    """

    scheme: Scheme
    home: str = ""
    value: str

    @classmethod
    def account(cls, home: str, name: str) -> PersonKey:
        """Return the key of xAPI's account, which is LTI's (issuer, sub)."""
        return cls(scheme="account", home=same_place(home), value=name)

    @classmethod
    def sourced_id(cls, value: str, *, home: str = "") -> PersonKey:
        """Return the key of a number in a registry of students or staff."""
        return cls(scheme="sourced_id", home=same_place(home), value=value.strip())

    @classmethod
    def username(cls, value: str, *, home: str) -> PersonKey:
        """Return the key of what somebody signs in with at `home`; letter case means nothing."""
        return cls(scheme="username", home=same_place(home), value=value.strip().lower())

    @classmethod
    def mbox(cls, address: str) -> PersonKey:
        """Return the key of a mail address, with or without mailto:; letter case means nothing."""
        return cls(scheme="mbox", value=compared_address(address))

    @classmethod
    def mbox_sha1sum(cls, digest: str) -> PersonKey:
        """Return the key of the SHA-1 of a mail address, in hexadecimal digits."""
        return cls(scheme="mbox_sha1sum", value=digest.strip().lower())

    @classmethod
    def openid(cls, address: str) -> PersonKey:
        """Return the key of an OpenID."""
        return cls(scheme="openid", value=same_place(address))


def surest_first(keys: Iterable[PersonKey]) -> tuple[PersonKey, ...]:
    """Return keys in the order in which to try them, each once; those of a scheme as they came."""
    return tuple(sorted(dict.fromkeys(keys), key=lambda key: SUREST_FIRST.index(key.scheme)))


def mail_digests(address: str) -> tuple[str, ...]:
    """Return what the mbox_sha1sum of a mail address may be, each once.

    The specification digests "mailto:" with the address; Open edX digests the bare address. Either
    may have kept the letter case that the address was typed in.
    """
    return (*digests_as_compared(address), *digests_as_typed(address))


def digests_as_compared(address: str) -> tuple[str, str]:
    """Return the two of `mail_digests` that follow from the address as it is compared."""
    return _digests(compared_address(address))


def digests_as_typed(address: str) -> tuple[str, ...]:
    """Return those of `mail_digests` that do not: none, unless it was typed otherwise."""
    plain = _plain_address(address)
    return _digests(plain) if plain != plain.lower() else ()


def _digests(plain: str) -> tuple[str, str]:
    return _sha1(f"mailto:{plain}"), _sha1(plain)


def compared_address(address: str) -> str:
    """Return a mail address, with or without mailto:, in the letter case that is compared."""
    return _plain_address(address).lower()


def _plain_address(address: str) -> str:
    """Return a mail address without mailto:."""
    stripped = address.strip()
    return stripped[7:] if stripped[:7].lower() == "mailto:" else stripped


def _sha1(text: str) -> str:
    return sha1(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def person_keys(actor: Mapping[str, Any]) -> tuple[PersonKey, ...]:
    """Return every key by which the person behind a valid actor may be known; a group has none."""
    if actor.get("objectType") == "Group":
        return ()
    if "account" in actor:
        return (PersonKey.account(actor["account"]["homePage"], actor["account"]["name"]),)
    if "mbox" in actor:
        return (PersonKey.mbox(actor["mbox"]),)
    if "mbox_sha1sum" in actor:
        return (PersonKey.mbox_sha1sum(actor["mbox_sha1sum"]),)
    return (PersonKey.openid(actor["openid"]),)


def mailbox(mbox: str) -> str:
    """Return `mailto:` and the address with its domain in lower case."""
    local, _, domain = mbox.partition(":")[2].rpartition("@")
    return f"mailto:{local}@{domain.lower()}"


def same_place(iri: str) -> str:
    """Return a form of `iri` that is equal for every spelling of one place.

    Scheme and host in lower case, http as https, no default port, no lone slash after the host:
    an LMS that moved to https, or a registration typed by hand, still names the same course. For
    comparison only; what is stored or sent keeps its own spelling.
    """
    return _usual_place(iri) if len(iri) <= _USUAL else _place(iri)


_USUAL = 256
"""Characters; what is longer is rare, and not kept in memory."""


@lru_cache(8192)
def _usual_place(iri: str) -> str:
    """Return a place once more: statements of one day name the same verbs, types and courses."""
    return _place(iri)


def _place(iri: str) -> str:
    parts = _split(iri)
    if parts is None or parts.scheme.lower() not in ("http", "https"):
        return iri
    host = parts.netloc.lower()
    for port in _DEFAULT_PORTS:
        host = host.removesuffix(port)
    path = "" if parts.path == "/" and not parts.query else parts.path
    return urlunsplit(("https", host, path, parts.query, parts.fragment))


_ADDRESS = re.compile(r"(https?://|urn:[a-z0-9]|tag:)\S+", re.IGNORECASE)


def named_place(name: str, *, home: str = "") -> str:
    """Return an IRI for a course or a module that a source only has a name or a number for.

    An IRI stays as it is. Two spellings of one name give one IRI: case, and how much space there
    is, mean nothing in what people type into files.

    Args:
        home: the system that gives the name, such as "https://acme.docebosaas.com"; "" when it is
            the organisation's own: a context's id, label or course_section_sourcedid, the id in a
            registry. So a launch's course can be found by what a file calls it.
    """
    if _ADDRESS.fullmatch(name):
        return name
    plain = normalize("NFC", " ".join(normalize("NFC", name).split()).casefold())
    return NAMED + "/".join(
        quote(it, safe="", errors="replace") for it in (same_place(home), plain)
    )


def _lowered_host(iri: str) -> str:
    if iri.islower():  # as nearly all are
        return iri
    parts = _split(iri)
    if parts is None or not parts.netloc:
        return iri
    rest = iri[len(parts.scheme) :].replace(parts.netloc, parts.netloc.lower(), 1)
    return parts.scheme + rest  # urlsplit lower-cases the scheme


def _split(iri: str) -> SplitResult | None:
    try:
        return urlsplit(iri)
    except ValueError:  # such as an unclosed IPv6 bracket: an IRI by its shape, but no address
        return None
