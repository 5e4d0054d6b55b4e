"""If-Match and If-None-Match."""

from datetime import UTC, datetime

import pytest
from werkzeug.datastructures import Headers

from lrs_bridge.errors import ConditionFailed, ConditionMissing, DocumentConflict
from lrs_bridge.lrs.documents import Document, Kind
from lrs_bridge.lrs.http.conditions import check_put, conditions
from lrs_bridge.version import Version

KEPT = Document(content=b"abc", content_type="text/plain", updated=datetime.now(UTC))
TAG = "a9993e364706816aba3e25717850c26c9cd0d89d"
OTHER = "0" * 40
PROFILES = (Kind.ACTIVITY_PROFILE, Kind.AGENT_PROFILE)


def said(**headers):
    return conditions(Headers({name.replace("_", "-"): text for name, text in headers.items()}))


@pytest.mark.parametrize(
    "tags", [f'"{TAG}"', "*", f'"{OTHER}", "{TAG}"', f'W/"{TAG}"', TAG, TAG.join(["x ,", ""])]
)
def test_if_match_lets_through_who_names_what_is_kept(tags):
    """A proxy that compresses weakens a tag, and some clients forget the quotes."""
    said(If_Match=tags).check(KEPT)


@pytest.mark.parametrize("tags", [f'"{OTHER}"', f'"{TAG.upper()}"', "", '""'])
def test_if_match_stops_everybody_else(tags):
    with pytest.raises(ConditionFailed):
        said(If_Match=tags).check(KEPT)


@pytest.mark.parametrize("tags", ["*", f'"{TAG}"'])
def test_if_match_of_nothing_fails(tags):
    with pytest.raises(ConditionFailed):
        said(If_Match=tags).check(None)


def test_if_none_match_lets_only_those_through_who_know_nothing_of_what_is_kept():
    said(If_None_Match="*").check(None)
    said(If_None_Match=f'"{OTHER}"').check(KEPT)
    for tags in ("*", f'"{TAG}"', f'W/"{TAG}"'):
        with pytest.raises(ConditionFailed):
            said(If_None_Match=tags).check(KEPT)


def test_both_must_hold():
    with pytest.raises(ConditionFailed):
        said(If_Match=f'"{TAG}"', If_None_Match="*").check(KEPT)


NOTHING_SAID = [
    (Version.V1_0, Kind.STATE, None, None),
    (Version.V1_0, Kind.STATE, KEPT, None),
    *((Version.V1_0, kind, None, ConditionMissing) for kind in PROFILES),
    *((Version.V1_0, kind, KEPT, DocumentConflict) for kind in PROFILES),
    *((Version.V2_0, kind, None, None) for kind in Kind),
    *((Version.V2_0, kind, KEPT, DocumentConflict) for kind in Kind),
]


@pytest.mark.parametrize(("version", "kind", "kept", "error"), NOTHING_SAID)
def test_a_put_that_says_nothing(version, kind, kept, error):
    """XAPI-00322: 1.0.3 wants it said of profiles, 2.0 of whatever exists."""
    if error is None:
        check_put(said(), kept, kind, version)
    else:
        with pytest.raises(error):
            check_put(said(), kept, kind, version)


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("kind", Kind)
def test_a_put_that_says_what_it_replaces(version, kind):
    check_put(said(If_Match=f'"{TAG}"'), KEPT, kind, version)
    check_put(said(If_None_Match="*"), None, kind, version)
    with pytest.raises(ConditionFailed):
        check_put(said(If_Match=f'"{OTHER}"'), KEPT, kind, version)
