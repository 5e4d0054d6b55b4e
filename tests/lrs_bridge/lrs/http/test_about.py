"""The About resource."""


def test_about_needs_no_credential_and_no_version(lrs):
    """XAPI-00315, XAPI-00316, XAPI-00317, XAPI-00318, XAPI-00319."""
    answer = lrs.client.get("/xapi/about")
    assert answer.json == {"version": ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0"]}


def test_about_is_the_same_in_every_version_even_in_one_that_nobody_speaks(lrs):
    for version in ("1.0.3", "2.0.0", "0.8"):
        answer = lrs.client.get("/xapi/about", headers={"X-Experience-API-Version": version})
        assert (answer.status_code, answer.json["version"][-1]) == (200, "2.0.0")


def test_about_can_be_read_and_nothing_else(lrs):
    head = lrs.client.head("/xapi/about")
    assert dict(head.headers) == dict(lrs.client.get("/xapi/about").headers)
    assert lrs.client.get("/xapi/about?x=1").status_code == 400
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = lrs.client.open("/xapi/about", method=method)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
