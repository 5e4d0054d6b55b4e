// Tells the platform that registration is done, so that it closes this window.
// https://www.imsglobal.org/spec/lti-dr/v1p0#step-4-registration-completed-and-activation
(window.opener || window.parent).postMessage(
  { subject: "org.imsglobal.lti.close" },
  document.currentScript.dataset.origin,
);
