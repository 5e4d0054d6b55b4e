"""How much the tests of chance do: kills, writes at once, examples that are made up.

MENTES_TEST_EFFORT=50 does fifty times what every run of the tests does (`make attacks`).
"""

from __future__ import annotations

import os

EFFORT = int(os.environ.get("MENTES_TEST_EFFORT", "1"))
