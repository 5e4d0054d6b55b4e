"""A real Chromium opens the tool in the campus's frame, on another site than the campus."""
