"""Serve the platform on 127.0.0.1, its database in the working directory.

serve.py PORT FIELDS: what is filled in of the block in Studio, as JSON. (Not called platform.py:
what stands beside a script is found before the standard library, which has one.)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

HOST = "127.0.0.1"


def configure(port: int) -> None:
    """Set what edx-platform sets, as far as the package looks at it."""
    settings.configure(
        SECRET_KEY="of a test",
        ALLOWED_HOSTS=[HOST],
        ROOT_URLCONF="courseware",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": Path.cwd() / "lms.sqlite3",
                "ATOMIC_REQUESTS": True,
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "config_models",
            "rest_framework",
            "lti_consumer",
        ],
        MIDDLEWARE=[
            "edx_django_utils.cache.middleware.RequestCacheMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "edx_django_utils.cache.middleware.TieredCacheMiddleware",
        ],
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        STATIC_URL="/static/",
        # The names are edx-platform's.
        LMS_ROOT_URL=f"http://{HOST}:{port}",
        PLATFORM_NAME="Acme Learning",
        SERVICE_VARIANT="lms",
        FEATURES={},
        OPENEDX_TELEMETRY=[],
        LOGGING={  # to the log of the process, which a failing test shows
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"console": {"class": "logging.StreamHandler"}},
            "root": {"handlers": ["console"], "level": "WARNING"},
        },
        USAGE_ID_PATTERN=r"(?P<usage_id>(?:i4x://?[^/]+/[^/]+/[^/]+/[^@]+(?:@[^/]+)?)|(?:[^/]+))",
    )
    django.setup()


def main(port: int, fields: dict[str, Any]) -> None:
    """Make the course with one LTI block in it, and serve."""
    configure(port)
    call_command("migrate", verbosity=0)
    import lms  # its models are there now

    lms.found()
    block = lms.block()
    for name, value in fields.items():
        setattr(block, name, value)
    block.save()
    with make_server(HOST, port, get_wsgi_application()) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
