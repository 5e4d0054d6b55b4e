"""Where products have their endpoints, below their own address.

In a path, {course}, {column} and {deployment} stand for ids; what follows a question mark is the
query. Moodle's are recorded; Canvas' are in its documentation of LTI; Brightspace's and
Blackboard's are those of launches that people have published. What a product does not have, or
nobody has told of, is at a path of ours.
"""

import re
from dataclasses import dataclass, fields

from werkzeug.routing import Map, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The paths of one product."""

    configuration: str
    registration: str
    authentication: str
    jwks: str
    token: str
    line_items: str
    line_item: str
    memberships: str
    groups: str
    group_sets: str
    notice_handlers: str
    deep_linking: str
    course: str
    activity: str
    storage: str


_MOODLE_SERVICES = "/mod/lti/services.php"
_MOODLE_BINDING = f"{_MOODLE_SERVICES}/CourseSection/{{course}}/bindings/{{deployment}}"

MOODLE = Paths(
    configuration="/mod/lti/openid-configuration.php",
    registration="/mod/lti/openid-registration.php",
    authentication="/mod/lti/auth.php",
    jwks="/mod/lti/certs.php",
    token="/mod/lti/token.php",  # noqa: S106 # a path
    line_items=f"{_MOODLE_SERVICES}/{{course}}/lineitems?type_id={{deployment}}",
    line_item=f"{_MOODLE_SERVICES}/{{course}}/lineitems/{{column}}/lineitem?type_id={{deployment}}",
    memberships=f"{_MOODLE_BINDING}/memberships",
    groups=f"{_MOODLE_BINDING}/groups",
    group_sets=f"{_MOODLE_BINDING}/groupsets",
    notice_handlers=f"{_MOODLE_SERVICES}/notices/{{deployment}}",
    deep_linking="/mod/lti/contentitem_return.php?course={course}&id={deployment}",
    course="/mod/lti/return.php?course={course}",
    activity="/mod/lti/view.php",
    storage="/mod/lti/storage.php",
)

CANVAS = Paths(
    configuration="/api/lti/security/openid-configuration",
    registration="/api/lti/registrations",
    authentication="/api/lti/authorize_redirect",
    jwks="/api/lti/security/jwks",
    token="/login/oauth2/token",  # noqa: S106 # a path
    line_items="/api/lti/courses/{course}/line_items",
    line_item="/api/lti/courses/{course}/line_items/{column}",
    memberships="/api/lti/courses/{course}/names_and_roles",
    groups="/api/lti/courses/{course}/groups",
    group_sets="/api/lti/courses/{course}/group_sets",
    notice_handlers="/api/lti/notice-handlers/{deployment}",
    deep_linking="/courses/{course}/deep_linking_response?deployment={deployment}",
    course="/courses/{course}",
    activity="/courses/modules/items",
    storage="/post_message_forwarding",
)

_D2L_SERVICES = "/d2l/api/lti/{service}/2.0/deployment/{{deployment}}/orgunit/{{course}}"
_D2L_AGS = _D2L_SERVICES.format(service="ags")
_D2L_NRPS = _D2L_SERVICES.format(service="nrps")

BRIGHTSPACE = Paths(
    configuration="/d2l/.well-known/openid-configuration",
    registration="/d2l/api/lti/registrations",
    authentication="/d2l/lti/authenticate",
    jwks="/d2l/.well-known/jwks",
    token="/core/connect/token",  # noqa: S106 # a path
    line_items=f"{_D2L_AGS}/lineitems",
    line_item=f"{_D2L_AGS}/lineitems/{{column}}",
    memberships=f"{_D2L_NRPS}/memberships",
    groups=f"{_D2L_NRPS}/groups",
    group_sets=f"{_D2L_NRPS}/groupsets",
    notice_handlers="/d2l/api/lti/pns/1.0/deployment/{deployment}",
    deep_linking="/d2l/lti/deeplinking?ou={course}&deployment={deployment}",
    course="/d2l/home/{course}",
    activity="/d2l/le/content/view",
    storage="/d2l/lti/storage",
)

_LEARN = "/learn/api/v1/lti"

BLACKBOARD = Paths(
    configuration="/api/v1/gateway/openid-configuration",
    registration="/api/v1/gateway/registrations",
    authentication="/api/v1/gateway/oidcauth",
    jwks="/api/v1/management/applications/jwks.json",
    token="/api/v1/gateway/oauth2/jwttoken",  # noqa: S106 # a path
    line_items=f"{_LEARN}/courses/{{course}}/lineItems",
    line_item=f"{_LEARN}/courses/{{course}}/lineItems/{{column}}",
    memberships=f"{_LEARN}/external/namesandroles/{{course}}",
    groups=f"{_LEARN}/external/coursegroups/{{course}}",
    group_sets=f"{_LEARN}/external/coursegroupsets/{{course}}",
    notice_handlers=f"{_LEARN}/notices/{{deployment}}",
    deep_linking="/webapps/blackboard/execute/blti/deepLink?course={course}&placement={deployment}",
    course="/webapps/blackboard/execute/blti/launchReturn?course_id={course}",
    activity="/webapps/blackboard/content/launchLink.jsp",
    storage="/webapps/blackboard/storage",
)

_METHODS = {
    "configuration": ("GET",),
    "registration": ("POST",),
    "authentication": ("GET", "POST"),
    "jwks": ("GET",),
    "token": ("POST",),
    "line_items": ("GET", "POST"),
    "line_item": ("GET", "PUT", "DELETE"),
    "memberships": ("GET",),
    "groups": ("GET",),
    "group_sets": ("GET",),
    "notice_handlers": ("GET", "PUT"),
    "deep_linking": ("POST",),
    "course": ("GET",),
    "storage": ("GET",),
}
_ENDPOINTS = {
    "line_items": "lineitems",
    "line_item": "lineitem",
    "group_sets": "group sets",
    "notice_handlers": "notice handlers",
    "deep_linking": "deep linking",
    "course": "return",
}
"""What the endpoint of a path is called, where it is not called alike."""


def routes(paths: Paths) -> Map:
    """Return what answers at which path; whoever answers is given the ids in it by name."""
    rules = [
        _rule(getattr(paths, each.name), _ENDPOINTS.get(each.name, each.name), _METHODS[each.name])
        for each in fields(paths)
        if each.name in _METHODS
    ]
    column = paths.line_item.partition("?")[0]
    rules.append(_rule(f"{column}/scores", "scores", ("POST",)))
    rules.append(_rule(f"{column}/results", "results", ("GET",)))
    return Map(rules, merge_slashes=False)


def _rule(path: str, endpoint: str, methods: tuple[str, ...]) -> Rule:
    below = re.sub(r"\{(\w+)\}", r"<\1_id>", path.partition("?")[0])
    return Rule(below, methods=methods, endpoint=endpoint)
