"""What can be asked of the statements resource, and what is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from lrs_bridge.errors import ParameterInvalid
from lrs_bridge.lrs import select
from lrs_bridge.lrs.paging import LARGEST_PAGE
from lrs_bridge.lrs.query import LARGEST_LIMIT, StatementQuery, cursor, parse
from lrs_bridge.testing import a_statement, an_agent

ADA, BEN, CHO = an_agent("ada"), an_agent("ben"), an_agent("cho")
COURSE, MODULE = "https://lms.example/course", "https://lms.example/module"


def a_group(*members, **identity):
    return {"objectType": "Group", "member": list(members), **identity}


def stored(lrs, **overrides):
    """Store one statement and return its id."""
    (id,) = lrs.post(a_statement(**overrides)).json
    return id


def sub_statement(**overrides):
    inner = a_statement(actor=CHO, object={"id": MODULE}, **overrides)
    return {"objectType": "SubStatement", **inner}


# By who


def test_an_agent_is_found_as_actor_object_and_member_of_a_group_in_their_place(lrs):
    """XAPI-00164, XAPI-00181."""
    found = [
        stored(lrs, actor=ADA),
        stored(lrs, actor=BEN, object=ADA),
        stored(lrs, actor=a_group(BEN, ADA)),
        stored(lrs, actor=BEN, object=a_group(ADA)),
    ]
    stored(lrs, actor=BEN)
    stored(lrs, actor=BEN, context={"instructor": ADA})
    stored(lrs, actor=BEN, object=sub_statement() | {"actor": ADA})
    assert lrs.named(agent=ADA, ascending=True) == found


def test_related_agents_are_found_anywhere(lrs):
    """XAPI-00176."""
    found = [
        stored(lrs, actor=ADA),
        stored(lrs, actor=BEN, context={"instructor": ADA}),
        stored(lrs, actor=BEN, context={"team": a_group(CHO, ADA)}),
        stored(lrs, actor=BEN, object=sub_statement() | {"actor": ADA}),
        stored(lrs, actor=BEN, object=sub_statement(context={"instructor": a_group(ADA)})),
    ]
    stored(lrs, actor=BEN)
    assert lrs.named(agent=ADA, related_agents=True, ascending=True) == found
    authority = lrs.found()[0]["authority"]
    assert lrs.named(agent=authority) == []
    assert len(lrs.named(agent=authority, related_agents=True)) == len(found) + 1


@pytest.mark.parametrize(
    ("stored_as", "asked_as"),
    [
        ({"mbox": "mailto:ada@LMS.example"}, {"mbox": "mailto:ada@lms.Example"}),
        ({"mbox_sha1sum": "ab" * 20}, {"mbox_sha1sum": "AB" * 20}),
        ({"openid": "https://id.example/ada"}, {"openid": "https://ID.example/ada"}),
        (an_agent("ada", "https://LMS.example/x"), an_agent("ada", "https://lms.example/x")),
        (a_group(BEN, mbox="mailto:t@x.example"), {"mbox": "mailto:t@x.example"}),
    ],
)
def test_an_agent_is_known_by_its_one_identifier(lrs, stored_as, asked_as):
    id = stored(lrs, actor=stored_as)
    assert lrs.named(agent={"name": "Somebody", **asked_as}) == [id]


def test_accounts_of_two_systems_are_two_people(lrs):
    stored(lrs, actor=an_agent("42", "https://one.example"))
    assert lrs.named(agent=an_agent("42", "https://two.example")) == []
    assert lrs.named(agent=an_agent("4", "https://one.example")) == []


# By what


def test_an_activity_is_found_as_object_and_related_ones_anywhere(lrs):
    """XAPI-00177, XAPI-00179."""
    plain = stored(lrs, object={"id": MODULE})
    related = [
        stored(lrs, context={"contextActivities": {relation: [{"id": MODULE}]}})
        for relation in ("parent", "grouping", "category", "other")
    ]
    inside = stored(lrs, object=sub_statement())
    stored(lrs, object={"id": COURSE})
    assert lrs.named(activity=MODULE) == [plain]
    everywhere = lrs.named(activity=MODULE, related_activities=True, ascending=True)
    assert everywhere == [plain, *related, inside]


def test_conditions_are_all_to_be_met(lrs):
    """XAPI-00164, XAPI-00178, XAPI-00180."""
    registration = str(uuid4())
    wanted = {
        "actor": ADA,
        "verb": {"id": "https://v.example/did"},
        "object": {"id": COURSE},
        "context": {"registration": registration},
    }
    id = stored(lrs, **wanted)
    for other in (
        {"actor": BEN},
        {"verb": {"id": "https://v.example/undid"}},
        {"object": {"id": MODULE}},
        {"context": {"registration": str(uuid4())}},
    ):
        stored(lrs, **{**wanted, **other})
    asked = {
        "agent": ADA,
        "verb": "https://v.example/did",
        "activity": COURSE,
        "registration": registration.upper(),
    }
    assert lrs.named(**asked) == [id]
    for name in asked:
        assert len(lrs.named(**{k: v for k, v in asked.items() if k != name})) == 2
        assert len(lrs.named(**{name: asked[name]})) == 4


# By when


def test_since_excludes_and_until_includes_and_both_are_about_stored(lrs):
    """XAPI-00174, XAPI-00175."""
    ids, times = [], []
    for _ in range(3):
        ids.append(stored(lrs, timestamp="2001-01-01T00:00:00Z"))
        times.append(lrs.get(statementId=ids[-1]).json["stored"])
        lrs.clock.forward(minutes=1)
    assert lrs.named(since=times[0], ascending=True) == ids[1:]
    assert lrs.named(until=times[1], ascending=True) == ids[:2]
    assert lrs.named(since=times[0], until=times[1]) == [ids[1]]
    assert lrs.named(since=times[2]) == []
    assert lrs.named(until="2001-01-01T00:00:00Z") == []
    assert lrs.named(since="2026-11-22T11:00:30+01:00", ascending=True) == ids[1:]


def test_stored_rises_strictly_even_when_the_clock_does_not(lrs):
    lrs.post([a_statement() for _ in range(5)])
    lrs.clock.forward(hours=-1)
    lrs.post([a_statement() for _ in range(5)])
    times = [it["stored"] for it in lrs.found(ascending=True)]
    assert len(set(times)) == 10
    assert times == sorted(times)


def test_a_poller_that_follows_stored_misses_nothing(lrs):
    ids = lrs.post([a_statement() for _ in range(7)]).json
    seen, since = [], "2000-01-01T00:00:00Z"
    while page := lrs.found(since=since, ascending=True, limit=2):
        seen += [it["id"] for it in page]
        since = page[-1]["stored"]
    assert seen == ids


# One


def test_one_statement_is_found_by_its_id_in_any_case(lrs):
    """XAPI-00156, XAPI-00158."""
    id = stored(lrs)
    assert lrs.get(statementId=id.upper()).json["id"] == id
    answer = lrs.get(statementId=str(uuid4()))
    assert (answer.status_code, answer.json["slug"]) == (404, "statement-not-found")


def test_an_id_may_come_with_format_and_attachments_only(lrs):
    """XAPI-00150, XAPI-00151."""
    id = stored(lrs)
    assert lrs.get(statementId=id, format="ids", attachments=False).status_code == 200
    time = {"since": "2026-11-22T10:00:00Z"}
    for company in (
        {"limit": 1},
        {"agent": ADA},
        {"related_agents": True},
        {"ascending": True},
        time,
    ):
        assert lrs.get(statementId=id, **company).status_code == 400
        assert lrs.get(voidedStatementId=id, **company).status_code == 400
    assert lrs.get(statementId=id, voidedStatementId=id).status_code == 400


# Refused


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("Agent", json.dumps(ADA)),
        ("statementid", "0a6f7c1e-55a3-4d1c-9a53-7c2f0f000001"),
        ("unknown", ""),
        ("agent", "ada"),
        ("agent", "{}"),
        ("agent", '{"mbox":"mailto:a@b.example","mbox":"mailto:c@d.example"}'),
        ("agent", '{"mbox":"ada@lms.example"}'),
        ("agent", json.dumps(a_group(ADA))),
        ("agent", '{"account":{"homePage":"https://x.example","name":"\\ud800"}}'),
        ("verb", "completed"),
        ("activity", "course"),
        ("registration", "1"),
        ("statementId", "1"),
        ("voidedStatementId", ""),
        ("related_agents", "True"),
        ("related_activities", "1"),
        ("ascending", ""),
        ("attachments", "yes"),
        ("since", "yesterday"),
        ("since", "2026-11-22"),
        ("until", "2026-13-22T10:00:00Z"),
        ("until", "2026-11-22T10:00:00-00:00"),
        ("limit", "-1"),
        ("limit", "ten"),
        ("limit", "1.0"),
        ("limit", "٣"),
        ("format", "Exact"),
        ("cursor", ""),
        ("cursor", "!"),
        ("cursor", "bm90IGpzb24"),
        ("cursor", "W10"),
        ("cursor", "eyJhZnRlciI6LTF9"),
    ],
)
def test_what_the_standard_does_not_define_is_refused_by_name(parameter, value):
    """XAPI-00011, XAPI-00012."""
    with pytest.raises(ParameterInvalid) as refusal:
        parse([(parameter, value)])
    assert refusal.value.parameter == parameter
    assert refusal.value.status == 400


def test_a_parameter_given_twice_is_refused():
    with pytest.raises(ParameterInvalid, match="verb must not be given twice"):
        parse([("verb", "https://v.example"), ("verb", "https://w.example")])


def test_a_limit_of_zero_means_as_many_as_there_may_be():
    """XAPI-00173."""
    assert parse([("limit", "0")]).limit == LARGEST_LIMIT
    assert parse([("limit", "999999999")]).limit == LARGEST_LIMIT
    assert parse([("limit", "1")]).limit == 1


# Pages

queries = st.builds(
    StatementQuery,
    agent=st.none() | st.just("mbox::mailto:a@b.example"),
    verb=st.none() | st.just("https://v.example/é"),
    activity=st.none() | st.just(COURSE),
    registration=st.none() | st.uuids(),
    related_activities=st.booleans(),
    related_agents=st.booleans(),
    since=st.none() | st.datetimes(timezones=st.just(UTC)).filter(lambda at: 2 <= at.year <= 9998),
    until=st.none() | st.just(datetime(2026, 11, 22, 10, 0, 0, 1, tzinfo=UTC)),
    limit=st.integers(1, LARGEST_LIMIT),
    format=st.sampled_from(["ids", "exact", "canonical"]),
    attachments=st.booleans(),
    ascending=st.booleans(),
    after=st.integers(0, 2**63 - 1),
)


@given(queries)
def test_a_cursor_says_all_that_the_query_said(query):
    assert query.after is not None
    assert parse([("cursor", cursor(query, query.after))]) == query


def test_beside_a_cursor_what_the_first_page_was_asked_with_may_be_said_again():
    """As Ralph's client does. Anything else cannot be meant."""
    asked = [("verb", "https://v.example"), ("limit", "0"), ("since", "2026-11-22T10:00:00+01:00")]
    first = parse(asked)
    place = ("cursor", cursor(first, 7))
    assert parse([*asked, place]) == parse([place]) == replace(first, after=7)
    for other in (("verb", "https://w.example"), ("limit", "5"), ("statementId", str(uuid4()))):
        with pytest.raises(ParameterInvalid, match=f"{other[0]} must be as it was") as refusal:
            parse([other, place])
        assert refusal.value.parameter == other[0]


