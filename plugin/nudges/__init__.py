"""Nudges: the mails that Mentes sends, few and short, each with its reason."""
