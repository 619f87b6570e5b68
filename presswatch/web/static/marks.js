"use strict";
// A look at a page takes a while: the button says so, and is pressed once.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || !button.dataset.busy) return;
  const said = button.textContent;
  button.textContent = button.dataset.busy;
  setTimeout(() => { button.disabled = true; });
  window.addEventListener("pageshow", () => { button.textContent = said; button.disabled = false; }, { once: true });
});
// Stars and read marks without loading the page anew. Without this script the same forms do it.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form.mark"), button = event.submitter;
  if (!form || !button) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, button));
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error(String(answer.status));
  } catch {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
    form.submit();
    return;
  }
  const on = button.value === "1";
  button.value = on ? "0" : "1";
  button.setAttribute("aria-pressed", String(on));
  if (button.name === "read") form.closest("li")?.classList.toggle("seen", on);
});