@given(total=st.integers(0, 12), limit=st.integers(1, 13), ascending=st.booleans(), by=st.data())
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_following_more_visits_each_statement_once_in_order(lrs, total, limit, ascending, by):
    """XAPI-00108, XAPI-00109, XAPI-00111, XAPI-00113, XAPI-00114, XAPI-00166."""
    verb = f"https://v.example/{uuid4()}"
    ids = lrs.post([a_statement(verb={"id": verb}, actor=ADA) for _ in range(total)]).json
    filters = by.draw(
        st.sampled_from(
            [{"verb": verb}, {"verb": verb, "agent": ADA}, {"verb": verb, "format": "ids"}]
        )
    )
    answer = lrs.get(**filters, limit=limit, ascending=ascending)
    seen, pages = [], 1
    while True:
        seen += [it["id"] for it in answer.json["statements"]]
        if not answer.json["more"]:
            break
        assert answer.json["more"].startswith("/xapi/statements?cursor=")
        if not ascending:
            lrs.post(a_statement(verb={"id": verb}, actor=ADA))  # what comes later changes nothing
        answer = lrs.follow(answer)
        pages += 1
    assert seen == (ids if ascending else ids[::-1])
    assert pages == max(1, -(-total // limit))


@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("format", ["exact", "ids", "canonical"])
def test_a_page_ends_before_its_statements_are_too_long_together(lrs, format, ascending):
    lengths = [10, LARGEST_PAGE // 3, 10, LARGEST_PAGE // 2, LARGEST_PAGE // 3, LARGEST_PAGE + 10]
    ids = [stored(lrs, result={"response": "x" * length}) for length in lengths]
    pages, answer = [], lrs.get(format=format, ascending=ascending)
    while True:
        pages.append([it["id"] for it in answer.json["statements"]])
        if not answer.json["more"]:
            break
        answer = lrs.follow(answer)
    if ascending:
        assert pages == [ids[:4], ids[4:5], ids[5:]]
    else:
        assert pages == [ids[5:], ids[4:1:-1], ids[1::-1]]
    assert lrs.get(statementId=ids[5]).json["result"]["response"] == "x" * lengths[5]


def test_bytes_are_counted_not_characters(lrs):
    long = a_statement(result={"response": "𐍈" * (LARGEST_PAGE // 7)})
    sent = json.dumps(long, ensure_ascii=False).encode()
    one, two = (lrs.post(sent).json[0] for _ in range(2))
    answer = lrs.get()
    assert [it["id"] for it in answer.json["statements"]] == [two]
    assert [it["id"] for it in lrs.follow(answer).json["statements"]] == [one]


def test_a_page_of_ordinary_statements_is_one_question(lrs, database, organisation_id):
    lrs.post([a_statement(result={"response": "x" * 5000}) for _ in range(20)])
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    with database.reading() as session:
        asked.clear()
        page = select.page(session, organisation_id, StatementQuery(limit=10))
    assert len(page.found) == 10
    assert len([it for it in asked if it.startswith("SELECT")]) == 1


def test_a_page_of_an_application_below_a_path_is_found_there(lrs):
    lrs.post([a_statement() for _ in range(3)])
    answer = lrs.client.get(
        "/xapi/statements?limit=2",
        auth=(lrs.key, "a secret of the tests"),
        headers=lrs.headers,
        environ_overrides={"SCRIPT_NAME": "/mentes"},
    )
    assert answer.json["more"].startswith("/mentes/xapi/statements?cursor=")


def test_ids_are_uuids(lrs):
    assert UUID(stored(lrs)).version == 4
