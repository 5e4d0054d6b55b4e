"""Platforms (LMSs): registrations, deployments, the tool's keys, and what lti must remember."""
