"""What is known of activities."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, update

from lrs_bridge.lrs import activities, store, tables
from lrs_bridge.lrs.wire import incoming
from lrs_bridge.testing import a_statement, an_agent

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
ID = "https://lms.example/a"


def about(definition=None, id=ID):
    return {"id": id} if definition is None else {"id": id, "definition": definition}


def define(database, organisation_id, *definitions, now=NOW, id=ID):
    statements = [a_statement(object=about(it, id)) for it in definitions]
    with database.transaction() as session:
        activities.define(session, organisation_id, statements, now)


def known(database, organisation_id, *ids):
    with database.reading() as session:
        return activities.known(session, organisation_id, ids or [ID])


def many_words(number, length=30_000):
    """Return a definition with an extension of its own, which is long."""
    return {"extensions": {f"https://x.example/{number}": "x" * length}}


def test_a_definition_does_not_grow_without_end_and_what_is_newest_holds(database, organisation_id):
    for number in range(6):
        define(database, organisation_id, many_words(number))
        ((definition),) = known(database, organisation_id).values()
        assert f"https://x.example/{number}" in definition["extensions"]
        assert len(json.dumps(definition)) <= activities.LARGEST
    define(database, organisation_id, *map(many_words, range(6, 20)))
    ((definition),) = known(database, organisation_id).values()
    assert len(json.dumps(definition)) <= activities.LARGEST
    assert "https://x.example/19" in definition["extensions"]


def test_languages_have_an_end_too(database, organisation_id):
    for first in range(0, 5000, 1000):
        names = {f"x-{number}": "a name of some length" for number in range(first, first + 1000)}
        define(database, organisation_id, {"name": names})
    (definition,) = known(database, organisation_id).values()
    assert len(json.dumps(definition)) <= activities.LARGEST
    assert "x-4999" in definition["name"]


def test_a_definition_that_alone_is_too_long_changes_nothing(database, organisation_id):
    define(database, organisation_id, many_words(1, length=70_000))
    assert known(database, organisation_id) == {}
    define(database, organisation_id, {"name": {"en": "A"}}, many_words(1, length=70_000))
    assert known(database, organisation_id) == {ID: {"name": {"en": "A"}}}


class Questions:
    """What is asked of a database, counted."""

    def __init__(self, engine):
        self.asked = 0
        event.listen(engine, "before_cursor_execute", self._count)

    def _count(self, _connection, _cursor, statement, *_arguments):
        self.asked += not statement.startswith("BEGIN")

    def since(self, work):
        before = self.asked
        work()
        return self.asked - before


# Merging


def test_languages_and_extensions_are_merged_one_by_one_and_the_newest_wins():
    """XAPI-00254."""
    before = {
        "name": {"en": "Course", "de": "Kurs"},
        "description": {"en": "Long"},
        "type": "https://t.example/course",
        "extensions": {"https://x.example/a": {"b": 1}, "https://x.example/c": 1},
    }
    said = {
        "name": {"en": "Lesson", "fr": "Cours"},
        "moreInfo": "https://m.example",
        "extensions": {"https://x.example/a": {"d": 2}},
    }
    assert activities.merged(before, said) == {
        "name": {"en": "Lesson", "de": "Kurs", "fr": "Cours"},
        "description": {"en": "Long"},
        "type": "https://t.example/course",
        "moreInfo": "https://m.example",
        "extensions": {"https://x.example/a": {"d": 2}, "https://x.example/c": 1},
    }


def test_components_of_an_interaction_are_merged_by_their_ids():
    before = {
        "interactionType": "choice",
        "correctResponsesPattern": ["a"],
        "choices": [{"id": "a", "description": {"en": "One"}}, {"id": "old"}],
    }
    said = {
        "interactionType": "choice",
        "correctResponsesPattern": ["b"],
        "choices": [{"id": "b"}, {"id": "a", "description": {"de": "Eins"}}],
    }
    assert activities.merged(before, said) == {
        "interactionType": "choice",
        "correctResponsesPattern": ["b"],
        "choices": [
            {"id": "b"},
            {"id": "a", "description": {"en": "One", "de": "Eins"}},
            {"id": "old"},
        ],
    }


def test_an_interaction_of_another_type_leaves_nothing_of_the_one_before():
    before = {
        "name": {"en": "Question"},
        "interactionType": "choice",
        "correctResponsesPattern": ["a"],
        "choices": [{"id": "a"}],
    }
    said = {"interactionType": "fill-in"}
    assert activities.merged(before, said) == {"name": {"en": "Question"}, **said}


_maps = st.dictionaries(st.sampled_from(["en", "de", "fr"]), st.text(max_size=3), max_size=3)
_definitions = st.fixed_dictionaries(
    {},
    optional={
        "name": _maps,
        "type": st.sampled_from(["https://t.example/1", "https://t.example/2"]),
        "interactionType": st.sampled_from(["choice", "likert"]),
        "choices": st.lists(
            st.sampled_from("abc").map(lambda id: {"id": id}), unique_by=lambda it: it["id"]
        ),
    },
)


@given(_definitions, _definitions)
def test_what_is_said_again_changes_nothing_and_what_was_said_last_holds(before, said):
    once = activities.merged(before, said)
    assert activities.merged(once, said) == once
    assert activities.merged({}, said) == said
    assert once["name"].items() >= said["name"].items() if "name" in said else True
    assert {name: once[name] for name in said if name in ("type", "interactionType")} == {
        name: said[name] for name in said if name in ("type", "interactionType")
    }


# Where statements speak of activities


def test_every_place_that_may_define_an_activity_counts():
    def places(name):
        return {
            "object": about({"name": {"en": f"{name} object"}}, f"https://{name}.example/o"),
            "context": {
                "contextActivities": {
                    "parent": about({"name": {"en": "p"}}, f"https://{name}.example/p"),
                    "other": [
                        about({"name": {"en": "x"}}, f"https://{name}.example/x"),
                        about(None, f"https://{name}.example/silent"),
                    ],
                }
            },
        }

    inner = {"objectType": "SubStatement", **a_statement(**places("inner"))}
    statement = a_statement(**{**places("outer"), "object": inner})
    assert [id for id, _ in activities.said_of_activities(statement)] == [
        "https://outer.example/p",
        "https://outer.example/x",
        "https://inner.example/o",
        "https://inner.example/p",
        "https://inner.example/x",
    ]


@pytest.mark.parametrize(
    "value",
    [
        about(),
        about({}),
        an_agent(),
        {"objectType": "StatementRef", "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee"},
    ],
)
def test_other_objects_say_nothing_of_activities(value):
    assert list(activities.said_of_activities(a_statement(object=value))) == []


# What is kept


def test_definitions_are_merged_in_the_order_in_which_they_come(database, organisation_id):
    define(database, organisation_id, {"name": {"en": "1"}}, {"name": {"en": "2", "de": "2"}})
    define(database, organisation_id, {"name": {"en": "3"}})
    assert known(database, organisation_id) == {ID: {"name": {"en": "3", "de": "2"}}}


def test_ids_are_taken_letter_by_letter_however_long(database, organisation_id):
    ids = [ID, ID.upper(), f"{ID}?{'x' * 5000}", f"{ID}?{'x' * 4999}y"]
    for number, id in enumerate(ids):
        define(database, organisation_id, {"name": {"en": str(number)}}, id=id)
    found = known(database, organisation_id, *ids, "https://unknown.example")
    assert [found[id]["name"]["en"] for id in ids] == ["0", "1", "2", "3"]
    assert len(found) == 4


def test_what_is_said_all_day_is_not_even_looked_up(database, organisation_id, engine):
    for _ in range(2):  # the first tells the table, the second sees that the table knows
        define(database, organisation_id, {"name": {"en": "Course"}})
    questions = Questions(engine)
    again = questions.since(lambda: define(database, organisation_id, {"name": {"en": "Course"}}))
    new = questions.since(lambda: define(database, organisation_id, {"name": {"en": "Lesson"}}))
    assert (again, new) == (0, 2)
    assert known(database, organisation_id)[ID]["name"]["en"] == "Lesson"


def test_what_another_process_changed_is_noticed_soon(database, organisation_id):
    for _ in range(2):
        define(database, organisation_id, {"name": {"en": "Course"}})
    with database.transaction() as session:
        foreign = {"definition": '{"name":{"en":"Other"}}', "said": b"x" * 16}
        session.execute(update(tables.activity).values(**foreign))
    define(database, organisation_id, {"name": {"en": "Course"}})
    define(database, organisation_id, {"name": {"en": "Course"}}, now=NOW + timedelta(minutes=1))
    assert known(database, organisation_id)[ID]["name"]["en"] == "Course"


def test_what_is_undone_is_not_remembered(database, organisation_id):
    statements = [a_statement(object=about({"name": {"en": "Course"}}))]
    with database.transaction() as session:
        for _ in range(3):
            activities.define(session, organisation_id, statements, NOW)
        session.rollback()
    define(database, organisation_id, {"name": {"en": "Course"}})
    assert known(database, organisation_id) == {ID: {"name": {"en": "Course"}}}


def test_batches_that_name_activities_in_opposite_orders_do_not_wait_for_each_other_forever(
    database, organisation_id
):
    ids = [f"https://lms.example/{number}" for number in range(30)]

    def post(number):
        order = ids if number % 2 else ids[::-1]
        batch = [
            incoming(a_statement(object=about({"name": {"en": str(number)}}, id))) for id in order
        ]
        with database.transaction() as session:
            store.insert(
                session, organisation_id, batch, authority=an_agent("lms"), clock=lambda: NOW
            )

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(post, range(18)))
    assert len(known(database, organisation_id, *ids)) == 30


def test_a_definition_as_large_as_a_batch_is_no_trouble(database, organisation_id):
    ids = [f"https://lms.example/{number}" for number in range(1200)]
    others = [about({"name": {"en": id}}, id) for id in ids]
    statement = a_statement(context={"contextActivities": {"other": others}})
    with database.transaction() as session:
        activities.define(session, organisation_id, [statement], NOW)
    assert json.dumps(known(database, organisation_id, *ids)).count('"name"') == 1200
