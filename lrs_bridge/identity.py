"""Who a statement is about, and which place it names, in a form that can be compared.

xAPI identifies an actor by exactly one *inverse functional identifier*: an e-mail address, its
SHA-1, an OpenID or an account. Statements are stored with whatever spelling arrived; only keys and
comparisons use the forms made here.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md#2423-inverse-functional-identifier
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit, urlunsplit

IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
Scheme = Literal["account", "mbox", "mbox_sha1sum", "openid"]
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
        home: for an account, the system that it is of, as `same_place` writes it; otherwise "".
        value: the account's name, the mail address (lower case, without mailto:), the digest or
            the OpenID.
    """

    scheme: Scheme
    home: str = ""
    value: str


def person_keys(actor: Mapping[str, Any]) -> tuple[PersonKey, ...]:
    """Return every key by which the person behind a valid actor may be known; a group has none."""
    if actor.get("objectType") == "Group":
        return ()
    if "account" in actor:
        account = actor["account"]
        home = same_place(account["homePage"])
        return (PersonKey(scheme="account", home=home, value=account["name"]),)
    if "mbox" in actor:
        return (PersonKey(scheme="mbox", value=mailbox(actor["mbox"])[7:].lower()),)
    if "mbox_sha1sum" in actor:
        return (PersonKey(scheme="mbox_sha1sum", value=actor["mbox_sha1sum"].lower()),)
    return (PersonKey(scheme="openid", value=same_place(actor["openid"])),)


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
    parts = _split(iri)
    if parts is None or parts.scheme.lower() not in ("http", "https"):
        return iri
    host = parts.netloc.lower()
    for port in _DEFAULT_PORTS:
        host = host.removesuffix(port)
    path = "" if parts.path == "/" and not parts.query else parts.path
    return urlunsplit(("https", host, path, parts.query, parts.fragment))


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
