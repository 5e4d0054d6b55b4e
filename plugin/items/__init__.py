"""Items: what an instructor puts into a course, and where each leads who opens it."""
