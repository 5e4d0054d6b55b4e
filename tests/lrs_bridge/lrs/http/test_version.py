"""Which version a request speaks."""

import pytest

HEADER = "X-Experience-API-Version"


@pytest.mark.parametrize(
    ("spoken", "answered"),
    [
        ("1.0", "1.0.3"),
        ("1.0.0", "1.0.3"),
        ("1.0.3", "1.0.3"),
        ("1.0.9", "1.0.3"),
        ("2.0", "2.0.0"),
        ("2.0.0", "2.0.0"),
        ("2.0.1", "2.0.0"),
    ],
)
def test_an_answer_speaks_the_version_of_its_request(lrs, spoken, answered):
    """XAPI-00333."""
    lrs.headers[HEADER] = spoken
    answer = lrs.get()
    assert (answer.status_code, answer.headers[HEADER]) == (200, answered)


@pytest.mark.parametrize(
    ("spoken", "answered"),
    [
        (None, "0.9"),
        ("", "1.0.3"),
        ("0.95", "1.0.3"),
        ("1.1.0", "1.0.3"),
        ("1.0.3x", "1.0.3"),
        ("1.0.3, 2.0.0", "1.0.3"),
        ("2.1.0", "2.0.0"),
        ("2.0.x", "2.0.0"),
        ("3.0", "2.0.0"),
    ],
)
def test_any_other_version_is_refused_in_the_nearest_one(lrs, spoken, answered):
    """XAPI-00331. A request without a version is one of 0.9, which knew no header."""
    lrs.headers = {} if spoken is None else {HEADER: spoken}
    answer = lrs.get()
    assert (answer.status_code, answer.json["slug"]) == (400, "version-unsupported")
    assert answer.headers[HEADER] == answered


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_errors_speak_the_version_too(lrs, version):
    lrs.headers[HEADER] = version
    answers = [
        lrs.client.get("/xapi/statements", headers=lrs.headers),
        lrs.post("{"),
        lrs._ask("DELETE", "/xapi/statements"),
    ]
    assert [answer.status_code for answer in answers] == [401, 400, 405]
    assert {answer.headers[HEADER] for answer in answers} == {version}
