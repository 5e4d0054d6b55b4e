"""plugin/foundation."""
