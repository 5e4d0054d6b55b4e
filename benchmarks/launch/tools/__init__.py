"""Tools that are launched by the same platform, each in a process of its own."""
