"""Settings, logging and annotated examples. Knows none of the other packages."""

from config.settings import Settings, SettingsError, read_settings

__all__ = ["Settings", "SettingsError", "read_settings"]
