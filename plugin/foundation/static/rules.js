// Says each rule as a sentence while it is being changed. Without this, it is said after saving.
const form = document.getElementById("rules");
let waits;

form.addEventListener("input", () => {
  clearTimeout(waits);
  waits = setTimeout(say, 300); // ms without a change
});

async function say() {
  const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) });
  if (!answer.ok) return;
  const said = await answer.json();
  form.querySelectorAll("[data-says]").forEach((place, number) => {
    place.textContent = said.rows[number]?.says ?? "";
  });
  form.querySelectorAll("[data-doubts]").forEach((place, number) => {
    doubt(place, said.rows[number]?.doubts ?? []);
  });
  doubt(form.querySelector("[data-doubts-of-all]"), said.doubts);
}

function doubt(place, texts) {
  place.replaceChildren(
    ...texts.map((text) => {
      const line = document.createElement("p");
      line.className = "doubt";
      line.textContent = text;
      return line;
    }),
  );
}
