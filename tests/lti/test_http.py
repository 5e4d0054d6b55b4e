"""Calls to platforms: bounds, refusals, and where they must not go."""

import gzip
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from os import urandom
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from requests.structures import CaseInsensitiveDict
from werkzeug.wrappers import Response

from lti.addresses import is_public
from lti.errors import LtiError, ServiceRefused, ServiceUnavailable
from lti.http import Answer, Http
from lti.testing import serving
from tests.lti.conftest import Script


def fetched(script: Script, http: Http, *answers: Response) -> Answer:
    script.will_answer(*answers)
    return http.get(script.url)


def test_we_say_who_we_are(script: Script, http: Http) -> None:
    fetched(script, http, Response("{}"))
    assert "Mentes" in script.received[0].headers["User-Agent"]
    assert script.received[0].headers["Accept"] == "application/json"


def test_json_is_known_by_its_content(script: Script, http: Http) -> None:
    body = '\ufeff{"access_token": "é"}'.encode()
    answer = fetched(script, http, Response(body, content_type="text/html"))
    assert answer.json() == {"access_token": "é"}


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000])
def test_what_is_not_json_is_refused(script: Script, http: Http, body: bytes) -> None:
    answer = fetched(script, http, Response(body, content_type="application/json"))
    with pytest.raises(ServiceRefused) as refusal:
        answer.json()
    assert refusal.value.slug == "answer-malformed"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_a_no_is_a_no(script: Script, http: Http, status: int) -> None:
    with pytest.raises(ServiceRefused) as refusal:
        fetched(script, http, Response("a secret text", status=status))
    assert (refusal.value.slug, refusal.value.status) == ("platform-refused", status)
    assert not refusal.value.retryable
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_not_now_may_be_asked_again(script: Script, http: Http, status: int) -> None:
    with pytest.raises(ServiceUnavailable) as unavailable:
        fetched(script, http, Response(status=status))
    assert (unavailable.value.status, unavailable.value.retry_after) == (status, None)
    assert unavailable.value.retryable


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "99999999999"}, 86400),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
    ],
)
def test_a_request_to_wait_is_passed_on_in_seconds(
    script: Script, http: Http, headers: dict[str, str], wait: int | None
) -> None:
    with pytest.raises(ServiceUnavailable) as unavailable:
        fetched(script, http, Response(status=429, headers=headers))
    assert unavailable.value.retry_after == wait


def test_a_request_to_wait_until_is_counted_from_the_platforms_own_clock(
    script: Script, http: Http
) -> None:
    for away, wait in ((timedelta(seconds=90), 90), (timedelta(hours=-1), 0)):
        until = format_datetime(datetime.now(UTC) + away, usegmt=True)
        with pytest.raises(ServiceUnavailable) as unavailable:
            fetched(script, http, Response(status=503, headers={"Retry-After": until}))
        assert unavailable.value.retry_after == pytest.approx(wait, abs=2)


def test_canvas_limits_rates_with_403(script: Script, http: Http) -> None:
    with pytest.raises(ServiceUnavailable):
        fetched(script, http, Response("403 Forbidden (Rate Limit Exceeded)", status=403))


@pytest.mark.parametrize(
    "answer",
    [
        Response(b"x" * 100_001),
        Response(gzip.compress(b"x" * 10_000_000), headers={"Content-Encoding": "gzip"}),
    ],
    ids=["plain", "compressed"],
)
def test_an_answer_larger_than_allowed_is_refused(script: Script, answer: Response) -> None:
    http = Http(allow_private=True, largest=100_000)
    with pytest.raises(ServiceRefused) as refusal:
        fetched(script, http, answer)
    assert refusal.value.slug == "answer-too-large"


