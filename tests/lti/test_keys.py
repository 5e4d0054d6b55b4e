"""Our keys and their rotation; the platforms' keys and their cache."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from werkzeug.wrappers import Response

from lti import jose, keys
from lti.errors import ServiceUnavailable
from lti.http import Http
from lti.keys import PlatformKeySets, ToolKey, ToolKeyRing, new_tool_key, rotation
from lti.testing.answers import as_json
from tests.lti.conftest import Campus, Clock, Script, ToolSite
from tests.lti.factories import NOW, a_registration, compact, rs256_header, rsa_key

DAY = timedelta(days=1)


def a_tool_key(name: str, age: timedelta = timedelta(0)) -> ToolKey:
    kid, pem = rsa_key(name)
    return ToolKey(kid=kid, private_pem=pem, created_at=NOW - age)


def signer(ring: ToolKeyRing, now: datetime) -> str:
    return str(jose.header(ring.sign({"sub": "1"}, now))["kid"])


# Our own.


def test_a_new_key_has_its_thumbprint_for_a_name_and_hides_its_secret() -> None:
    key = new_tool_key(NOW)
    assert len(key.kid) == 43
    assert "PRIVATE" in key.private_pem
    assert "PRIVATE" not in repr(key)


def test_the_first_key_signs_at_once() -> None:
    assert signer(ToolKeyRing([a_tool_key("a")]), NOW) == "a-kid"


def test_the_next_key_is_published_a_day_before_it_signs() -> None:
    ring = ToolKeyRing([a_tool_key("b"), a_tool_key("a", 30 * DAY)])
    assert [key["kid"] for key in ring.jwks()["keys"]] == ["a-kid", "b-kid"]
    assert signer(ring, NOW) == "a-kid"
    assert signer(ring, NOW + DAY - timedelta(seconds=1)) == "a-kid"
    assert signer(ring, NOW + DAY) == "b-kid"


def test_a_private_key_is_read_once_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    reading = jose.RSAKey.import_key

    def counted(pem: str) -> jose.RSAKey:
        read.append(pem)
        return reading(pem)

    _, pem = rsa_key("a")
    spelt = [f"{pem}{number * chr(10)}" for number in range(65)]  # the same key, in 65 texts
    rings = [
        ToolKeyRing([ToolKey(kid=f"{number}", private_pem=each, created_at=NOW)])
        for number, each in enumerate(spelt)
    ]
    monkeypatch.setattr(jose.RSAKey, "import_key", counted)
    for _ in range(3):
        for ring in rings:
            ring.sign({"sub": "1"}, NOW)
            ring.jwks()
    assert sorted(read) == sorted(spelt)


def test_a_key_set_holds_no_secrets() -> None:
    published = ToolKeyRing([a_tool_key("a")]).jwks()["keys"][0]
    assert not published.keys() & {"d", "p", "q", "dp", "dq", "qi"}
    assert (published["alg"], published["use"]) == ("RS256", "sig")


def test_a_ring_needs_a_key() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        ToolKeyRing([])


def test_rotation_makes_the_first_key_and_the_next_a_month_later() -> None:
    first = rotation([], NOW).new
    assert first is not None
    assert rotation([first], NOW + 29 * DAY) == keys.Rotation(new=None, retired=frozenset())
    assert rotation([first], NOW + 30 * DAY).new is not None


def test_an_old_key_is_retired_two_weeks_after_its_successor_began_to_sign() -> None:
    known = [a_tool_key("a", 45 * DAY), a_tool_key("b", 15 * DAY)]
    assert rotation(known, NOW - timedelta(seconds=1)).retired == frozenset()
    assert rotation(known, NOW).retired == {"a-kid"}


def test_through_a_third_of_a_year_nobody_meets_a_key_too_new_or_gone_too_soon() -> None:
    known, first_seen, last_signed = [a_tool_key("a")], {"a-kid": NOW - DAY}, {"a-kid": NOW}
    for day in range(120):
        now = NOW + day * DAY
        due = rotation(known, now)
        if due.new is not None:
            known.append(due.new)
            first_seen[due.new.kid] = now
        assert all(now - last_signed[kid] >= 14 * DAY for kid in due.retired)
        known = [key for key in known if key.kid not in due.retired]
        ring = ToolKeyRing(known)
        assert now - first_seen[signer(ring, now)] >= DAY
        assert len(ring.jwks()["keys"]) <= 3
        last_signed[signer(ring, now)] = now
    assert len(last_signed) == 4


def test_tokens_of_ours_begin_a_little_in_the_past_and_last_five_minutes() -> None:
    dated = keys.dated(NOW)
    assert dated["iat"] < NOW.timestamp() < dated["exp"]
    assert dated["exp"] - dated["iat"] == 300


# The platforms'.


def a_token(kid: str = "platform-kid") -> str:
    return compact(rs256_header(kid=kid), {"sub": "1"})


def a_key_set(*names: str, **headers: str) -> Response:
    entries = [jose.public_jwk(*rsa_key(name)) for name in names]
    return as_json({"keys": entries}, headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_a_key_set_is_fetched_once(campus: Campus, site: ToolSite) -> None:
    key_sets = PlatformKeySets(site.http)
    for second in range(5):
        now = NOW + timedelta(seconds=second)
        found = key_sets.for_token(campus.registration, a_token(), now)
        assert [key.kid for key in found] == ["platform-kid"]
    assert len(campus.platform.exchanges) == 1


def test_parsed_keys_are_kept_as_they_are(campus: Campus, site: ToolSite) -> None:
    key_sets = PlatformKeySets(site.http)
    first = key_sets.for_token(campus.registration, a_token(), NOW)
    assert key_sets.for_token(campus.registration, a_token(), NOW) is first


def test_a_token_without_a_usable_kid_fetches_nothing(script: Script, http: Http) -> None:
    script.will_answer(a_key_set("platform"))
    registration = a_registration(jwks_uri=script.url)
    nameless = compact({"alg": "RS256"}, {"sub": "1"})
    for token in ("", "x", nameless, compact(rs256_header(kid=""), {})):
        assert PlatformKeySets(http).for_token(registration, token, NOW) == ()
    assert script.received == []


def test_an_unknown_kid_fetches_once_more_and_then_waits(script: Script, http: Http) -> None:
    script.will_answer(a_key_set("platform"))
    key_sets, registration = PlatformKeySets(http), a_registration(jwks_uri=script.url)
    assert key_sets.for_token(registration, a_token(), NOW)
    later = NOW + timedelta(seconds=30)
    for made_up in range(20):
        assert key_sets.for_token(registration, a_token(f"made-up-{made_up}"), later) == ()
    assert len(script.received) == 2
    assert key_sets.for_token(registration, a_token(), later)


def test_a_rotated_key_is_found_by_its_unknown_kid(campus: Campus, site: ToolSite) -> None:
    key_sets = PlatformKeySets(site.http)
    assert key_sets.for_token(campus.registration, a_token(), NOW)
    campus.platform.rotate_key(rsa_key("next"))
    later = NOW + timedelta(minutes=1)
    assert key_sets.for_token(campus.registration, a_token("next-kid"), later)
    assert key_sets.for_token(campus.registration, a_token(), later) == ()


@pytest.mark.parametrize(
    ("said", "kept", "renewed"),
    [
        ("max-age=7200", 7199, 7200),
        ("no-store", 299, 300),
        ("max-age=0", 299, 300),
        ("public, max-age=9999999", 43199, 43200),
        ("nonsense", 3599, 3600),
    ],
)
def test_a_key_set_is_kept_as_long_as_it_says_within_bounds(
    script: Script, http: Http, said: str, kept: int, renewed: int
) -> None:
    script.will_answer(a_key_set("platform", Cache_Control=said))
    key_sets, registration = PlatformKeySets(http), a_registration(jwks_uri=script.url)
    for seconds, fetched in ((0, 1), (kept, 1), (renewed, 2)):
        assert key_sets.for_token(registration, a_token(), NOW + timedelta(seconds=seconds))
        assert len(script.received) == fetched


@pytest.mark.parametrize(
    "broken",
    [
        Response(status=500),
        Response(status=404),
        Response("<html>", content_type="text/html"),
        as_json({"error": "none"}),
    ],
    ids=["500", "404", "html", "no-keys"],
)
def test_the_last_key_set_is_used_while_the_platform_is_down(
    script: Script, http: Http, broken: Response
) -> None:
    script.will_answer(a_key_set("platform"), broken)
    key_sets, registration = PlatformKeySets(http), a_registration(jwks_uri=script.url)
    for hours in (0, 2, 23):
        assert key_sets.for_token(registration, a_token(), NOW + timedelta(hours=hours))
    with pytest.raises(ServiceUnavailable) as unavailable:
        key_sets.for_token(registration, a_token(), NOW + timedelta(hours=24))
    assert unavailable.value.slug == "key-set-unavailable"


def test_without_a_key_set_the_platform_is_not_asked_at_every_launch(
    script: Script, http: Http
) -> None:
    script.will_answer(Response(status=503), Response(status=503), a_key_set("platform"))
    key_sets, registration = PlatformKeySets(http), a_registration(jwks_uri=script.url)
    for seconds, asked in ((0, 1), (4, 1), (5, 2), (9, 2)):
        with pytest.raises(ServiceUnavailable) as unavailable:
            key_sets.for_token(registration, a_token(), NOW + timedelta(seconds=seconds))
        assert unavailable.value.retry_after == 5
        assert len(script.received) == asked
    assert key_sets.for_token(registration, a_token(), NOW + timedelta(seconds=10))


def test_launches_at_once_fetch_a_key_set_once(
    campus: Campus, site: ToolSite, requests_to: Callable[[str], list[int]]
) -> None:
    key_sets, token = PlatformKeySets(site.http), a_token()

    def fetch(_: int) -> int:
        return len(key_sets.for_token(campus.registration, token, NOW))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(fetch, range(32))) == [1] * 32
    assert requests_to("jwks") == [200]


def test_each_registration_has_the_keys_of_its_own_platform(
    script: Script, campus: Campus, http: Http, clock: Clock
) -> None:
    script.will_answer(a_key_set("other"))
    key_sets = PlatformKeySets(http)
    elsewhere = a_registration(jwks_uri=script.url)
    assert key_sets.for_token(campus.registration, a_token(), clock())
    assert key_sets.for_token(elsewhere, a_token(), clock()) == ()
