"""How gunicorn serves the tool: `gunicorn -c config/gunicorn.conf.py`, behind a proxy with TLS.

Threads suit what we do (wait for a database), and one process can hold many slow frames. Beside
it runs at least one `mentes worker`: nothing is sent from inside a request.
"""

import os

wsgi_app = "plugin.wsgi:application()"
bind = os.environ.get("BIND", "127.0.0.1:8000")

worker_class = "plugin.foundation.web.staying.StayingThreads"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8  # a process: fewer than the 15 connections of its database pool
preload_app = False  # connections must not be shared over a fork

timeout = (
    60  # s without a sign of life before a worker is replaced; launches may wait for a platform
)
graceful_timeout = 30  # s for requests that run when the server stops
keepalive = 75  # s; longer than the proxy keeps its side, so that it never writes into a closed one

max_requests = 20_000  # then a worker is replaced, whatever it may have gathered
max_requests_jitter = 2_000
limit_request_line = 8190  # bytes; an authentication answer by GET fits, a flood does not

accesslog = None  # the tool writes one line a request itself: the route, never the address
errorlog = "-"
loglevel = "warning"
