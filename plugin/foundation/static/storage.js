// Has the platform keep a login's verifier, or give it back, where a frame gets no cookie.
// Only the origin of the platform's authorisation endpoint is ever told, or believed.
// https://www.imsglobal.org/spec/lti-pm-s/v0p1
const { frame, origin, key, value, onward } = document.getElementById("storage").dataset;
const LIMIT = 2000; // ms for everything; then the next way
const CAPABILITIES = 800; // ms of those for platforms that do not say what they can

if (onward) {
  const card = document.getElementById("other-way");
  card.hidden = true;
  within(LIMIT, told("lti.put_data", { key, value })).then(
    () => location.replace(onward),
    () => (card.hidden = false),
  );
} else {
  const form = document.getElementById("onward");
  within(LIMIT, told("lti.get_data", { key }))
    .then((said) => (form.elements.browser.value = said.value), () => {})
    .finally(() => form.submit()); // the server decides, also about nothing
}

async function told(subject, message) {
  const able = within(CAPABILITIES, ask(frame, { subject: "lti.capabilities" })).catch(() => ({}));
  const known = (await able).supported_messages;
  if (!Array.isArray(known)) return ask(frame, { subject, ...message });
  const names = [subject, `org.imsglobal.${subject}`];
  const found = known.find((each) => names.includes(each.subject));
  if (!found) throw new Error("not offered");
  return ask(found.frame || frame, { subject: found.subject, ...message });
}

function ask(name, message) {
  return new Promise((resolve, reject) => {
    const message_id = [...crypto.getRandomValues(new Uint32Array(4))].join("-");
    window.addEventListener("message", function heard(event) {
      const said = event.data;
      if (event.origin !== origin || said?.message_id !== message_id) return;
      if (said.subject !== `${message.subject}.response`) return;
      window.removeEventListener("message", heard);
      if (said.error || (message.key && said.key !== message.key)) reject(new Error("refused"));
      else resolve(said);
    });
    named(name).postMessage({ ...message, message_id }, origin);
  });
}

function named(name) {
  const platform = window.parent === window ? window.opener : window.parent;
  return name === "_parent" ? platform : platform.frames[name]; // throws if there is none
}

function within(limit, promise) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("too late")), limit);
    promise.then(resolve, reject);
  });
}
