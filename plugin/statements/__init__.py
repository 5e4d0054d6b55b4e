"""Statements: what the record store holds, for admins: found, read, voided; and what it refused."""
