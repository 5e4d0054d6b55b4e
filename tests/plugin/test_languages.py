"""What people read, in their language; and that nothing they read cannot be translated."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from markupsafe import escape

from lti import claims
from lti.errors import LoginRefused, RegistrationRefused, ServiceRefused
from lti.testing import User
from plugin.app import Mentes
from plugin.courses.model import Course
from plugin.foundation.i18n import SOURCE, Words, languages
from plugin.foundation.outbox import Debt
from plugin.launches.errors import answer, in_language
from plugin.nudges.letters import SUBJECTS, Letters
from plugin.pairings.service import open_pairing
from plugin.people.model import Person
from plugin.programmes import service as programmes
from plugin.translations import catalogues
from tests.plugin.conftest import forget_languages
from tests.plugin.factories import (
    a_check_in,
    a_checkpoint,
    a_programme,
    an_activity,
    every,
    mentoring,
)
from tests.plugin.launching import ADA, MO, TEACHER, Browser, Campus

OTHERS = [language for language in languages() if language != SOURCE]
MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
READ_ALOUD = {"aria-label", "title", "alt", "placeholder", "data-label"}
NAMES = (ADA.name, MO.name, TEACHER.name, "Mentored Course 101", "Read me", "Mentes", "UTC")


class Text(HTMLParser):
    """What a page says: its text and what a screen reader reads of its attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._inside: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside.append(tag)
        self.said += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._inside):
            self.said.append(data)

    def __str__(self) -> str:
        return " ".join(" ".join(self.said).split())


def speaking(campus: Campus, user: User, language: str) -> Browser:
    return campus.launched(user, **{claims.LAUNCH_PRESENTATION: {"locale": language}})


# What people read.


def test_a_person_who_speaks_german_reads_german(campus: Campus) -> None:
    ada = speaking(campus, ADA, "de-AT")
    page = ada.get("join").get_data(as_text=True)
    assert '<html lang="de" dir="ltr">' in page
    assert "Was aus diesem Kurs möchtest du als Erstes anwenden?" in page
    assert "Mentor:in für mich finden" in page


def test_what_is_wrong_with_a_form_is_said_in_german(campus: Campus) -> None:
    answer = speaking(campus, ADA, "de").submit("join", first_use="", talk="call")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "2 Antworten brauchen noch einen Blick" in page
    assert "Schreib eine Zeile: Damit beginnt euer erstes Gespräch." in page


def test_a_problem_is_explained_in_german(campus: Campus) -> None:
    page = speaking(campus, ADA, "de").get(f"check-ins/{uuid4()}").get_data(as_text=True)
    assert "Das konnten wir nicht finden" in page
    assert "Unter deinen Check-ins gibt es diesen nicht." in page


def test_a_refused_launch_is_explained_in_the_language_of_the_browser(campus: Campus) -> None:
    answer = campus.browser().client.post(
        "/lti/launch",
        data={"state": "unknown", "id_token": "x"},
        headers={"Accept": "text/html", "Accept-Language": "de-CH,en;q=0.5"},
    )
    assert answer.status_code == 401
    assert "Diese Seite wurde zweimal oder zu spät geöffnet." in answer.get_data(as_text=True)


def refused(campus: Campus, locale: str | None, accepted: str, **changed: object) -> str:
    """Return the page of a refused launch: its locale beside the languages of the browser."""
    browser = campus.browser()
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = accepted
    said = {claims.LAUNCH_PRESENTATION: {"locale": locale, "return_url": "https://lms.example/c"}}
    answer = browser.launch(ADA, **{**said, **changed})
    assert answer.status_code in (400, 401, 403)
    return answer.get_data(as_text=True)


