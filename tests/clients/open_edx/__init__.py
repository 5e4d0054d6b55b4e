"""Open edX's own platform (lti-consumer-xblock), in the little of an LMS that it needs.

Run by the Python of an environment of its own (`benchmarks.environments`); tests import none of it.
"""
