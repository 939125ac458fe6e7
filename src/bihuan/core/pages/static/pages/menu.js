// The menu: finds entries by name, and remembers which groups somebody opened or closed. Without it the groups open by a click all the same.
(() => {
  "use strict";
  const menu = document.getElementById("bh-menu");
  if (!menu) return;
  const all = (selector, root = menu) => [...root.querySelectorAll(selector)];
  const groups = all("[data-menu-group]");
  const filter = menu.querySelector("[data-menu-filter]");
  const KEPT = "bihuan-menu";

  // What is remembered in this browser: {group: open}. Storage may be forbidden or hold somebody else's words.
  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) || {};
    } catch {
      return {};
    }
  };
  const keep = (code, open) => {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ ...kept(), [code]: open }));
    } catch {
      // Then it isn't remembered.
    }
  };
  const isHere = (group) => Boolean(group.querySelector("[aria-current]"));
  const asRemembered = () => {
    const said = kept();
    for (const group of groups) {
      const code = group.dataset.menuGroup;
      group.open = isHere(group) || (code in said ? Boolean(said[code]) : group.dataset.drawnOpen === "yes");
    }
  };
  for (const group of groups) {
    group.dataset.drawnOpen = group.open ? "yes" : "no";
    // A click, or the key that makes one: before the browser turns it over.
    group.querySelector("summary").addEventListener("click", () => {
      if (!filter.value.trim()) keep(group.dataset.menuGroup, !group.open);
    });
  }
  asRemembered();

  // On a long menu the entry of this page is in sight.
  const here = menu.querySelector("[aria-current]");
  if (here && here.offsetTop + here.offsetHeight > menu.scrollTop + menu.clientHeight)
    menu.scrollTop = here.offsetTop - menu.clientHeight / 2;

  const shown = () => all("li:not([hidden]) > a");
  const narrow = () => {
    const words = filter.value.trim().toLowerCase();
    let found = 0;
    for (const group of groups) {
      let inside = 0;
      for (const entry of all("li", group)) {
        entry.hidden = Boolean(words) && !entry.dataset.words.toLowerCase().includes(words);
        if (!entry.hidden) inside += 1;
      }
      group.hidden = !inside;
      if (words) group.open = true;
      found += inside;
    }
    if (!words) asRemembered();
    menu.querySelector("[data-menu-none]").hidden = found > 0;
  };
  filter.addEventListener("input", narrow);
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && filter.value.trim()) {
      event.preventDefault();
      shown()[0]?.click();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      shown()[0]?.focus();
    } else if (event.key === "Escape" && filter.value) {
      event.stopPropagation();
      filter.value = "";
      narrow();
    }
  });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target === filter) return;
    const places = all("summary, li:not([hidden]) > a").filter((e) => e.checkVisibility());
    const next = places[places.indexOf(document.activeElement) + step];
    if (!next && step < 0) filter.focus();
    if (next) next.focus();
    event.preventDefault();
  });
})();
