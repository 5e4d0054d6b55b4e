"""The gradebook over HTTP, with Moodle's bodies and strictness.

https://www.imsglobal.org/spec/lti-ags/v2p0/
"""

from dataclasses import replace
from typing import Any

from werkzeug.wrappers import Response

from lti import claims, urls
from lti.testing import readable
from lti.testing.answers import as_json
from lti.testing.values import Column, Grade, Tool
from lti.testing.visit import Visit

MORE = ("startDateTime", "endDateTime", "gradesReleased", "submissionReview")
READING = (claims.SCOPE_LINE_ITEM, claims.SCOPE_LINE_ITEM_READ)


def line_items(visit: Visit, course_id: str, deployment_id: str | None = None) -> Response:
    """List line items, filtered and in pages; or make one."""
    if visit.request.method == "POST":
        return _create(visit, course_id, deployment_id)
    tool = visit.bound(deployment_id, *READING)
    visit.accepts(claims.MEDIA_LINE_ITEMS)
    course = visit.platform.directory.course(course_id)
    asked = visit.request.args
    columns = [
        column
        for column in visit.platform.grades.columns(course_id, tool.client_id)
        if asked.get("resource_id") in (None, column.resource_id)
        and asked.get("tag") in (None, column.tag)
        and asked.get("resource_link_id") in (None, column.resource_link_id)
    ]
    filters = [
        (name, asked[name]) for name in ("resource_id", "tag", "resource_link_id") if name in asked
    ]
    url = urls.with_query(visit.platform.at.columns(course, tool), filters)
    page, links = visit.page(columns, url)
    visit.note(f"{len(columns)} found")
    return as_json(
        [_document(visit, column, tool) for column in page],
        media_type=claims.MEDIA_LINE_ITEMS,
        headers={"Link": _link(visit, ", ".join(links))} if links else {},
    )


def _link(visit: Visit, header: str) -> str:
    """Return a Link header, with curly quotes and escaped ampersands where the product has them."""
    if not visit.platform.profile.curly_links:
        return header
    curly = header.replace("&", "&amp;").replace('"next"', "“next”")
    return curly.encode().decode("latin-1")


def line_item(
    visit: Visit, course_id: str, column_id: str, deployment_id: str | None = None
) -> Response:
    """Show, change or remove one line item."""
    writing = visit.request.method != "GET"
    tool = visit.bound(deployment_id, *(READING[:1] if writing else READING))
    grades = visit.platform.grades
    column = grades.column(course_id, column_id, tool.client_id)
    if visit.request.method == "DELETE":
        grades.remove_column(column.id)
        return Response(status=204)
    if visit.request.method == "PUT":
        said = readable.line_item(visit.document(claims.MEDIA_LINE_ITEM))
        column = replace(
            column,
            label=said["label"],
            score_maximum=float(said["scoreMaximum"]),
            resource_id=said.get("resourceId", ""),
            tag=said.get("tag", ""),
            more=_more(said),
        )
        grades.replace_column(column)
    return as_json(_document(visit, column, tool), media_type=claims.MEDIA_LINE_ITEM)


def scores(
    visit: Visit, course_id: str, column_id: str, deployment_id: str | None = None
) -> Response:
    """Take a score; a final one completes the item that the line item belongs to."""
    tool = visit.bound(deployment_id, claims.SCOPE_SCORE)
    platform = visit.platform
    column = platform.grades.column(course_id, column_id, tool.client_id)
    learners = platform.directory.learners(course_id)
    grade = platform.grades.record(column, visit.document(claims.MEDIA_SCORE), learners)
    visit.note(f"{grade.score_given} of {grade.score_maximum}, {grade.activity_progress}")
    final = (grade.activity_progress, grade.grading_progress) == ("Completed", "FullyGraded")
    if final and column.resource_link_id is not None:
        activity = platform.at.activity(column.resource_link_id)
        platform.complete(grade.user_id, course_id, activity)
    return Response(status=200, content_type=claims.MEDIA_SCORE)


def results(
    visit: Visit, course_id: str, column_id: str, deployment_id: str | None = None
) -> Response:
    """List the results in a line item: everybody's, or one person's."""
    tool = visit.bound(deployment_id, claims.SCOPE_RESULT_READ)
    column = visit.platform.grades.column(course_id, column_id, tool.client_id)
    visit.accepts(claims.MEDIA_RESULTS)
    wanted = visit.request.args.get("user_id")
    grades = visit.platform.grades.grades(column.id).values()
    found = [
        _result(visit, column, tool, grade)
        for grade in grades
        if grade.score_given is not None and wanted in (None, grade.user_id)
    ]
    page, links = visit.page(found, _results_url(visit, column, tool))
    headers = {"Link": ", ".join(links)} if links else {}
    return as_json(page, media_type=claims.MEDIA_RESULTS, headers=headers)


def _results_url(visit: Visit, column: Column, tool: Tool) -> str:
    return urls.with_path_suffix(visit.platform.at.column(column, tool), "/results")


def _create(visit: Visit, course_id: str, deployment_id: str | None) -> Response:
    tool = visit.bound(deployment_id, claims.SCOPE_LINE_ITEM)
    course = visit.platform.directory.course(course_id)
    said = readable.line_item(visit.document(claims.MEDIA_LINE_ITEM))
    column = visit.platform.grades.add_column(
        course_id=course.id,
        client_id=tool.client_id,
        label=said["label"],
        score_maximum=float(said["scoreMaximum"]),
        resource_id=said.get("resourceId", ""),
        tag=said.get("tag", ""),
        resource_link_id=said.get("resourceLinkId"),
        more=_more(said),
    )
    visit.note("created")
    document = _document(visit, column, tool)
    return as_json(document, status=201, media_type=claims.MEDIA_LINE_ITEM)


def _more(said: dict[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in MORE if name in said}


def _document(visit: Visit, column: Column, tool: Tool) -> dict[str, Any]:
    document: dict[str, Any] = {
        **column.more,
        "id": visit.platform.at.column(column, tool),
        "label": column.label,
        "scoreMaximum": column.score_maximum,
        "resourceId": column.resource_id,
        "tag": column.tag,
    }
    if column.resource_link_id is not None:
        document["resourceLinkId"] = column.resource_link_id
        document["ltiLinkId"] = column.resource_link_id
    return document


def _result(visit: Visit, column: Column, tool: Tool, grade: Grade) -> dict[str, Any]:
    url = _results_url(visit, column, tool)
    return {
        "id": urls.with_query(url, [("user_id", grade.user_id)]),
        "userId": grade.user_id,
        "resultScore": grade.score_given,
        "resultMaximum": grade.score_maximum,
        "scoreOf": visit.platform.at.column(column, tool),
        "timestamp": grade.timestamp.isoformat(timespec="seconds"),
    }
