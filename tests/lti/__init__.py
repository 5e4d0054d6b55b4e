"""Tests of the LTI library."""
