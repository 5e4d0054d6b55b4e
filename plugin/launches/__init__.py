"""Launches: from the platform's frame to a visit, and the session that carries it."""
