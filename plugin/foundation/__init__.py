"""What every room stands on: database, tenancy, events, outbox, web. Knows no feature."""
