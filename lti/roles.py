"""Roles: full URIs, short names, and what a person may be called in a context.

https://www.imsglobal.org/spec/lti/v1p3/#role-vocabularies
"""

from collections.abc import Iterable
from typing import Final

_LIS: Final = "http://purl.imsglobal.org/vocab/lis/v2/"
_CONTEXT: Final = _LIS + "membership"

ADMINISTRATOR: Final = _CONTEXT + "#Administrator"
CONTENT_DEVELOPER: Final = _CONTEXT + "#ContentDeveloper"
INSTRUCTOR: Final = _CONTEXT + "#Instructor"
LEARNER: Final = _CONTEXT + "#Learner"
MENTOR: Final = _CONTEXT + "#Mentor"
TEACHING_ASSISTANT: Final = _CONTEXT + "/Instructor#TeachingAssistant"

INSTITUTION_ADMINISTRATORS: Final = frozenset(
    {
        _LIS + "institution/person#Administrator",
        _LIS + "system/person#Administrator",
        _LIS + "system/person#SysAdmin",
    }
)

# Core lets platforms write context roles by their short names, and only context roles.
_SHORT: Final = frozenset(
    {
        "Administrator",
        "ContentDeveloper",
        "Instructor",
        "Learner",
        "Manager",
        "Member",
        "Mentor",
        "Officer",
    }
)
_LTI_1_1: Final = "urn:lti:role:ims/lis/"


def normalised(role: str) -> str:
    """Return the full URI for a short context role or an LTI 1.1 role; others as they came.

    LTI Core 1.3, section 5.3.7 and appendix A:
    https://www.imsglobal.org/spec/lti/v1p3/#role-vocabularies

    >>> normalised("Learner")
    'http://purl.imsglobal.org/vocab/lis/v2/membership#Learner'
    """
    principal, _, sub_role = role.removeprefix(_LTI_1_1).replace("#", "/").partition("/")
    if principal not in _SHORT:
        return role
    return f"{_CONTEXT}/{principal}#{sub_role}" if sub_role else f"{_CONTEXT}#{principal}"


def has(roles: Iterable[str], principal: str) -> bool:
    """Return whether `roles` hold the context role `principal` or one of its sub-roles.

    LTI Core 1.3, section 5.3.7 and appendix A:
    https://www.imsglobal.org/spec/lti/v1p3/#role-vocabularies

    Platforms should send the principal role beside a sub-role, and not all of them do.
    """
    sub_roles = principal.replace("membership#", "membership/") + "#"
    return any(role == principal or role.startswith(sub_roles) for role in roles)
