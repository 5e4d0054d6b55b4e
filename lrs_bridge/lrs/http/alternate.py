"""The alternate request syntax of 1.0.3: any request as a form that is posted.

Old browsers could send nothing else to another origin. Those that were the reason for it could
not say what they sent either, so content that was made for them posts its form as text/plain.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#13-alternate-request-syntax
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.datastructures import Headers

from lrs_bridge.errors import Malformed, ParameterInvalid
from lrs_bridge.lrs.http.asked import Asked, whole_body
from lrs_bridge.lrs.http.version import spoken
from lrs_bridge.lrs.parameters import once_each
from lrs_bridge.version import Version

_METHODS = ("GET", "PUT", "POST", "DELETE")
_FORMS = ("application/x-www-form-urlencoded", "text/plain", "")
_MOST_FIELDS = 100
_CONTENT = "content"
_NOT_IN_A_HEADER = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
# The fields that stand for headers; all others but the content stand for parameters.
_HEADERS = frozenset(
    {
        "accept",
        "accept-language",
        "authorization",
        "content-length",
        "content-type",
        "if-match",
        "if-none-match",
        "x-experience-api-version",
    }
)


def is_alternate(request: Request) -> bool:
    """Return whether a request is in this syntax: a POST that says which method it stands for."""
    return request.method == "POST" and "method" in request.args


def read(request: Request) -> Asked:
    """Return what a request in this syntax asks for.

    Raises:
        ParameterInvalid: if there is anything in the query beside a method, or if the version has
            no such syntax.
        Malformed: if the body is not a form, or has no content where there must be some.
    """
    spoken(request.headers)  # for the answer, should the form be of no use
    method = _method(request)
    fields = _fields(request)
    headers = _headers(request, fields)
    version = spoken(headers)
    if version is Version.V2_0:
        raise ParameterInvalid("method", f"is not a parameter: xAPI {version} has no such syntax")
    content = fields.get(_CONTENT)
    body = (content or "").encode()
    if content is None and method in ("PUT", "POST"):
        raise Malformed(f"A form that stands for a {method} must have the field {_CONTENT}.")
    return Asked(
        method=method,
        version=version,
        parameters=tuple(
            (name, text)
            for name, text in fields.items()
            if name != _CONTENT and name.lower() not in _HEADERS
        ),
        headers=headers,
        body=lambda: body,
        length=len(body),
    )


def _method(request: Request) -> str:
    given = once_each(request.args.items(multi=True))
    for name in given:
        if name != "method":
            raise ParameterInvalid(name[:80], "must be a field of the form when the method is")
    if given["method"] not in _METHODS:
        raise ParameterInvalid("method", f"must be one of {', '.join(_METHODS)}")
    return given["method"]


def _fields(request: Request) -> dict[str, str]:
    if request.mimetype not in _FORMS:
        raise Malformed(f"With the parameter method, the body must be {_FORMS[0]}.")
    try:
        pairs = parse_qsl(
            whole_body(request).decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:  # also what is not UTF-8
        raise Malformed(f"The body is not {_FORMS[0]} in UTF-8.") from None
    return once_each(pairs)


def _headers(request: Request, fields: dict[str, str]) -> Headers:
    """Return the headers of the request with those that the form has, which count more."""
    headers = Headers(request.headers)
    headers["Content-Type"] = "application/json"  # unless the form says otherwise
    headers.remove("Content-Length")
    for name, text in fields.items():
        if name.lower() in _HEADERS:
            if _NOT_IN_A_HEADER.search(text):
                raise ParameterInvalid(name, "must be one line that a header could be")
            headers[name] = text
    return headers
