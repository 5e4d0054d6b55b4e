"""The tables of the store.

A statement's text is never taken apart by the database. What can be asked for is copied at write
time into one narrow table of rows (key, seq, verb), whose only index holds all that a page of a
query needs, in its order. A key is a 64-bit digest of what is asked for (`index`), of the
organisation too: writing needs no look-up, and two writers never wait for each other's dictionary
rows. `seq` counts within an organisation, and statements are read by organisation and `seq`; so
even two keys that happen to be equal (one in a hundred thousand at ten million keys) can never
show a statement to another organisation.

What a statement costs is the number of places in that index that it changes, so there is one row
to a thing that is asked for. A verb, which is asked for together with anything, stands in the row
and is filtered by while the row's range is read.

A statement that refers to another is found by everything that finds its target. Those rows are
written apart, as (key, seq, via, verb): `seq` is the statement that is listed, `via` the one whose
content matches, `verb` that one's.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
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
#   seq       when it was stored, in microseconds since 1970 (`order`): rises strictly within an
#             organisation, in the order in which statements can be seen
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
    Index("ix_xapi_statement_authority", "organisation_id", "authority", "seq"),
)
Index(
    "ix_xapi_statement_target",
    statement.c.organisation_id,
    statement.c.target,
    postgresql_where=statement.c.target.is_not(None),
    sqlite_where=statement.c.target.is_not(None),
)

# What each statement can be found by.
statement_key = Table(
    "xapi_statement_key",
    metadata,
    Column("key", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("verb", BigInteger, nullable=False),
    PrimaryKeyConstraint("key", "seq", "verb"),
    sqlite_with_rowid=False,
)

# Which other statements each statement reaches by references, however many steps away.
reach = Table(
    "xapi_reach",
    metadata,
    Column("organisation_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("via", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "seq", "via"),
    Index("ix_xapi_reach_via", "organisation_id", "via", "seq"),
    sqlite_with_rowid=False,
)

# What a statement can be found by because of those that it reaches.
reached_key = Table(
    "xapi_reached_key",
    metadata,
    Column("key", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("via", BigInteger, nullable=False),
    Column("verb", BigInteger, nullable=False),
    PrimaryKeyConstraint("key", "seq", "via", "verb"),
    sqlite_with_rowid=False,
)

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

# Who may talk to the store.
#   scopes       separated by spaces, as in OAuth
#   label        what it is for, in words of the operator
#   rotation     how many times its secret was changed
#   former_hash  of the secret before, which works beside the new one until `former_until`
#   the last five are its limits; null where it has none
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
    Column("label", String(200), nullable=True),
    Column("expires_at", UTCDateTime, nullable=True),
    Column("disabled_at", UTCDateTime, nullable=True),
    Column("last_used_at", UTCDateTime, nullable=True),
    Column("rotation", Integer, nullable=False, server_default="0"),
    Column("former_hash", String(255), nullable=True),
    Column("former_until", UTCDateTime, nullable=True),
    Column("requests_per_minute", Integer, nullable=True),
    Column("statements_per_minute", Integer, nullable=True),
    Column("statements_per_day", Integer, nullable=True),
    Column("largest_batch", Integer, nullable=True),
    Column("largest_body", Integer, nullable=True),
)

# Access tokens that credentials were given.
#   digest    SHA-256 of the token, which itself is nowhere
#   rotation  that of the credential whose secret it was given for
token = Table(
    "xapi_token",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("credential_id", Uuid, nullable=False),
    Column("rotation", Integer, nullable=False),
    Column("scopes", String(200), nullable=False),
    Column("expires_at", UTCDateTime, nullable=False, index=True),
)

# How much of its limits a credential has drawn.
#   what   which limit
#   since  when the minute or day began that it counts for, in seconds since 1970
allowance = Table(
    "xapi_allowance",
    metadata,
    Column("credential_id", Uuid, nullable=False),
    Column("what", String(30), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("drawn", BigInteger, nullable=False),
    PrimaryKeyConstraint("credential_id", "what"),
)

# Writes that were refused, for whoever looks after their senders. Nothing of what was sent is kept.
#   id         digest of what is counted together: sender, reason, and when about
#   credential id of the credential; proved says whether its secret came with it
#   resource   the name of its endpoint
#   pointer    where in what was sent: a JSON pointer, or the name of a parameter
#   found      what stands there: kind and size of a value ("string 14"), never the value
#   size       bytes of the body
refusal = Table(
    "xapi_refusal",
    metadata,
    Column("organisation_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("credential", Uuid, nullable=False),
    Column("proved", Boolean, nullable=False),
    Column("method", String(10), nullable=False),
    Column("resource", String(40), nullable=False),
    Column("status", Integer, nullable=False),
    Column("slug", String(64), nullable=False),
    Column("pointer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("found", String(40), nullable=True),
    Column("statement_id", Uuid, nullable=True),
    Column("size", BigInteger, nullable=True),
    Column("user_agent", Text, nullable=False),
    Column("first_at", UTCDateTime, nullable=False),
    Column("last_at", UTCDateTime, nullable=False),
    Column("times", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "id"),
    Index("ix_xapi_refusal_last_at", "organisation_id", "last_at", "id"),
)

# That statements were erased: who had it done, why, and how much it was. Not whose.
#   asked   digest, under a key of the installation, of what was asked for
#   by      who gave the command, or "retention"
erasure = Table(
    "xapi_erasure",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("finished_at", UTCDateTime, nullable=True),
    Column("by", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked", LargeBinary(16), nullable=False),
    Column("statements", BigInteger, nullable=False),
    Column("documents", BigInteger, nullable=False),
    Index("ix_xapi_erasure_at", "organisation_id", "at"),
)

# Where a statement was that is erased: nothing takes its place or its id again.
#   voided  the statement that it voided, which stays so
tombstone = Table(
    "xapi_tombstone",
    metadata,
    Column("organisation_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("erasure_id", Uuid, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("voided", Uuid, nullable=True),
    PrimaryKeyConstraint("organisation_id", "seq"),
    UniqueConstraint("organisation_id", "id"),
)

# How long statements are kept: those of an activity or a verb, or all.
retention = Table(
    "xapi_retention",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False, index=True),
    Column("activity", Text, nullable=True),
    Column("verb", Text, nullable=True),
    Column("days", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
)
