"""The tables of the store.

A statement's text is never taken apart by the database. What can be asked for is copied at write
time into narrow rows whose indexes hold everything that a page of a query needs, in its order:

    (organisation, agent | activity | verb | registration, …, seq, via)

`seq` is the statement that is listed; `via` is the one whose content matches. They differ when a
statement refers to another: it is then found by everything that finds its target, and one
(seq, via) pair is written per target that can be reached, in whichever order the two arrive.

Agents, activities, verbs and registrations appear as 64-bit digests (`index.key`), so writing
needs no look-up and two writers never wait for each other's dictionary rows. Rows are bound to
one organisation, so a collision (one in ten million at a million agents) can never cross tenants.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from lrs_bridge.lrs.types import UTCDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One row per statement.
#   payload   the JSON text, exactly as received
#   served    the same with what the standard makes an LRS change (rare; else null)
#   assigned  JSON object of the members that this LRS adds: stored, authority, a missing id …
#   target    the statement that this one refers to
#   voiding   whether it voids its target; such a statement cannot be voided itself
statement = Table(
    "xapi_statement",
    metadata,
    Column("organisation_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("stored", UTCDateTime, nullable=False),
    Column("timestamp", UTCDateTime, nullable=False),
    Column("authority", BigInteger, nullable=False),
    Column("target", Uuid, nullable=True),
    Column("voiding", Boolean, nullable=False),
    Column("voided", Boolean, nullable=False),
    Column("payload", Text, nullable=False),
    Column("served", Text, nullable=True),
    Column("assigned", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "seq"),
    UniqueConstraint("organisation_id", "id"),
    Index("ix_xapi_statement_stored", "organisation_id", "stored"),
    Index("ix_xapi_statement_authority", "organisation_id", "authority", "seq"),
)
Index(
    "ix_xapi_statement_target",
    statement.c.organisation_id,
    statement.c.target,
    postgresql_where=statement.c.target.is_not(None),
    sqlite_where=statement.c.target.is_not(None),
)

# Every (seq, via) pair, with the verb and registration of `via`.
reach = Table(
    "xapi_reach",
    metadata,
    Column("organisation_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("via", BigInteger, nullable=False),
    Column("verb", BigInteger, nullable=False),
    Column("registration", BigInteger, nullable=True),
    PrimaryKeyConstraint("organisation_id", "seq", "via"),
    Index("ix_xapi_reach_verb", "organisation_id", "verb", "seq", "via"),
    sqlite_with_rowid=False,
)
Index(
    "ix_xapi_reach_registration",
    reach.c.organisation_id,
    reach.c.registration,
    reach.c.seq,
    reach.c.via,
    postgresql_where=reach.c.registration.is_not(None),
    sqlite_where=reach.c.registration.is_not(None),
)


def _links(name: str, what: str) -> Table:
    """Return a table of who or what a statement can be found by.

    `scope` is 0 for the plain `agent` or `activity` parameter and 1 for its `related_` sibling.
    What matches the plain one is written in both, so that either is a single range of the index.
    The primary key serves a query with a verb, the other index one without.
    """
    return Table(
        name,
        metadata,
        Column("organisation_id", Uuid, nullable=False),
        Column(what, BigInteger, nullable=False),
        Column("scope", SmallInteger, nullable=False),
        Column("verb", BigInteger, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("via", BigInteger, nullable=False),
        PrimaryKeyConstraint("organisation_id", what, "scope", "verb", "seq", "via"),
        Index(f"ix_{name}_page", "organisation_id", what, "scope", "seq", "via"),
        sqlite_with_rowid=False,
    )


statement_agent = _links("xapi_statement_agent", "agent")
statement_activity = _links("xapi_statement_activity", "activity")

# State and profile documents, one row each, kept as the bytes that came.
#   context     digest of what the document belongs to: its kind, activity, agent, registration
#   key         digest of its id; with the context it is what makes a document one and the same
#   agent_key   index key of the agent, to find what is kept about a person
#   etag        SHA-1 of the content in hexadecimal digits
document = Table(
    "xapi_document",
    metadata,
    Column("organisation_id", Uuid, nullable=False),
    Column("context", LargeBinary(16), nullable=False),
    Column("key", LargeBinary(16), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("activity", Text, nullable=True),
    Column("agent", Text, nullable=True),
    Column("agent_key", BigInteger, nullable=True),
    Column("registration", Uuid, nullable=True),
    Column("id", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("etag", String(40), nullable=False),
    Column("updated", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("organisation_id", "context", "key"),
)
Index(
    "ix_xapi_document_agent",
    document.c.organisation_id,
    document.c.agent_key,
    postgresql_where=document.c.agent_key.is_not(None),
    sqlite_where=document.c.agent_key.is_not(None),
)

# What is known of an activity: all definitions that statements gave, merged.
#   key         digest of its id
#   definition  the JSON of the merged definition
#   said        digest of the definition that was merged last; who says the same changes nothing
activity = Table(
    "xapi_activity",
    metadata,
    Column("organisation_id", Uuid, nullable=False),
    Column("key", LargeBinary(16), nullable=False),
    Column("id", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("said", LargeBinary(16), nullable=False),
    PrimaryKeyConstraint("organisation_id", "key"),
)

# Content that came with statements, once for each organisation.
#   digest   its SHA-2 in lower-case hexadecimal digits
#   content  the bytes, or
#   name     what they are called where they are kept outside of the database
attachment = Table(
    "xapi_attachment",
    metadata,
    Column("organisation_id", Uuid, nullable=False),
    Column("digest", String(128), nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=True),
    Column("name", String(200), nullable=True, unique=True),
    PrimaryKeyConstraint("organisation_id", "digest"),
)

# Which statement came with which content.
#   sha2, content_type   as the statement spells them
statement_attachment = Table(
    "xapi_statement_attachment",
    metadata,
    Column("organisation_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("digest", String(128), nullable=False),
    Column("sha2", String(128), nullable=False),
    Column("content_type", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "seq", "digest"),
    Index("ix_xapi_statement_attachment_digest", "organisation_id", "digest"),
)

# Who may talk to the store. `scopes` are separated by spaces, as in OAuth.
credential = Table(
    "xapi_credential",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False, index=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("secret_hash", String(255), nullable=False),
    Column("scopes", String(200), nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("revoked_at", UTCDateTime, nullable=True),
)
