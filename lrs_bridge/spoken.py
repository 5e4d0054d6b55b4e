"""A statement as a store of a certain version takes it.

Nothing of what it says changes. 2.0 wants times in UTC and lists where 1.0 allowed one activity
alone; statements of 2.0 must not be converted into a prior format (1.0.3, part 3, section 3.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lrs_bridge.errors import StatementInvalid
from lrs_bridge.statement import in_utc, listed
from lrs_bridge.version import Version, named

Json = dict[str, Any]


def spoken(statement: Mapping[str, Any], version: Version) -> Json:
    """Return a valid `statement`, fit for a store that speaks `version`.

    Raises:
        StatementInvalid: it is of a later version.
    """
    if version is Version.V1_0:
        if named(statement.get("version")) is Version.V2_0:
            raise StatementInvalid("/version", "is 2.0, which must not be made into 1.0")
        return dict(statement)
    return _in_2_0(statement)


def _in_2_0(statement: Mapping[str, Any]) -> Json:
    told = dict(statement)
    if "timestamp" in told:
        told["timestamp"] = in_utc(told["timestamp"])
    if "contextActivities" in told.get("context", {}):
        several = told["context"]["contextActivities"]
        listed_ones = {relation: listed(one) for relation, one in several.items()}
        told["context"] = {**told["context"], "contextActivities": listed_ones}
    if told["object"].get("objectType") == "SubStatement":
        told["object"] = _in_2_0(told["object"])
    return told
