"use strict";
// Datasette's menus: a click elsewhere closes them.
document.body.addEventListener("click", (event) => {
  const within = event.target.closest("details");
  for (const open of document.querySelectorAll("details.nav-menu[open], details.actions-menu-links[open]")) {
    if (open !== within) open.open = false;
  }
});
