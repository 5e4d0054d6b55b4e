"""The mentoring tool: the only package that knows the other three."""
