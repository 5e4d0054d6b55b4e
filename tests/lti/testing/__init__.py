"""Tests of the platform that ships for tests."""
