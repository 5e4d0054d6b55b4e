"""JSON that is taken apart and put together again with its numbers spelt as they were."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def parsed(text: str) -> Any:
    """Return the value of JSON; a number with a fraction or an exponent comes as a Decimal."""
    return json.loads(text, parse_float=Decimal)


def written(value: Any) -> str:
    """Return JSON in which a Decimal is written with the digits that it was read from."""
    if isinstance(value, dict):
        members = (f"{json.dumps(k)}:{written(v)}" for k, v in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
