"""A statement taken apart into lines that people can read. Long values are cut; that is noted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lrs_bridge.statement import listed
from plugin.foundation.i18n import Words
from plugin.statements.views import saying
from plugin.statements.views.saying import Json, Known

LONG = 400  # characters of a value
MANY = 20  # members, extensions, activities, attachments


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that a statement says.

    Attributes:
        note: what identifies it.
        search: parameter and value of the list of statements that it leads to.
        statement: the statement that it leads to.
        link: an http(s) address outside of the tool, or empty.
    """

    label: str
    text: str
    note: str = ""
    search: tuple[str, str] | None = None
    statement: UUID | None = None
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What belongs together under one heading."""

    title: str
    lines: list[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """Something that is attached.

    Attributes:
        digest: of the content that the store has, or None if it has none.
        link: where the sender says it is, if that is on the web.
    """

    name: str
    description: str
    kind: str
    size: int
    digest: str | None
    link: str


class Reading:
    """Takes a statement apart, and notes whether anything was too long to show."""

    def __init__(self, known: Known, words: Words) -> None:
        self._known = known
        self._words = words
        self._say = words.gettext
        self.is_cut = False

    def statement(self, statement: Json) -> list[Part]:
        """Return the parts of a statement, and those of the one within it."""
        say, what = self._say, statement["object"]
        parts = [
            Part(
                title=say("What it says"),
                lines=[
                    *self._actor(statement["actor"]),
                    self._verb(statement["verb"]),
                    *self._object(what),
                ],
            ),
            Part(title=say("Result"), lines=self._result(statement.get("result", {}))),
            Part(title=say("Context"), lines=self._context(statement.get("context", {}))),
        ]
        if what.get("objectType") == "SubStatement":
            within = say("In the statement within")
            parts += [
                Part(title=f"{within}: {part.title}", lines=part.lines)
                for part in self.statement(what)
            ]
        return parts

    def attachments(self, statement: Json, digests: Collection[str]) -> list[Attached]:
        """Return what is attached to a statement and to the one within it."""
        every = [
            described
            for holder in (statement, statement["object"])
            for described in holder.get("attachments", ())
        ]
        return [self._attached(described, digests) for described in self._first(every)]

    def _attached(self, described: Json, digests: Collection[str]) -> Attached:
        language = self._words.language
        digest = described["sha2"].lower()
        return Attached(
            name=self._cut(
                saying.in_language(described.get("display"), language)
                or self._say("Attachment without a name")
            ),
            description=self._cut(saying.in_language(described.get("description"), language)),
            kind=self._cut(described["contentType"]),
            size=described["length"],
            digest=digest if digest in digests else None,
            link=saying.web_address(described.get("fileUrl", "")),
        )

    def _actor(self, actor: Json, label: str = "") -> list[Line]:
        label = label or (self._say("Group") if "member" in actor else self._say("Person"))
        name, identifier = saying.actor_name(actor, self._words), saying.identifier(actor)
        lines = [Line(label=label, text=name, note=self._cut(identifier, but_not=name))]
        for member in self._first(actor.get("member", ())):
            lines += self._actor(member, self._say("Member"))
        return lines

    def _verb(self, verb: Json) -> Line:
        return Line(
            label=self._say("Verb"),
            text=saying.verb_name(verb, self._words),
            note=self._cut(verb["id"]),
            search=("verb", verb["id"]),
        )

    def _object(self, what: Json) -> list[Line]:
        kind = what.get("objectType", "Activity")
        if kind == "Activity":
            return self._activity(what, self._say("Activity")) + self._definition(what)
        if kind == "StatementRef":
            return [self._reference(self._say("Statement"), what["id"])]
        if kind == "SubStatement":
            name = saying.object_name(what, self._known, self._words)
            return [Line(label=self._say("A statement within"), text=name)]
        return self._actor(what)

    def _activity(self, activity: Json, label: str) -> list[Line]:
        name = saying.activity_name(activity, self._known, self._words)
        return [
            Line(
                label=label,
                text=name,
                note=self._cut(activity["id"], but_not=name),
                search=("activity", activity["id"]),
            )
        ]

    def _definition(self, activity: Json) -> list[Line]:
        say, definition = self._say, saying.definition_of(activity, self._known)
        description = saying.in_language(definition.get("description"), self._words.language)
        more = definition.get("moreInfo", "")
        lines = [
            Line(label=say("Description"), text=self._cut(description)),
            Line(label=say("Type"), text=self._cut(definition.get("type", ""))),
            Line(label=say("More about it"), text=self._cut(more), link=saying.web_address(more)),
            Line(
                label=say("Kind of question"), text=self._cut(definition.get("interactionType", ""))
            ),
        ]
        return [line for line in lines if line.text] + self._extensions(definition)

    def _result(self, result: Json) -> list[Line]:
        say = self._say
        outcome = ", ".join(saying.results(result, self._words))
        lines = [Line(label=say("Outcome"), text=outcome)] if outcome else []
        if len(result.get("score", {})) > 1:
            lines.append(Line(label=say("Score"), text=self._json(result["score"])))
        if "response" in result:
            lines.append(Line(label=say("Response"), text=self._cut(result["response"])))
        return lines + self._extensions(result)

    def _context(self, context: Json) -> list[Line]:
        say, lines = self._say, []
        for name, label in (("instructor", say("Instructor")), ("team", say("Team"))):
            if name in context:
                lines += self._actor(context[name], label)
        for names, name, label in (
            ("contextAgents", "agent", say("Takes part")),
            ("contextGroups", "group", say("Group that takes part")),
        ):
            for one in self._first(context.get(names, ())):
                lines += self._actor(one[name], label)
        lines += self._context_activities(context.get("contextActivities", {}))
        if "registration" in context:
            id = context["registration"]
            lines.append(
                Line(label=say("Registration"), text=id, search=("registration", id.lower()))
            )
        if "statement" in context:
            lines.append(self._reference(say("Belongs to"), context["statement"]["id"]))
        for name, label in (
            ("platform", say("Platform")),
            ("language", say("Language")),
            ("revision", say("Revision")),
        ):
            if name in context:
                lines.append(Line(label=label, text=self._cut(context[name])))
        return lines + self._extensions(context)

    def _context_activities(self, several: Json) -> list[Line]:
        labels = {
            "parent": self._say("Part of"),
            "grouping": self._say("Within"),
            "category": self._say("Category"),
            "other": self._say("Also about"),
        }
        lines = []
        for relation, label in labels.items():
            for activity in self._first(listed(several.get(relation, []))):
                lines += self._activity(activity, label)
        return lines

    def _reference(self, label: str, id: str) -> Line:
        return Line(label=label, text=id.lower(), statement=UUID(id))

    def _extensions(self, holder: Json) -> list[Line]:
        return [
            Line(label=self._cut(iri), text=self._json(value))
            for iri, value in self._first(holder.get("extensions", {}).items())
        ]

    def _json(self, value: Any) -> str:
        """Return a value as text: a string as it is, everything else as JSON."""
        if isinstance(value, str):
            return self._cut(value)
        return self._cut(json.dumps(value, ensure_ascii=False))

    def _first(self, several: Iterable[Any]) -> list[Any]:
        every = list(several)
        self.is_cut |= len(every) > MANY
        return every[:MANY]

    def _cut(self, text: str, *, but_not: str = "") -> str:
        self.is_cut |= len(text) > LONG
        return "" if text == but_not else saying.cut(text, LONG)
