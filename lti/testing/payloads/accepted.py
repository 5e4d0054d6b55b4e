"""Launches that a tool must take: the Certification Guide, sections 6.1.2 and 6.1.3, and more."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from lti import claims, jose, roles
from lti.testing.payloads.values import (
    DEEP_LINKING,
    GUIDE,
    LTI,
    STEPS,
    TRUSTED,
    Answer,
    Given,
    Message,
    Token,
    changing,
    claiming,
    inside,
    lacking,
)
from lti.testing.tokens import Genuine, stranger
from lti.testing.values import Claims

UNKNOWN_ROLE: Final = "http://purl.imsglobal.org/vocab/lis/v2/uknownrole/unknown#Helper"
NAMES: Final = {"name": "Ms Jane Marie Doe", "given_name": "Jane", "family_name": "Doe"}
EMAIL: Final = {"email": "jane@platform.example.edu"}
COURSE: Final = {"id": "course-1", "label": "ST 101", "title": "Stars", "type": ["CourseOffering"]}
PEOPLE: Final = {"teacher": roles.INSTRUCTOR, "student": roles.LEARNER}


def _good(
    name: str,
    row: str,
    specification: str,
    changes: str,
    token: Callable[[Genuine], str],
    **more: Any,
) -> Token:
    return Token(
        name=name,
        row=row,
        specification=specification,
        changes=changes,
        token=token,
        answer=Answer.ACCEPTED,
        **more,
    )


def _launch(said: list[str], *left_out: str) -> Callable[[Genuine], str]:
    def change(content: Claims) -> Claims:
        full = {**content, **NAMES, **EMAIL, claims.CONTEXT: COURSE, claims.ROLES: said}
        return {name: value for name, value in full.items() if name not in left_out}

    return changing(change)


def _certified(person: str, role: str) -> Iterator[Token]:
    section = "6.1.2" if person == "teacher" else "6.1.3"

    def case(name: str, changes: str, said: list[str], *left_out: str) -> Token:
        return _good(
            f"{name}, {person}",
            f"Cert {section}",
            GUIDE,
            changes,
            _launch(said, *left_out),
        )

    yield case("a valid launch", "nothing", [role])
    yield case("multiple roles", "there is a role more", [role, roles.CONTENT_DEVELOPER])
    yield case("a short role", "the role is short", [role.rpartition("#")[2]])
    yield case("an unknown role", "there is a role that no list has", [UNKNOWN_ROLE, role])
    yield case("no role", "the list of roles is empty", [])
    yield case("e mail only", "there are no names", [role], *NAMES)
    yield case("names only", "there is no e-mail address", [role], *EMAIL)
    yield case("no personal data", "there are neither names nor address", [role], *NAMES, *EMAIL)
    yield case(
        "e mail without context",
        "there are no names and no context",
        [role],
        *NAMES,
        claims.CONTEXT,
    )


def _times(**seconds: float) -> Callable[[Genuine], str]:
    return lambda genuine: changing(
        lambda said: {**said, **{name: genuine.now + each for name, each in seconds.items()}}
    )(genuine)


def _audiences(change: Callable[[str], list[str]]) -> Callable[[Genuine], str]:
    return changing(lambda said: {**said, "aud": change(said["aud"]), "azp": said["aud"]})


def _with_errors(content: Claims) -> Claims:
    left: Claims = {"validation_context": None, "errors": {"errors": {}}}
    return {
        **content,
        claims.CUSTOM: {"unit": "1", "errors": {"errors": {}}},
        claims.CONTEXT: {"id": "2", **left},
        claims.RESOURCE_LINK: {**content[claims.RESOURCE_LINK], **left},
    }


GOOD_TOKENS: Final = (
    *(token for person, role in PEOPLE.items() for token in _certified(person, role)),
    _good(
        "a deep linking request without a target link",
        "Cert DL",
        DEEP_LINKING,
        "there is no target_link_uri",
        lacking(claims.TARGET_LINK_URI),
        message=Message.DEEP_LINKING,
    ),
    _good(
        "data that is null",
        "DL",
        DEEP_LINKING,
        "data is null, as if it were not there",
        inside(claims.DEEP_LINKING_SETTINGS, data=None),
        message=Message.DEEP_LINKING,
    ),
    _good(
        "client id in a list",
        "S3",
        STEPS,
        "aud is a list of the client id",
        changing(lambda said: {**said, "aud": [said["aud"]]}),
    ),
    _good(
        "client id twice in a list",
        "S4",
        STEPS,
        "aud is a list of two, both the client id, and azp is it, too",
        _audiences(lambda ours: [ours, ours]),
    ),
    _good(
        "client id after an audience that we trust",
        "S3",
        STEPS,
        "aud is a list of somebody whom the tool trusts, and the client id",
        _audiences(lambda ours: [TRUSTED, ours]),
        given=Given.TRUSTED_AUDIENCE,
    ),
    _good(
        "authorised party",
        "S5",
        STEPS,
        "azp is the client id",
        changing(lambda said: {**said, "azp": said["aud"]}),
    ),
    _good(
        "a key in the header of a genuine token",
        "S1",
        STEPS,
        "the header has somebody else's key, which a tool has to ignore",
        lambda genuine: genuine.by_hand(jwk=jose.public_jwk(*stranger())),
    ),
    _good("clock two seconds fast", "S8", STEPS, "iat is 2 s ahead", _times(iat=2, exp=62)),
    _good(
        "clock half a minute slow",
        "S7",
        STEPS,
        "exp was half a minute ago",
        _times(iat=-90, exp=-30),
    ),
    _good(
        "times with fractions",
        "S7",
        STEPS,
        "iat and exp have fractions",
        _times(iat=-0.5, exp=59.5),
    ),
    _good(
        "errors beside claims",
        "Core",
        LTI,
        "objects have errors and validation_context in them, as Canvas sends them",
        changing(_with_errors),
    ),
    _good(
        "an unknown claim",
        "Core",
        LTI,
        "there is a claim that no specification has",
        claiming("https://example.com/claim", {"a": [1]}),
    ),
    _good(
        "custom parameters that are no text",
        "Core",
        LTI,
        "custom has a number, null, nothing and the name of a variable",
        claiming(claims.CUSTOM, {"a": 1, "b": None, "c": "", "d": "$Person.name.full"}),
    ),
    _good(
        "many custom parameters",
        "Core",
        LTI,
        "custom has 150,000 characters",
        claiming(claims.CUSTOM, {f"name-{n}": "x" * 1000 for n in range(150)}),
    ),
)
