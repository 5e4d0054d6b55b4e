"""The demo campus and its story: an independent platform, a mail sink, a browser, fourteen steps.

The campus is another site than Mentes, with its own port, keys, people and looks. It shares with
the tool nothing but what both read in the specifications.
"""
