"""Measure the bridge, print what was measured, and end with an error where a target was missed.

python -m benchmarks.bridge [--only apply|deliver|backlog] [--quick]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from typing import Final

from benchmarks.bridge import apply, backlog, deliver
from benchmarks.bridge.targets import Measured, NotMeasured
from config.log import configure_logging

Part = Callable[[argparse.Namespace], Iterable[Measured]]
PARTS: Final[dict[str, Part]] = {
    "apply": apply.measured,
    "deliver": deliver.measured,
    "backlog": backlog.measured,
}


def main() -> int:
    """Return 0 if every target of the parts asked for was measured and reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bridge", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(PARTS), help="a part; repeatable")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    asked = parser.parse_args()
    configure_logging("error")
    missed = False
    for name in asked.only or PARTS:
        try:
            for each in PARTS[name](asked):
                print(each, flush=True)
                missed = missed or each.missed
        except NotMeasured as error:
            print(f"{name}: not measured: {error}")
            missed = True
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
