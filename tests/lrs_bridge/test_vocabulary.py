"""Every IRI is one, and ours are all under one constant."""

from itertools import chain

import pytest

from lrs_bridge.validation.rules import iri
from lrs_bridge.vocabulary import PROFILE, ActivityType, Extension, Mode, Verb

TERMS = [*chain(Verb, ActivityType, Extension, Mode)]
OURS = {
    *Mode,
    Verb.APPLIED,
    Verb.ENDORSED,
    Verb.MISSED,
    Verb.RESCHEDULED,
    ActivityType.CIRCLE_SESSION,
    ActivityType.PAIRING,
    ActivityType.PROGRAMME,
    ActivityType.SESSION,
    Extension.END_REASON,
    Extension.PREVIOUS_START_TIME,
    Extension.ROLE,
    Extension.SOURCE,
    Extension.TRIGGER,
    Extension.VOID_REASON,
}


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_an_iri_and_ours_only_if_we_made_it(term):
    iri(str(term))
    assert term.startswith(f"{PROFILE}/") is (term in OURS)


def test_no_iri_has_two_names():
    assert len(set(TERMS)) == len(TERMS)
    assert len(Verb.__members__) == len(Verb)


def test_the_ones_that_everybody_else_reads_are_spelt_as_published():
    assert Verb.VOIDED == "http://adlnet.gov/expapi/verbs/voided"
    assert Verb.ATTENDED == "http://adlnet.gov/expapi/verbs/attended"
    assert Verb.MENTORED == "http://id.tincanapi.com/verb/mentored"
    assert Verb.SCHEDULE == "http://activitystrea.ms/schedule"
    assert Verb.WAS_ASSIGNED == "https://w3id.org/xapi/acrossx/verbs/was-assigned"
    assert ActivityType.COURSE == "http://adlnet.gov/expapi/activities/course"
    assert ActivityType.XAPI_PROFILE == "http://adlnet.gov/expapi/activities/profile"
