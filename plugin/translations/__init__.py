"""The words of Mentes in other languages, and what collects the English ones for them.

Nothing here is needed to serve a page: `plugin.foundation.i18n` reads the catalogues itself.
"""
