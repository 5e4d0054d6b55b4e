"""Print our profile: `python -m lrs_bridge.profile > docs/profile.jsonld`."""

import sys

from lrs_bridge.profile.document import written

sys.stdout.write(written())
