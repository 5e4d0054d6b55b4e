"""Real sockets for tests and demonstrations."""

import logging
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        logging.getLogger(__name__).debug(message, *args)


class Server:
    """A web server on 127.0.0.1, at a free port unless one is given; what it serves may be set
    after it has started, since most applications want to know their address first.
    """

    def __init__(self, port: int = 0) -> None:
        """Raises OSError: the port is taken."""
        self.app: WSGIApplication = Response(status=503)
        # We bind ourselves: Werkzeug ends the process when a port is taken.
        with socket.create_server((HOST, port)) as listening:
            self._server = make_server(
                HOST,
                port,
                self._serve,
                threaded=True,
                request_handler=_Quiet,
                fd=listening.fileno(),
            )
        self.port = self._server.port
        self.url = f"http://{HOST}:{self.port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> None:
        """Begin to serve, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self.app(environ, start_response)
        try:
            return list(answer)
        finally:  # Werkzeug forgets it when the client has gone before it was read to the end
            getattr(answer, "close", _nothing)()


def _nothing() -> None:
    """Do nothing."""


@contextmanager
def serving(app: WSGIApplication | None = None) -> Iterator[Server]:
    """Serve `app`, or what is set as `server.app`, for as long as the block runs."""
    server = Server()
    if app is not None:
        server.app = app
    server.start()
    try:
        yield server
    finally:
        server.stop()
