"use strict";

// A launch is a form that sends itself; without scripts, its button does.
document.querySelectorAll("form[data-sends-itself]").forEach((form) => form.requestSubmit());

// A page that ends in a frame takes the whole window back to the course.
document.querySelectorAll("a[data-leaves-frame]").forEach((link) => {
  if (window.top !== window) window.top.location.href = link.href;
});

// A tool says that its registration is finished.
const frame = document.querySelector("iframe[data-closes-to]");
if (frame) {
  window.addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow) return;
    let said = event.data;
    try { said = typeof said === "string" ? JSON.parse(said) : said; } catch { return; }
    if (said && said.subject === "org.imsglobal.lti.close") {
      window.location.href = frame.dataset.closesTo;
    }
  });
}
