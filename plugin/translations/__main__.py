"""`python -m plugin.translations [language …]`: bring the template and the catalogues up to date.

A language that is named and not there yet is begun.
"""

import sys

from plugin.foundation.i18n import SOURCE, languages
from plugin.translations import catalogues

catalogues.write(*sys.argv[1:])
languages.cache_clear()
for language in languages():
    if language != SOURCE:
        messages = [message for message in catalogues.written(language) if message.id]
        missing = sum(1 for message in messages if not catalogues.is_translated(message))
        sys.stdout.write(f"{language}: {len(messages)} messages, {missing} not translated\n")
