// 校核页: a task lights up its sentence, a sentence its task; tabs on a narrow screen; keys; a selection becomes a task.
(() => {
  "use strict";
  const root = document.querySelector("[data-review]");
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  document.addEventListener("click", (event) => {
    const tick = event.target.closest("[data-tick-all]");
    if (tick) all("input[type=checkbox]", tick.closest("fieldset")).forEach((box) => (box.checked = true));
  });
  if (!root) return;

  const paper = root.querySelector("[data-paper]");
  const cards = all("[data-item]", root);
  let current = null;

  const show = (pane) => {
    root.dataset.shown = pane;
    all("[data-pane]").forEach((tab) => tab.setAttribute("aria-selected", String(tab.dataset.pane === pane)));
  };
  const narrow = () => getComputedStyle(document.querySelector(".cp-tabs")).display !== "none";
  const marksOf = (id) => all("[data-items]", paper).filter((mark) => mark.dataset.items.split(" ").includes(id));
  const scrollPaper = (mark) => {
    if (!mark) return;
    if (narrow()) mark.scrollIntoView({ block: "center" });
    else paper.scrollTop += mark.getBoundingClientRect().top - paper.getBoundingClientRect().top - paper.clientHeight / 3;
  };
  const light = (id) => {
    current = id;
    all(".cp-lit", root).forEach((lit) => lit.classList.remove("cp-lit"));
    const marks = marksOf(id);
    marks.forEach((mark) => mark.classList.add("cp-lit"));
    const card = cards.find((one) => one.dataset.item === id);
    card?.classList.add("cp-lit");
    return { card, mark: marks[0] };
  };
  const toDocument = (id, jump) => {
    const { mark } = light(id);
    if (narrow() && !jump) return;
    if (narrow() && mark) show("document");
    scrollPaper(mark);
  };
  const toTask = (id) => {
    const { card } = light(id);
    if (!card) return;
    if (narrow()) show("tasks");
    card.scrollIntoView({ block: "nearest" });
    card.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-pane]");
    if (tab) {
      show(tab.dataset.pane);
      const mark = current && marksOf(current)[0];
      if (tab.dataset.pane === "document" && mark) scrollPaper(mark);
      return;
    }
    const doubt = event.target.closest("[data-doubt]");
    if (doubt) {
      const mark = all("[data-doubts]", paper).find((one) => one.dataset.doubts.split(" ").includes(doubt.dataset.doubt));
      if (mark) {
        all(".cp-lit", root).forEach((lit) => lit.classList.remove("cp-lit"));
        mark.classList.add("cp-lit");
        if (narrow()) show("document");
        scrollPaper(mark);
      }
      return;
    }
    const mark = event.target.closest("[data-items]");
    if (mark && String(window.getSelection()) === "") {
      const ids = mark.dataset.items.split(" ").filter(Boolean);
      // Where tasks share a sentence, clicking again goes to the next of them.
      toTask(ids[(ids.indexOf(current) + 1) % ids.length]);
      return;
    }
    const card = event.target.closest("[data-item]");
    if (card && !event.target.closest("a, button, form")) toDocument(card.dataset.item, true);
  });
  root.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-item]") && event.target.dataset.item !== current) toDocument(event.target.dataset.item, false);
  });

  // Selecting words in the document fills the link of the add button with their place.
  const add = root.querySelector("[data-add-button]");
  const words = add.querySelector("[data-add-words]");
  const plain = words.textContent;
  const position = (node, offset) => {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const holder = element.closest("[data-start]");
    if (!holder) return null;
    return Number(holder.dataset.start) + (node.nodeType === Node.TEXT_NODE ? offset : 0);
  };
  document.addEventListener("selectionchange", () => {
    const selection = window.getSelection();
    const inside = selection.rangeCount && !selection.isCollapsed && paper.contains(selection.anchorNode) && paper.contains(selection.focusNode);
    let address = root.dataset.add;
    if (inside) {
      const range = selection.getRangeAt(0);
      const start = position(range.startContainer, range.startOffset);
      const end = position(range.endContainer, range.endOffset);
      if (start !== null && end !== null && end > start) address += `?start=${start}&end=${end}`;
    }
    add.setAttribute("href", address);
    words.textContent = address === root.dataset.add ? plain : words.dataset.selected;
    add.classList.toggle("btn-primary", address !== root.dataset.add);
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    const at = cards.findIndex((card) => card.dataset.item === current);
    if (key === "j" || key === "k") {
      const next = cards[Math.min(Math.max(at + (key === "j" ? 1 : -1), 0), cards.length - 1)];
      if (next) {
        event.preventDefault();
        toTask(next.dataset.item);
        toDocument(next.dataset.item, false);
      }
    } else if (key === "enter" && event.target.matches("[data-item]")) toDocument(event.target.dataset.item, true);
    else if (at >= 0 && "esmd".includes(key)) {
      const holder = cards[at].querySelector(`[data-key="${key}"]`);
      const target = holder && (holder.matches("a, button") ? holder : holder.querySelector("a, button"));
      if (target) {
        event.preventDefault();
        target.click();
      }
    }
  });

  // After a form one is back at the task, or the name, it was about.
  const wanted = root.dataset.at || window.location.hash.replace("#item-", "").replace("#", "");
  if (wanted) {
    const line = document.getElementById(wanted);
    if (cards.some((card) => card.dataset.item === wanted)) {
      toTask(wanted);
      toDocument(wanted, false);
      cards.find((card) => card.dataset.item === wanted).scrollIntoView({ block: "center" });
    } else if (line) {
      line.closest("details")?.setAttribute("open", "");
      line.scrollIntoView({ block: "center" });
    }
  }
})();
