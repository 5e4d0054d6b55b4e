"""What a WSGI server loads: `plugin.wsgi:application()`; the settings are the environment's."""

from __future__ import annotations

import sys

from flask import Flask

from config.log import configure_logging
from config.settings import SettingsError, read_settings
from plugin.app import create_app


def application() -> Flask:
    """Return the web side of this process, or end it with what is wrong with the settings."""
    try:
        settings = read_settings()
    except SettingsError as error:
        sys.exit(str(error))
    configure_logging(settings.log_level)
    return create_app(settings)
