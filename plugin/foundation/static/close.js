// Tells the platform that registration is done or given up, so that it closes this window. Each
// message reaches its own origin alone: the platform may have opened us from either.
// https://www.imsglobal.org/spec/lti-dr/v1p0#step-4-registration-completed-and-activation
for (const origin of document.currentScript.dataset.origins.split(" ")) {
  (window.opener || window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, origin);
}
