"""A stored statement, and when two statements are the same.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md#231-statement-immutability
IEEE 9274.1.1-2023, 4.2.7, for durations in 2.0
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from lrs_bridge.identity import ifi
from lrs_bridge.version import Version

Json = Any
_ASSIGNED = ("id", "stored", "authority", "timestamp", "version", "attachments")
_FRACTION = re.compile(r"[.,](\d+)")
_FRACTION_OF_SECONDS = re.compile(r"[.,](\d+)(?=S$)")
_OFFSET = re.compile(r"([Zz]|[+-]\d\d(:?\d\d)?)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement as the store holds it.

    Attributes:
        payload: exactly what was received, parsed.
        assigned: what the store added: stored, authority, and id, timestamp or version when the
            sender gave none.
    """

    id: UUID
    stored: datetime
    timestamp: datetime
    payload: Mapping[str, Any]
    assigned: Mapping[str, Any]

    @property
    def document(self) -> dict[str, Any]:
        """The whole statement, as a reader of the store gets it."""
        return {**self.payload, **self.assigned}


def parsed_timestamp(text: str) -> datetime:
    """Return a validated ISO 8601 timestamp as an aware time; without an offset it is UTC."""
    at = datetime.fromisoformat(text.upper())  # RFC 3339 lets t and z be small
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def written_timestamp(at: datetime) -> str:
    """Return an aware time as xAPI writes it: UTC, to the microsecond, with a Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def in_utc(text: str) -> str:
    """Return a validated timestamp with an offset as the same moment in UTC, digit for digit.

    One without an offset is returned as it is: which moment it names is for its reader to say.
    """
    if (text[-1] == "Z" and text[10] == "T") or not _OFFSET.search(text):
        return text
    fraction = _FRACTION.search(text)
    at = parsed_timestamp(text).replace(tzinfo=None).isoformat(timespec="seconds")
    return f"{at}.{fraction[1]}Z" if fraction else f"{at}Z"


def equivalent(
    one: Mapping[str, Any], other: Mapping[str, Any], version: Version = Version.V1_0
) -> bool:
    """Return whether two valid statements of one id say the same.

    Left out of the comparison, as the specification says: what an LRS may assign (id, authority,
    stored, and timestamp and version where either lacks them), attachments, definitions of
    activities, the display of verbs, the order of group members, the spelling of times and of
    everything in which letter case means nothing. A duration is a string in 1.0.3; in 2.0 what
    is beyond a hundredth of a second does not count.
    """
    return _comparable(one, version) == _comparable(other, version) and all(
        read(one[name]) == read(other[name])
        for name, read in _COMPARED_IF_BOTH.items()
        if name in one and name in other
    )


def _full_version(text: str) -> str:
    return f"{text}.0" if text.count(".") == 1 else text


_COMPARED_IF_BOTH: dict[str, Callable[[str], object]] = {
    "timestamp": parsed_timestamp,
    "version": _full_version,
}


def _comparable(statement: Mapping[str, Any], version: Version) -> str:
    """Return what counts of `statement`, written in one way."""
    kept = {name: value for name, value in statement.items() if name not in _ASSIGNED}
    return json.dumps(_normal_statement(kept, version), sort_keys=True)


def _normal_statement(statement: Mapping[str, Any], version: Version) -> dict[str, Json]:
    normal = {name: _normal_value(value) for name, value in statement.items()}
    normal["actor"] = _normal_actor(statement["actor"])
    normal["verb"] = statement["verb"]["id"]
    normal["object"] = _normal_object(statement["object"], version)
    if "context" in statement:
        normal["context"] = _normal_context(statement["context"])
    if version is Version.V2_0 and "duration" in statement.get("result", {}):
        normal["result"]["duration"] = _to_hundredths(statement["result"]["duration"])
    return normal


def _to_hundredths(duration: str) -> str:
    """Return a duration without what is beyond a hundredth of a second: cut off, not rounded."""

    def cut(fraction: re.Match[str]) -> str:
        kept = fraction[1][:2].rstrip("0")
        return f".{kept}" if kept else ""

    return _FRACTION_OF_SECONDS.sub(cut, duration)


def _normal_object(value: Mapping[str, Any], version: Version) -> Json:
    kind = value.get("objectType", "Activity")
    if kind == "Activity":
        return ["Activity", value["id"]]
    if kind == "StatementRef":
        return ["StatementRef", value["id"].lower()]
    if kind == "SubStatement":
        inner = {k: v for k, v in value.items() if k not in ("objectType", "attachments")}
        if "timestamp" in inner:
            inner["timestamp"] = parsed_timestamp(inner["timestamp"]).isoformat()
        return ["SubStatement", _normal_statement(inner, version)]
    return _normal_actor(value)


def _normal_actor(value: Mapping[str, Any]) -> Json:
    members = [_normal_actor(member) for member in value.get("member", ())]
    members.sort(key=json.dumps)
    return [value.get("objectType", "Agent"), ifi(value), value.get("name"), members]


def _normal_context(value: Mapping[str, Any]) -> dict[str, Json]:
    normal = {name: _normal_value(part) for name, part in value.items()}
    for name in ("instructor", "team"):
        if name in value:
            normal[name] = _normal_actor(value[name])
    for name in ("registration", "language"):
        if name in value:
            normal[name] = value[name].lower()
    if "statement" in value:
        normal["statement"] = value["statement"]["id"].lower()
    if "contextActivities" in value:
        normal["contextActivities"] = {
            relation: [activity["id"] for activity in listed(activities)]
            for relation, activities in value["contextActivities"].items()
        }
    for names, name in (("contextAgents", "agent"), ("contextGroups", "group")):
        if names in value:
            normal[names] = [{**one, name: _normal_actor(one[name])} for one in value[names]]
    return normal


def listed(activities: Any) -> list[Any]:
    """Return context activities as the list that 1.0 allowed senders to leave out."""
    return activities if isinstance(activities, list) else [activities]


def _normal_value(value: Any) -> Json:
    """Return `value` with 1.0 as 1: the same number, however a sender's library writes it."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _normal_value(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_normal_value(part) for part in value]
    return value
