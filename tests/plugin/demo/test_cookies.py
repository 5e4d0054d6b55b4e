"""The browser's cookies: what a frame of another site may keep, and what goes where."""

import pytest

from plugin.demo.cookies import CookieStore, Navigation, origin, site

TOOL = "http://127.0.0.1:5000"
CAMPUS = "http://localhost:8080"
HOST = "__Host-mentes=1; Secure; HttpOnly; Path=/; SameSite=None"


def a_navigation(url=f"{TOOL}/page", **facts):
    defaults = {
        "url": url,
        "method": "GET",
        "top": site(url),
        "from_elsewhere": False,
        "is_top_level": True,
    }
    return Navigation(**(defaults | facts))


def in_frame(url=f"{TOOL}/page", top=CAMPUS, **facts):
    return a_navigation(url, top=site(top), is_top_level=False, **facts)


def sent_after(said, taken_in, asked_in):
    store = CookieStore()
    store.take([said], taken_in)
    return store.header(asked_in)


def test_a_cookie_comes_back_to_its_host_on_any_port():
    assert sent_after("a=1", a_navigation(), a_navigation("http://127.0.0.1:6000/")) == "a=1"
    assert sent_after("a=1", a_navigation(), a_navigation(f"{CAMPUS}/")) == ""


def test_a_plain_cookie_is_blocked_in_a_frame_of_another_site():
    store = CookieStore()
    store.take([HOST], in_frame())
    assert store.kept == ()
    assert store.blocked == ["__Host-mentes"]


def test_a_partitioned_cookie_is_kept_there_and_for_there_alone():
    said = f"{HOST}; Partitioned"
    assert sent_after(said, in_frame(), in_frame()) == "__Host-mentes=1"
    assert sent_after(said, in_frame(), in_frame(from_elsewhere=True)) == "__Host-mentes=1"
    assert sent_after(said, in_frame(), in_frame(top="https://other.example")) == ""
    assert sent_after(said, in_frame(), a_navigation()) == ""


@pytest.mark.parametrize(
    "said",
    [
        "__Host-a=1; Path=/; SameSite=Lax",
        "__Host-a=1; Secure; SameSite=Lax",
        "__Host-a=1; Secure; Path=/x",
        "__Host-a=1; Secure; Path=/; Domain=127.0.0.1",
        "a=1; SameSite=None",
        "a=1; Partitioned",
    ],
)
def test_what_breaks_the_rules_of_its_prefix_or_attributes_is_not_kept(said):
    assert sent_after(said, a_navigation(), a_navigation(from_elsewhere=False)) == ""


def test_secure_cookies_need_tls_or_loopback():
    assert sent_after("a=1; Secure", a_navigation(), a_navigation()) == "a=1"
    plain = a_navigation("http://lms.example/")
    assert sent_after("a=1; Secure", plain, plain) == ""
    encrypted = a_navigation("https://lms.example/")
    assert sent_after("a=1; Secure", encrypted, encrypted) == "a=1"


@pytest.mark.parametrize(
    ("same_site", "method", "is_top_level", "is_sent"),
    [
        ("Lax", "GET", True, True),
        ("Lax", "POST", True, False),
        ("Lax", "GET", False, False),
        ("Strict", "GET", True, False),
        ("None", "POST", True, True),
    ],
)
def test_same_site_says_what_goes_along_from_elsewhere(same_site, method, is_top_level, is_sent):
    said = f"a=1; Secure; SameSite={same_site}"
    asked = a_navigation(method=method, is_top_level=is_top_level, from_elsewhere=True)
    assert bool(sent_after(said, a_navigation(), asked)) == is_sent
    assert sent_after(said, a_navigation(), a_navigation()) == "a=1"


def test_a_path_is_kept_to():
    kept = "a=1; Path=/xapi"
    assert sent_after(kept, a_navigation(), a_navigation(f"{TOOL}/xapi/statements")) == "a=1"
    assert sent_after(kept, a_navigation(), a_navigation(f"{TOOL}/xapifoo")) == ""


@pytest.mark.parametrize("over", ["Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_cookie_that_is_over_is_gone(over):
    store = CookieStore()
    store.take(["a=1; Path=/"], a_navigation())
    store.take([f"a=; Path=/; {over}"], a_navigation())
    assert store.kept == ()


def test_sites_leave_out_ports_and_origins_do_not():
    assert (site(TOOL), origin(TOOL)) == ("http://127.0.0.1", TOOL)
