// Follows what a worker does: asks how far it is, and opens the page anew when it is done.
const bar = document.getElementById("progress");
const stage = document.getElementById("stage");
const OFTEN = 700; // ms between two looks
const SELDOM = 5000; // while nobody answers

async function look() {
  let pause = OFTEN;
  try {
    const answer = await fetch(bar.dataset.url);
    if (answer.status === 401) return location.reload(); // the visit has ended; the page says so
    const far = await answer.json();
    if (far.state !== bar.dataset.state) return location.reload();
    bar.value = far.progress;
    if (far.stage && stage.textContent !== far.stage) stage.textContent = far.stage;
  } catch {
    pause = SELDOM;
  }
  setTimeout(look, pause);
}

setTimeout(look, OFTEN);
