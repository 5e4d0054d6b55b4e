"""People: who they are to each platform, where they belong, what they chose."""
