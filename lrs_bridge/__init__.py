"""lrs_bridge."""
