"""A campus on its own port, a record store that writes down what it gets, and browsers."""

import base64
import json
from collections import deque
from threading import Lock

import pytest
from werkzeug.wrappers import Request, Response

from lti.testing import serving
from plugin.demo.browser import Browser
from plugin.demo.mailbox import Mailbox
from plugin.demo.site import create_campus


class Sink:
    """A record store's statements resource, in as far as the campus's plugin needs it."""

    def __init__(self):
        self.posts = []
        self.answers = deque()
        self._lock = Lock()

    def __call__(self, environ, start_response):
        request = Request(environ)
        with self._lock:
            self.posts.append(
                {
                    "method": request.method,
                    "path": request.path,
                    "user": base64.b64decode(request.headers["Authorization"].split()[1]).decode(),
                    "version": request.headers.get("X-Experience-API-Version"),
                    "type": request.mimetype,
                    "statements": json.loads(request.get_data()),
                }
            )
            status = self.answers.popleft() if self.answers else 200
        return Response(json.dumps([]), status=status)(environ, start_response)

    @property
    def statements(self):
        with self._lock:
            return [statement for post in self.posts for statement in post["statements"]]


@pytest.fixture
def sink():
    return Sink()


@pytest.fixture
def record_store(sink):
    with serving(sink) as server:
        yield f"{server.url}/xapi"


@pytest.fixture
def mailbox():
    mailbox = Mailbox()
    mailbox.start()
    yield mailbox
    mailbox.stop()


@pytest.fixture
def campus(clock, record_store, mailbox):
    with serving() as server:
        campus = create_campus(
            f"http://localhost:{server.port}",
            clock=clock,
            lrs_endpoint=record_store,
            lrs_key="campus",
            lrs_secret="s3cret",
            mailbox=mailbox,
        )
        server.app = campus.wsgi
        yield campus
        campus.stop()


@pytest.fixture
def browsers():
    opened = []

    def browser(**options):
        opened.append(Browser(**options))
        return opened[-1]

    yield browser
    for each in opened:
        each.close()


@pytest.fixture
def signed_in(campus, browsers):
    """Return a function that gives a browser and the first page of somebody who signed in."""

    def sign_in(given_name):
        browser = browsers(places={campus.issuer: "campus"})
        start = browser.open(f"{campus.issuer}/")
        person = campus.named(given_name)
        return browser, browser.submit(start, start.form("/login/index.php", person=person.user.id))

    return sign_in