@pytest.fixture
def silence() -> Iterator[str]:
    """The URL of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_a_platform_that_does_not_answer_is_not_waited_for(silence: str) -> None:
    http = Http(allow_private=True, timeout=(0.2, 0.2))
    with pytest.raises(ServiceUnavailable) as unavailable:
        http.get(silence)
    assert unavailable.value.slug == "platform-unreachable"


@contextmanager
def dripping(
    head: bytes, drop: bytes, *, drops: int = 100, certificate: Path | None = None
) -> Iterator[int]:
    """Serve on a port: whoever connects is sent `head`, then a `drop` every 50 ms."""
    done = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def drip() -> None:
            with suppress(OSError):
                connection, _ = server.accept()
                if certificate is not None:
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(certificate)
                    connection = context.wrap_socket(connection, server_side=True)
                with connection:
                    connection.recv(65_536)
                    connection.sendall(head)
                    for _ in range(drops):
                        if done.wait(0.05):
                            break
                        connection.sendall(drop)

        thread = Thread(target=drip)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            done.set()
            thread.join()


def given_up(url: str, *, after: float, connecting: float = 1.0, reading: float = 1.0) -> None:
    """Assert that a call to `url` is given up as slow, and soon after its time is up."""
    http = Http(allow_private=True, timeout=(connecting, reading), longest=after)
    began = time.monotonic()
    with pytest.raises(ServiceUnavailable) as unavailable:
        http.get(url)
    assert unavailable.value.slug == "platform-slow"
    assert time.monotonic() - began < after + 1.0


BEGINNINGS = {
    "body in chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "status line": (b"HTTP/1.1 200 ", b"O"),
    "header": (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "patience asked for": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_an_answer_that_drips_is_given_up(name: str) -> None:
    with dripping(*BEGINNINGS[name]) as port:
        given_up(f"http://127.0.0.1:{port}/", after=0.3)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of 127.0.0.1, which nobody vouches for, and its key, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    unencrypted = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(pem, pkcs8, unencrypted) + signed.public_bytes(pem))
    return path


@pytest.mark.parametrize("name", BEGINNINGS)
def test_an_answer_that_drips_by_tls_is_given_up(
    name: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with dripping(*BEGINNINGS[name], certificate=certificate) as port:
        given_up(f"https://127.0.0.1:{port}/", after=0.4)


def test_an_answer_that_drips_and_comes_to_an_end_is_taken(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
    for scheme, with_tls in (("http", None), ("https", certificate)):
        with dripping(head, b"X: y\r\n\r\n{}", drops=1, certificate=with_tls) as port:
            http = Http(allow_private=True, longest=9.0)
            assert http.get(f"{scheme}://127.0.0.1:{port}/").json() == {}


def test_a_handshake_that_drips_is_given_up() -> None:
    record = b"\x16\x03\x03\x40\x00"  # of 16 kB, which never come
    with dripping(record, b"\x02") as port:
        given_up(f"https://127.0.0.1:{port}/", after=0.3, connecting=9.0)


def test_a_proxy_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    for scheme in ("http", "https"):
        with dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x") as port:
            monkeypatch.setenv(f"{scheme}_proxy", f"http://127.0.0.1:{port}")
            given_up(f"{scheme}://lms.example/", after=0.3)


def test_a_host_of_many_addresses_has_no_more_time_than_one_of_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # whoever comes now is not let in
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        one = (socket.AF_INET, socket.SOCK_STREAM, 6, "", server.getsockname())
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [one] * 20)
        port = server.getsockname()[1]
        given_up(f"http://lms.example:{port}/", after=0.6, connecting=0.25)


def test_redirects_have_no_time_of_their_own(script: Script) -> None:
    def slowly() -> Iterator[bytes]:
        for _ in range(4):
            yield b" "
            Event().wait(0.05)

    moved = {"Location": "/x"}
    script.will_answer(*(Response(slowly(), status=302, headers=moved) for _ in range(3)))
    given_up(script.url, after=0.3)


def test_a_connection_that_is_kept_has_its_time_anew_each_call(script: Script) -> None:
    http = Http(allow_private=True, longest=0.5)
    script.will_answer(Response(b"{}"))
    began = time.monotonic()
    while time.monotonic() - began < 0.7:
        assert http.get(script.url).json() == {}
        Event().wait(0.1)


@pytest.mark.parametrize("size", [0, 1, 65_536, 300_000])
def test_a_compressed_answer_is_read_to_its_end(script: Script, http: Http, size: int) -> None:
    body = urandom(size)
    compressed = Response(gzip.compress(body), headers={"Content-Encoding": "gzip"})
    assert fetched(script, http, compressed).body == body


def test_an_answer_that_breaks_off_may_be_asked_for_again(script: Script, http: Http) -> None:
    broken = Response(b"not gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(ServiceUnavailable):
        fetched(script, http, broken)


def test_an_answer_that_is_shorter_than_announced_may_be_asked_for_again(http: Http) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}")

        thread = Thread(target=hang_up)
        thread.start()
        with pytest.raises(ServiceUnavailable) as unavailable:
            http.get(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()
    assert unavailable.value.slug == "platform-unreachable"


def test_nobody_there_may_be_asked_again(http: Http) -> None:
    with serving() as server:
        url = server.url
    with pytest.raises(ServiceUnavailable) as unavailable:
        http.get(url)
    assert unavailable.value.slug == "platform-unreachable"


# Where calls go.


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "file:///etc/passwd",
        "ftp://lms.example/",
        "gopher://lms.example/",
        "https://user:pass@lms.example/",
        "https://lms.example\\@evil.example/",
        "https://",
        "https://" + "x" * 300 + "/",
    ],
)
def test_a_url_that_is_not_for_the_web_is_not_called(http: Http, url: str) -> None:
    with pytest.raises(LtiError) as error:
        http.get(url)
    assert error.value.slug in {"url-refused", "platform-unreachable"}


def test_plain_http_is_for_development_only(script: Script) -> None:
    script.will_answer(Response("{}"))
    with pytest.raises(ServiceRefused) as refusal:
        Http().get(script.url)
    assert refusal.value.slug == "url-refused"
    assert script.received == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_private_address_is_not_called(host: str) -> None:
    family = socket.AF_INET6 if host == "[::1]" else socket.AF_INET
    address = "::1" if host == "[::1]" else "127.0.0.1"
    try:
        server = socket.create_server((address, 0), family=family)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server, pytest.raises(ServiceRefused) as refusal:
        Http(timeout=(1.0, 0.5)).get(f"https://{host}:{server.getsockname()[1]}/")
    assert refusal.value.slug == "address-refused"


def test_a_name_that_leads_elsewhere_the_second_time_is_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        addresses = iter(["93.184.216.34", "127.0.0.1"])

        def rebinding(*_: object, **__: object) -> list[tuple[object, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(addresses), port))]

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        with pytest.raises(ServiceRefused) as refusal:
            Http(timeout=(1.0, 0.5)).get(f"https://lms.example:{port}/")
    assert refusal.value.slug == "address-refused"


def test_a_name_that_nobody_has_may_be_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ServiceUnavailable):
        Http().get("https://lms.example/")


def test_a_refusal_does_not_tell_which_private_ports_are_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ServiceRefused) as refusal:
        Http().get(f"https://127.0.0.1:{port}/")
    assert refusal.value.slug == "address-refused"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104  an address to refuse, not to bind to
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::93.184.216.34", True),
        ("64:ff9b::127.0.0.1", False),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::169.254.169.254", False),
        ("64:ff9b:1::93.184.216.34", False),
        ("::10.0.0.1", False),
        ("::127.0.0.1", False),
        ("::", False),
        ("fec0::1", False),
        ("4000::1", False),
        ("240.0.0.1", False),
    ],
)
def test_public_addresses_are_those_of_the_internet_at_large(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_redirect_is_followed_for_what_is_public(script: Script, http: Http) -> None:
    moved = Response(status=302, headers={"Location": "/y"})
    assert fetched(script, http, moved, Response(b"{}")).json() == {}
    assert [request.path for request in script.received] == ["/x", "/y"]


def test_a_redirect_loop_ends(script: Script, http: Http) -> None:
    with pytest.raises(ServiceRefused) as refusal:
        fetched(script, http, Response(status=302, headers={"Location": "/x"}))
    assert refusal.value.slug == "redirect-refused"
    assert len(script.received) == 4


def test_a_bearer_token_stays_with_its_origin(script: Script, http: Http) -> None:
    with serving(Response(b"{}")) as elsewhere:
        script.will_answer(Response(status=302, headers={"Location": elsewhere.url}))
        with pytest.raises(ServiceRefused) as refusal:
            http.get(script.url, bearer="the-token")
    assert refusal.value.slug == "redirect-refused"
    script.will_answer(Response(status=302, headers={"Location": "/y"}), Response(b"{}"))
    http.get(script.url, bearer="the-token")
    assert script.received[-1].headers["Authorization"] == "Bearer the-token"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_post_is_never_redirected(script: Script, http: Http, status: int) -> None:
    script.will_answer(Response(status=status, headers={"Location": "/y"}))
    with pytest.raises(ServiceRefused) as refusal:
        http.post_form(script.url, {"a": "b"})
    assert refusal.value.slug == "redirect-refused"
    assert len(script.received) == 1


def test_cookies_are_not_kept(script: Script, http: Http) -> None:
    script.will_answer(Response(b"{}", headers={"Set-Cookie": "MoodleSession=1; Path=/"}))
    http.get(script.url)
    http.get(script.url)
    assert "Cookie" not in script.received[1].headers


def test_a_netrc_does_not_take_the_place_of_the_token(
    script: Script,
    http: Http,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    script.will_answer(Response(b"{}"))
    http.get(script.url, bearer="the-token")
    assert script.received[0].headers["Authorization"] == "Bearer the-token"


# What an answer says about itself.


def an_answer(**headers: str) -> Answer:
    said = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    return Answer(url="https://lms.example/a/b?x=1", status=200, headers=said, body=b"")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (
            '<https://lms.example/m?page=bookmark:WzEs>; rel="next"',
            "https://lms.example/m?page=bookmark:WzEs",
        ),
        (
            '<https://lms.example/1>; rel="first", <https://lms.example/2>; rel="next"',
            "https://lms.example/2",
        ),
        ("<https://lms.example/2>; rel=next", "https://lms.example/2"),
        ('<https://lms.example/2>; title="a, b"; rel="next last"', "https://lms.example/2"),
        ('<?from=2>; rel="next"', "https://lms.example/a/b?from=2"),
        (
            "<https://lms.example/l?limit=2&amp;from=2>; rel=“next”",
            "https://lms.example/l?limit=2&from=2",
        ),
        ("<https://lms.example/l?a=1&copy=2>; rel='next'", "https://lms.example/l?a=1&copy=2"),
        ('<https://lms.example/d>; rel="differences"', None),
        ('<https://lms.example/d>; rel="nextish"', None),
        ("", None),
        ("garbage", None),
    ],
)
def test_the_next_page_is_read_to_the_letter(link: str, url: str | None) -> None:
    assert an_answer(link=link.encode().decode("latin-1")).next_url == url


@pytest.mark.parametrize(
    ("said", "age"),
    [
        ("max-age=60", 60),
        ('public, MAX-AGE="60"', 60),
        ("no-cache", 0),
        ("private, no-store, max-age=60", 0),
        ("s-maxage=60", None),
        ("", None),
    ],
)
def test_how_long_an_answer_may_be_kept(said: str, age: int | None) -> None:
    assert an_answer(cache_control=said).max_age == age
