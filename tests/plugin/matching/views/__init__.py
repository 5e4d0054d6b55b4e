"""Tests of what pages of drafts show."""
