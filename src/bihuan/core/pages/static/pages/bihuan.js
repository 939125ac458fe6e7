// The shell's behaviour: menus, keys, dialogs, confirmations, pickers, uploads, toasts. Works on delegated events, so that
// pieces htmx puts into a page need no set-up. Nothing here is needed to read a page or to send a form.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const body = document.body;
  const dialog = $("#bh-dialog");
  const confirmBox = $("#bh-confirm");
  const csrf = () => JSON.parse(body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";

  // Phone menu -------------------------------------------------------------------------------------------------
  const toggleMenu = (open) => {
    const button = $("[data-toggle-menu]");
    if (!button) return;
    body.classList.toggle("bh-menu-open", open);
    // Below the bar, wherever that stands: a line above it (a demonstration, a warning) moves it down.
    const bar = $(".bh-top");
    $("#bh-menu").style.top = open && button.offsetParent ? `${bar.getBoundingClientRect().bottom}px` : "";
    button.setAttribute("aria-expanded", String(open));
  };

  // Dialogs ----------------------------------------------------------------------------------------------------
  const openDialog = (address) => {
    const here = window.location.pathname + window.location.search;
    window.htmx.ajax("GET", address, { target: "#bh-dialog-body", swap: "innerHTML", headers: { "X-Here": here } });
  };
  // A row that the page filled in is no question any more.
  const isSettled = (e) => Boolean(e.matches("[role=combobox]") && $(".bh-chip", e.closest(".bh-rows")));
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "bh-dialog-body") return;
    if (!dialog.open) dialog.showModal();
    const first = all("input:not([type=hidden]):not([type=file]), select, textarea", event.detail.target).find((e) => !isSettled(e));
    const wrong = $("[aria-invalid=true]", event.detail.target);
    (wrong || first || dialog).focus();
  });

  const ask = (words) =>
    new Promise((resolve) => {
      $("[data-confirm-words]", confirmBox).textContent = words;
      confirmBox.returnValue = "no";
      confirmBox.addEventListener("close", () => resolve(confirmBox.returnValue === "yes"), { once: true });
      confirmBox.showModal();
      $("[data-confirm-yes]", confirmBox).focus();
    });

  // Forms: ask first where the action says so; never twice ------------------------------------------------------
  document.addEventListener(
    "submit",
    async (event) => {
      const form = event.target;
      if (form.dataset.confirm && form.dataset.confirmed !== "yes") {
        event.preventDefault();
        event.stopImmediatePropagation();
        const button = event.submitter;
        if (await ask(form.dataset.confirm)) {
          form.dataset.confirmed = "yes";
          form.requestSubmit(button || undefined);
          delete form.dataset.confirmed;
        }
        return;
      }
      if (form.matches("[data-theme-form]")) {
        const now = document.documentElement.getAttribute("data-bs-theme");
        $("[name=theme]", form).value = now === "dark" ? "light" : "dark";
      }
      if (form.matches("[data-once]")) {
        if (form.dataset.sent && !form.hasAttribute("hx-post")) {
          event.preventDefault();
          return;
        }
        form.dataset.sent = "yes";
        all("button[type=submit]", form).forEach((b) => b.setAttribute("aria-busy", "true"));
      }
    },
    true,
  );
  window.addEventListener("pageshow", () => {
    all("form[data-once]").forEach((form) => {
      delete form.dataset.sent;
      all("[aria-busy]", form).forEach((b) => b.removeAttribute("aria-busy"));
    });
  });
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question).then((yes) => yes && event.detail.issueRequest(true));
  });

  // Clicks -----------------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const target = event.target.closest(
      "[data-toggle-menu], [data-dialog], [data-close-dialog], [data-close-toast], [data-remove-chip], [data-print]",
    );
    all("details[data-drop][open]").forEach((d) => !d.contains(event.target) && d.removeAttribute("open"));
    if (!target) return;
    if (target.matches("[data-toggle-menu]")) toggleMenu(!body.classList.contains("bh-menu-open"));
    else if (target.matches("[data-dialog]")) {
      if (event.ctrlKey || event.metaKey || event.shiftKey || !window.htmx) return;
      event.preventDefault();
      openDialog(target.getAttribute("href"));
    } else if (target.matches("[data-close-dialog]")) target.closest("dialog").close();
    else if (target.matches("[data-close-toast]")) target.closest("[data-toast]").remove();
    else if (target.matches("[data-print]")) window.print();
    else if (target.matches("[data-remove-chip]")) target.closest(".bh-chip").remove();
  });

  // Keys -------------------------------------------------------------------------------------------------------
  let waitingForSecond = false;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      all("details[data-drop][open]").forEach((d) => {
        d.removeAttribute("open");
        $("summary", d).focus();
      });
      toggleMenu(false);
      return;
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    if (event.key === "/") {
      const search = $("#bh-search");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    } else if (event.key === "m" && $("[data-menu-filter]")) {
      event.preventDefault();
      toggleMenu(true);
      $("[data-menu-filter]").focus();
    } else if (event.key === "?") window.location.assign("/keyboard/");
    else if (waitingForSecond && event.key === "i") window.location.assign("/");
    waitingForSecond = event.key === "g";
    if (waitingForSecond) window.setTimeout(() => (waitingForSecond = false), 1200);
  });

  // Toasts go by themselves, except mistakes --------------------------------------------------------------------
  const toast = (words, kind = "success") => {
    const box = document.createElement("div");
    box.className = `bh-toast bh-toast-${kind}`;
    box.dataset.toast = "";
    const span = document.createElement("span");
    span.textContent = words;
    box.append(span);
    $("#bh-toasts").append(box);
    window.setTimeout(() => box.remove(), 8000);
  };
  all("[data-toast]:not(.bh-toast-error)").forEach((box) => window.setTimeout(() => box.remove(), 8000));

  // Data is marked as Chinese where it is, whatever the language of the page.
  const speak = (element, words) => {
    element.textContent = words;
    if (/[\u3400-\u9fff\uf900-\ufaff]/.test(words)) element.lang = "zh";
  };

  // Row picker -------------------------------------------------------------------------------------------------
  const chip = (picker, value, words) => {
    if (all(`input[name="${CSS.escape(picker.dataset.name)}"]`, picker).some((i) => i.value === value)) return;
    const chosen = $("[data-chosen]", picker);
    if (!picker.hasAttribute("data-many")) chosen.replaceChildren();
    const span = document.createElement("span");
    span.className = "bh-chip";
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = picker.dataset.name;
    input.value = value;
    const text = document.createElement("span");
    speak(text, words);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.dataset.removeChip = "";
    remove.setAttribute("aria-label", picker.dataset.remove);
    remove.textContent = "×";
    span.append(input, text, remove);
    chosen.append(span);
    picker.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const closeList = (picker) => {
    $("ul", picker).hidden = true;
    $("[role=combobox]", picker).setAttribute("aria-expanded", "false");
  };
  const showRows = (picker, rows) => {
    const list = $("ul", picker);
    list.replaceChildren(
      ...(rows.length ? rows : [{ mark: "", text: picker.dataset.nothing }]).map((row, i) => {
        const li = document.createElement("li");
        li.setAttribute("role", "option");
        li.setAttribute("aria-selected", String(i === 0 && Boolean(row.mark)));
        li.dataset.mark = row.mark;
        if (row.mark) speak(li, row.text);
        else li.textContent = row.text;
        return li;
      }),
    );
    list.hidden = false;
    $("[role=combobox]", picker).setAttribute("aria-expanded", "true");
  };
  const choose = (picker, li) => {
    if (!li || !li.dataset.mark) return;
    chip(picker, li.dataset.mark, li.textContent);
    $("[role=combobox]", picker).value = "";
    closeList(picker);
  };
  const timers = new WeakMap();
  const lookUp = (picker) => {
    window.clearTimeout(timers.get(picker));
    timers.set(
      picker,
      window.setTimeout(async () => {
        const text = $("[role=combobox]", picker).value.trim();
        const answer = await fetch(`${picker.dataset.rows}?q=${encodeURIComponent(text)}`);
        if (!answer.ok) return;
        const rows = (await answer.json()).rows;
        const box = $("[role=combobox]", picker);
        // Whoever has typed on, or gone to another field meanwhile, wants no list over it.
        if (document.activeElement === box && box.value.trim() === text) showRows(picker, rows);
      }, 200),
    );
  };
  document.addEventListener("input", (event) => {
    const picker = event.target.closest(".bh-rows");
    if (picker && event.target.matches("[role=combobox]")) lookUp(picker);
    if (event.target.matches("textarea[data-grow]") && event.target.scrollHeight < 480)
      event.target.style.height = `${event.target.scrollHeight + 2}px`;
  });
  document.addEventListener("focusin", (event) => {
    const picker = event.target.closest(".bh-rows");
    if (picker && event.target.matches("[role=combobox]")) lookUp(picker);
    all(".bh-rows").forEach((p) => p !== picker && closeList(p));
  });
  document.addEventListener("mousedown", (event) => {
    const li = event.target.closest(".bh-rows-list li");
    if (li) {
      event.preventDefault();
      choose(li.closest(".bh-rows"), li);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches || !event.target.matches(".bh-rows [role=combobox]")) return;
    const picker = event.target.closest(".bh-rows");
    const items = all("li[data-mark]", picker).filter((li) => li.dataset.mark);
    const now = items.findIndex((li) => li.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = (now + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
      items.forEach((li, i) => li.setAttribute("aria-selected", String(i === next)));
      items[next]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && !$("ul", picker).hidden) {
      event.preventDefault();
      choose(picker, items[now]);
    } else if (event.key === "Escape") closeList(picker);
  });

  // Files ------------------------------------------------------------------------------------------------------
  for (const [kind, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    document.addEventListener(kind, (event) => {
      const drop = event.target.closest?.("[data-drop-file]");
      if (!drop) return;
      event.preventDefault();
      drop.classList.toggle("bh-over", over);
      if (kind === "drop" && event.dataTransfer.files.length) {
        const input = $("input[type=file]", drop);
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  }
  document.addEventListener("change", async (event) => {
    if (!event.target.matches("[data-drop-file] input[type=file]")) return;
    const files = [...event.target.files];
    const picker = event.target.closest("[data-evidence]");
    if (!picker) {
      $("[data-drop-words]", event.target.parentElement).textContent = files.map((f) => f.name).join(", ");
      return;
    }
    const state = $("[data-evidence-state]", picker);
    const form = picker.closest("form");
    const buttons = form ? all("button[type=submit]", form) : [];
    buttons.forEach((b) => (b.disabled = true));
    for (const file of files) {
      state.textContent = `${picker.dataset.busy} ${file.name}`;
      const data = new FormData();
      data.append("add", "1");
      data.append("file", file);
      try {
        const answer = await fetch(picker.dataset.evidence, { method: "POST", body: data, headers: { "X-CSRFToken": csrf(), Accept: "application/json" } });
        const said = await answer.json();
        if (!answer.ok) throw new Error(said.detail ? said.detail[document.documentElement.lang.startsWith("zh") ? "zh" : "en"] : answer.status);
        chip(picker, said.evidence.id, file.name);
        state.textContent = "";
      } catch (problem) {
        state.textContent = `${picker.dataset.failed}: ${file.name} – ${problem.message}`;
      }
    }
    buttons.forEach((b) => (b.disabled = false));
    event.target.value = "";
  });

  // Counts of the top bar --------------------------------------------------------------------------------------
  const refreshCounts = async () => {
    if (document.hidden || !body.dataset.counts) return;
    try {
      const answer = await fetch(body.dataset.counts, { headers: { Accept: "application/json" }, redirect: "error" });
      if (!answer.ok) return;
      for (const [name, count] of Object.entries(await answer.json())) {
        const mark = $(`[data-widget="${CSS.escape(name)}"] [data-count]`);
        if (!mark) continue;
        mark.textContent = count > 99 ? "99+" : String(count);
        mark.hidden = !count;
      }
    } catch {
      // The next round asks again.
    }
  };
  if ($("[data-widget]")) window.setInterval(refreshCounts, 30_000);

  // Drawings are loaded only where there is something to draw ----------------------------------------------------
  const load = (address) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      document.head.append(script);
    });
  const once = {};
  const loadOnce = (address) => (once[address] ||= load(address));
  const draw = async (root) => {
    const charts = all("[data-chart]:not([data-drawn])", root);
    const maps = all("[data-map]:not([data-drawn])", root);
    if (!charts.length && !maps.length) return;
    [...charts, ...maps].forEach((element) => (element.dataset.drawn = ""));
    if (charts.length) await loadOnce(body.dataset.echarts);
    if (maps.length) {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = body.dataset.leafletCss;
      document.head.append(style);
      await loadOnce(body.dataset.leaflet);
    }
    await loadOnce(body.dataset.drawings);
    charts.forEach((element) => window.bihuan.drawChart(element));
    maps.forEach((element) => window.bihuan.drawMap(element));
  };
  // Live events: one connection a browser, through a shared worker where there is one ------------------------------
  let lastSign = Date.now();
  let countsSoon = 0;
  const hear = ({ kind, data }) => {
    lastSign = Date.now();
    $("#bh-stale").hidden = true;
    if (kind === "reset") document.body.dispatchEvent(new CustomEvent("live-reset"));
    if (kind !== "told") return;
    document.body.dispatchEvent(new CustomEvent("live-told", { detail: data }));
    data.feeds.forEach((feed) => document.body.dispatchEvent(new CustomEvent(`live-${feed}`, { detail: data })));
    window.clearTimeout(countsSoon);
    countsSoon = window.setTimeout(refreshCounts, 800);
  };
  const startLive = async () => {
    const ticket = new URL(body.dataset.liveTicket, window.location.href).href;
    if (window.SharedWorker) {
      const worker = new SharedWorker(body.dataset.live, { name: "bihuan-live" });
      worker.port.addEventListener("message", (event) => hear(event.data));
      worker.port.start();
      worker.port.postMessage({ ticket });
      window.addEventListener("pagehide", () => worker.port.postMessage({ bye: true }));
    } else {
      await loadOnce(body.dataset.live);
      window.bihuanLive(ticket, hear);
    }
    window.setInterval(() => {
      if (Date.now() - lastSign > 30_000) $("#bh-stale").hidden = false;
    }, 2_000);
  };
  if (body.dataset.liveTicket) startLive();

  window.bihuan = { toast, openDialog, ask, refreshCounts, draw };
  draw(document);
  document.addEventListener("htmx:afterSettle", (event) => draw(event.detail.target));
})();
