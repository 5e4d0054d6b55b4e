"""Run by Ralph's own Python: what its models find wrong in the statements on standard input."""

from __future__ import annotations

import json
import sys

from pydantic import ValidationError
from ralph.models.xapi.base.statements import BaseXapiStatement


def faults(statement: object) -> list[str]:
    """Return what is wrong with one statement, by the place in it."""
    try:
        BaseXapiStatement.model_validate(statement)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return []


if __name__ == "__main__":
    named = json.load(sys.stdin)
    json.dump({name: faults(statement) for name, statement in named.items()}, sys.stdout)
