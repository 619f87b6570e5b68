"use strict";
// Keys for lists: j and k move, Enter opens, o the publisher's page, s stars, r marks as read, / the search field, n the
// next page.
(() => {
  const entries = [...document.querySelectorAll(".items > li:not(.day)")];
  const here = document.querySelector(".links [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest", inline: "center" });
  let at = -1;
  const move = (step) => {
    if (!entries.length) return;
    if (at >= 0) entries[at].classList.remove("at");
    at = Math.min(Math.max(at + step, 0), entries.length - 1);
    entries[at].classList.add("at");
    entries[at].scrollIntoView({ block: "nearest" });
    const link = entries[at].querySelector("h2 a");
    if (link) link.focus({ preventScroll: true });
  };
  const follow = (link) => { if (link) link.click(); };
  const press = (name) => {
    const place = at >= 0 ? entries[at] : document.querySelector("main > article");
    follow(place ? place.querySelector(`form.mark button[name=${name}]`) : null);
  };
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    o: () => follow(at >= 0 ? entries[at].querySelector("a.out") : document.querySelector("main a.out")),
    s: () => press("star"),
    r: () => press("read"),
    n: () => follow(document.querySelector("a[rel=next]")),
    "/": () => { const field = document.querySelector("input[type=search]"); if (field) field.focus(); },
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (typing && event.key === "Escape") typing.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    acts[event.key]();
  });
})();
