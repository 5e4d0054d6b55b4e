"""Platform storage: a small page that keeps things for tools, asked by postMessage.

A platform shows it in a frame beside the tool's, named as `lti_storage_target` says. What one tool
has it keep, no other tool is told: everything is kept by the origin of whoever asks.

Some platforms know its messages by older names alone, which begin with `org.imsglobal.lti`; they
say so in their capabilities. `Platform.storage_names` is what the names begin with.

https://www.imsglobal.org/spec/lti-pm-s/v0p1
"""

from werkzeug.wrappers import Response

from lti.testing.visit import Visit

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Platform storage</title>
<script>
"use strict";
const kept = new Map();
const NAMES = "$names";

function answered({ subject, key, value }, origin) {
  const place = JSON.stringify([origin, key]);
  switch (subject) {
    case "lti.capabilities":
      return { supported_messages: ["lti.capabilities", `${NAMES}.put_data`, `${NAMES}.get_data`]
        .map((each) => ({ subject: each, frame: window.name })) };
    case `${NAMES}.put_data`:
      kept.set(place, value);
      return { key, value };
    case `${NAMES}.get_data`:
      return { key, value: kept.get(place) ?? null };
    default:
      return { error: { code: "unsupported_subject", message: "Not offered." } };
  }
}

window.addEventListener("message", ({ data, origin, source }) => {
  if (typeof data?.subject !== "string" || data.subject.endsWith(".response")) return;
  const { subject, message_id } = data;
  const said = { subject: `${subject}.response`, message_id, ...answered(data, origin) };
  source.postMessage(said, origin);
});
</script></html>
"""


def show(visit: Visit) -> Response:
    """Answer with the page that keeps things."""
    page = _PAGE.replace("$names", visit.platform.storage_names)
    return Response(page, content_type="text/html; charset=utf-8")