def test_a_refusal_that_names_a_parameter_is_in_german(campus: Campus) -> None:
    answer = campus.browser().client.post(
        "/lti/login",
        data={"iss": campus.platform.issuer},
        headers={"Accept": "text/html", "Accept-Language": "de"},
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "Die Plattform hat login_hint nicht gesendet. Öffne diese Seite aus einem Kurs" in page


def test_a_refusal_that_says_why_by_another_is_in_german_throughout() -> None:
    why = ServiceRefused("platform-refused", "The platform answered %(status)s.", {"status": 404})
    refusal = RegistrationRefused(
        "configuration-unreadable",
        "The platform's configuration could not be read. %(why)s",
        {"why": why},
    )
    assert in_language(refusal, Words("de")) == (
        "Die Konfiguration der Plattform ließ sich nicht lesen. "
        "Die Plattform hat mit 404 geantwortet."
    )
    assert in_language(refusal, Words(SOURCE)) == str(refusal)


def test_what_fills_in_a_refusal_is_neither_translated_nor_filled_in_nor_markup(
    campus: Campus,
) -> None:
    name = "We spoke %(name)s 100% <b>{{ 7 * 7 }}</b>"
    refusal = LoginRefused(
        "login-parameter-repeated",
        "The platform sent %(name)s more than once; send it once.",
        {"name": name},
    )
    headers = {"Accept": "text/html", "Accept-Language": "de"}
    with campus.app.test_request_context("/lti/login", headers=headers):
        campus.app.preprocess_request()
        page = answer(refusal).get_data(as_text=True)
    assert f"Die Plattform hat {escape(name)} mehr als einmal gesendet" in page
    assert "<b>" not in page


@pytest.mark.parametrize("locale", ["de", "de-AT", "de_CH"])
def test_a_launch_refused_after_its_signature_is_explained_in_its_own_language(
    campus: Campus, locale: str
) -> None:
    page = refused(campus, locale, "en", **{claims.VERSION: "2.0"})
    assert '<html lang="de" dir="ltr">' in page
    assert "Die Plattform muss mit der LTI-Version 1.3.0 aufrufen." in page
    assert "lti_errormsg=Die+Plattform+muss" in page


def test_a_deployment_that_waits_is_explained_in_the_language_of_the_launch(
    campus: Campus,
) -> None:
    page = refused(campus, "de", "en", **{claims.DEPLOYMENT_ID: "another"})
    assert "Du hast nichts falsch gemacht." in page


def test_a_launch_in_english_is_refused_in_english_whatever_the_browser_prefers(
    campus: Campus,
) -> None:
    page = refused(campus, "en-GB", "de", **{claims.VERSION: "2.0"})
    assert "The platform must launch with LTI version 1.3.0." in page


@pytest.mark.parametrize("locale", ["tlh", "", "../de", "x" * 300, None])
def test_a_refusal_in_a_language_that_we_do_not_speak_is_in_the_browsers(
    campus: Campus, locale: str | None
) -> None:
    page = refused(campus, locale, "de", **{claims.VERSION: "2.0"})
    assert "Die Plattform muss mit der LTI-Version 1.3.0 aufrufen." in page


def test_a_language_that_nobody_signed_is_not_used(campus: Campus) -> None:
    browser = campus.browser()
    state, nonce = browser.begin()
    presentation = {"locale": "de"}
    token = browser.token(nonce, {**browser.claims(), claims.LAUNCH_PRESENTATION: presentation})
    forged = f"{token.rpartition('.')[0]}.{'A' * 342}"
    page = browser.post(state, forged)
    assert page.status_code == 401
    assert '<html lang="en"' in page.get_data(as_text=True)


def test_a_machine_is_told_in_the_language_that_it_asks_for(campus: Campus) -> None:
    browser = campus.browser()
    state, nonce = browser.begin()
    said = {claims.LAUNCH_PRESENTATION: {"locale": "de"}, claims.VERSION: "2.0"}
    told = browser.client.post(
        "/lti/launch",
        data={"state": state, "id_token": browser.token(nonce, {**browser.claims(), **said})},
        headers={"Accept": "application/problem+json"},
    )
    assert told.get_json()["detail"] == "The platform must launch with LTI version 1.3.0."


@pytest.mark.parametrize("locale", ["tlh", "", "../de", "x" * 300])
def test_an_unknown_language_is_english(campus: Campus, locale: str) -> None:
    page = speaking(campus, ADA, locale).get("join").get_data(as_text=True)
    assert '<html lang="en"' in page
    assert "Find my mentor" in page


@pytest.mark.parametrize("language", OTHERS)
def test_every_letter_is_written_in_the_language(language: str) -> None:
    values = {
        "about": "Kapitel 1",
        "when": "10:00",
        "due": "1. 2.",
        "minutes": 10,
        "meeting_place": "A 3",
        "stays_open": True,
    }
    for name in SUBJECTS:
        for other_name in ("Mo", None):
            ours = Letters().write(
                name, Words(language), to_name="Ada", other_name=other_name, **values
            )
            english = Letters().write(
                name, Words(SOURCE), to_name="Ada", other_name=other_name, **values
            )
            lines = set(ours.text.splitlines()) & set(english.text.splitlines())
            assert lines <= {"", "10:00", "A 3", "-- "}
            assert ours.subject != english.subject or name == "booked"
            assert "%(" not in ours.text + ours.subject


def test_a_mail_is_written_in_the_language_of_its_reader(
    mentes: Mentes, organisation_id: UUID
) -> None:
    mentoring(
        mentes.database,
        organisation_id,
        mentee={"email": "ada@lms.example", "language": "de-AT"},
        mentor={"email": "mo@lms.example", "language": "en-GB"},
    )
    with mentes.database.reading(organisation_id) as session:
        mails = {
            debt.payload["to"]: debt.payload for debt in every(session, Debt, Debt.kind == "mail")
        }
    german, english = mails["ada@lms.example"], mails["mo@lms.example"]
    assert german["subject"].startswith("Zeit für ein Gespräch über")
    assert "Öffne Mentes in deinem Kurs und vereinbare eine Zeit, bis" in german["text"]
    assert english["subject"].startswith("Time to talk about")


# Every page, in a language whose words are all marked: what is not marked cannot be translated.


@pytest.fixture
def marked(no_catalogues: Path) -> str:
    """Greek, in which months are not written in our letters and every word is ⟦marked⟧."""
    catalogue = catalogues.updated("el", catalogues.template())
    for message in (message for message in catalogue if message.id):
        forms = message.id if message.pluralizable else (message.id,)
        texts = tuple(f"⟦{text}⟧" for text in forms)
        message.string = texts if message.pluralizable else texts[0]
    path = no_catalogues / "el" / "LC_MESSAGES" / "mentes.po"
    path.parent.mkdir(parents=True)
    path.write_bytes(catalogues.as_text(catalogue))
    forget_languages()
    return "el"


def unmarked(page: str) -> set[str]:
    """Return the words of a page that are neither marked nor what somebody called something."""
    page = re.sub(r"<option[^>]*>[A-Za-z/_+\-0-9 ]+</option>", "", page)  # time zones
    page = re.sub(r"<code>[^<]*</code>", "", page)  # references
    text = str(Text(page))
    while MARKED.search(text):
        text = MARKED.sub("", text)
    for name in NAMES:
        text = text.replace(name, "")
    return set(re.findall(r"[A-Za-z]{2,}", text))


def a_pair(mentes: Mentes, organisation_id: UUID) -> UUID:
    """Let Mo mentor Ada in the course that they have opened, and open a check-in."""
    with mentes.database.transaction(organisation_id) as session:
        (course,) = every(session, Course)
        people = {person.name: person.id for person in every(session, Person)}
        programme = a_programme(session, course)
        checkpoint = a_checkpoint(session, programme, an_activity(session, course))
        mo, ada, now = people[MO.name], people[ADA.name], mentes.clock()
        programmes.attach_mentor(session, programme, mo, capacity=2, by=mo, now=now)
        programmes.join(
            session, programme, ada, first_use="1", talk=["call"], recorded=True, now=now
        )
        pairing = open_pairing(session, programme.id, ada)
        assert pairing is not None
        return a_check_in(session, pairing, checkpoint, now=now).id


def test_every_word_of_every_page_can_be_translated(
    campus: Campus, mentes: Mentes, organisation_id: UUID, marked: str
) -> None:
    seen: dict[str, set[str]] = {}

    def look(who: Browser, *paths: str) -> None:
        for path in paths:
            seen[f"{len(seen)} {path}"] = unmarked(who.get(path).get_data(as_text=True))

    tina, mo, ada = (speaking(campus, user, marked) for user in (TEACHER, MO, ADA))
    look(tina, "set-up", "people", "report", "mine")
    look(ada, "join", "mine", "choices", "report")
    checkin = f"check-ins/{a_pair(mentes, organisation_id)}"
    look(tina, "set-up", "people", "report")
    look(ada, "mine", "choices", checkin)
    look(mo, "mine", "choices", checkin)
    steps: list[tuple[Browser, str, dict[str, str]]] = [
        (ada, "book", {}),
        (ada, "book", {"starts_at": "2099-01-01T10:00", "zone": "Europe/Lisbon"}),
        (mo, "cancel", {}),
        (mo, "held", {}),
        (mo, "missed", {}),
        (ada, "feedback", {"worth": "yes", "next_step": "1", "next_step_by": "2099-01-02"}),
        (mo, "feedback", {"worth": "partly", "line": "2"}),
        (ada, "book", {"starts_at": "2099-01-01T10:00", "zone": "Europe/Lisbon"}),
    ]
    for who, step, form in steps:
        answer = who.submit(f"{checkin}/{step}", **form).get_data(as_text=True)
        seen[f"{len(seen)} {step}"] = unmarked(answer) if "<main" in answer else set()
        look(ada, "mine", checkin)
        look(mo, "mine", checkin)
    assert {path: words for path, words in seen.items() if words} == {}
