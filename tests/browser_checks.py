"""What every page must pass in a real browser, computed in the page itself.

`assert_sound(page)`: nothing complained on the console, nothing scrolls sideways, all text has enough contrast
(WCAG 2.1 AA), nothing is untranslated, and what can be operated has a name. Playwright comes in as an argument, so this module imports nothing.
"""

from __future__ import annotations

from typing import Any

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

#: What the console says of an answer that a test asked for: a form sent back, a page that isn't there.
EXPECTED = ("status of 422", "status of 409", "status of 404", "status of 403")

_COMPLAINTS = "_bihuan_complaints"


def watch(page: Any) -> None:
    """Collect what the page complains about from now on: console errors, uncaught exceptions, refused by policy."""
    complaints: list[str] = []
    setattr(page, _COMPLAINTS, complaints)

    def on_console(message: Any) -> None:
        words = message.text
        if message.type == "error" and not any(e in words for e in EXPECTED):
            complaints.append(f"console: {words}")
        elif message.type == "warning" and "Content Security Policy" in words:
            complaints.append(f"policy: {words}")

    page.on("console", on_console)
    page.on("pageerror", lambda wrong: complaints.append(f"uncaught: {wrong}"))


def complaints(page: Any) -> list[str]:
    return list(getattr(page, _COMPLAINTS, []))


SIDEWAYS = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const clipped = (e) => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) {
      const o = getComputedStyle(p).overflowX;
      if (o !== "visible") return true;
    }
    return false;
  };
  const wide = [...document.body.querySelectorAll("*")].filter((e) => {
    const b = e.getBoundingClientRect();
    return b.width > 0 && b.right > root.clientWidth + 0.5 && !clipped(e);
  });
  const say = (e) => `${e.tagName.toLowerCase()}.${e.className} ${(e.textContent || "").trim().slice(0, 40)}`;
  return [`${root.scrollWidth} px wide in ${root.clientWidth}`, ...wide.slice(-5).map(say)];
}"""

CONTRAST = """() => {
  const parse = (text) => {
    const m = text.match(/rgba?\\(([^)]+)\\)/);
    if (m) {
      const [r, g, b, a] = m[1].split(/[ ,/]+/).filter(Boolean).map(Number);
      return [r, g, b, a === undefined ? 1 : a];
    }
    const c = text.match(/color\\(srgb ([^)]+)\\)/);
    if (c) {
      const [r, g, b, a] = c[1].split(/[ /]+/).filter(Boolean).map(Number);
      return [r * 255, g * 255, b * 255, a === undefined ? 1 : a];
    }
    return null;
  };
  const over = (top, under) => {
    const a = top[3];
    return [0, 1, 2].map((i) => top[i] * a + under[i] * (1 - a)).concat(1);
  };
  const luminance = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => {
      const s = v / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const backdrop = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.backgroundImage.includes("gradient")) return null;
      const colour = parse(style.backgroundColor);
      if (colour && colour[3] > 0) {
        layers.push(colour);
        if (colour[3] === 1) break;
      }
    }
    const page = matchMedia("(prefers-color-scheme: dark)").matches && !document.documentElement.dataset.bsTheme ? [0, 0, 0, 1] : [255, 255, 255, 1];
    return layers.reverse().reduce((under, top) => over(top, under), page);
  };
  const wrong = [];
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || !element || seen.has(element) || /^(script|style|noscript|template|option)$/i.test(element.tagName)) continue;
    seen.add(element);
    if (!element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (!box.width || !box.height || style.clipPath !== "none" || element.closest("[disabled], [aria-disabled=true], .visually-hidden, .leaflet-container")) continue;
    let opacity = 1;
    for (let e = element; e; e = e.parentElement) opacity *= Number(getComputedStyle(e).opacity);
    const under = backdrop(element);
    const ink = parse(style.color);
    if (!under || !ink) continue;
    const got = ratio(over([ink[0], ink[1], ink[2], ink[3] * opacity], under), under);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (got + 0.005 < (large ? 3 : 4.5))
      wrong.push(`${got.toFixed(2)} ${element.tagName.toLowerCase()}.${element.className} “${text.slice(0, 30)}” ${style.color} on ${under.slice(0, 3).map(Math.round)}`);
  }
  return wrong;
}"""

UNTRANSLATED = """() => {
  if (!document.documentElement.lang.startsWith("en")) return [];
  const han = /[\\u3400-\\u9fff\\uf900-\\ufaff]/;
  const wrong = [];
  const own = (e) => e.closest("[lang]")?.lang.startsWith("zh");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!element || /^(script|style|template|textarea)$/i.test(element.tagName) || own(element)) continue;
    const text = walker.currentNode.textContent.trim();
    if (han.test(text)) wrong.push(`${element.tagName.toLowerCase()}: ${text.slice(0, 60)}`);
  }
  for (const element of document.querySelectorAll("[title], [aria-label], [placeholder], [alt], [data-label], [data-confirm]"))
    for (const name of ["title", "aria-label", "placeholder", "alt", "data-label", "data-confirm"])
      if (!own(element) && han.test(element.getAttribute(name) || "")) wrong.push(`${name}: ${element.getAttribute(name)}`);
  if (han.test(document.title)) wrong.push(`title: ${document.title}`);
  return wrong;
}"""

NAMELESS = """() => {
  const wrong = [];
  const shown = (e) => e.checkVisibility({ checkVisibilityCSS: true });
  for (const e of document.querySelectorAll("a[href], button, summary")) {
    const name = (e.getAttribute("aria-label") || e.innerText || e.textContent || e.title || "").trim();
    if (shown(e) && !name && !e.querySelector("img[alt]:not([alt='']), svg[aria-label]")) wrong.push(e.outerHTML.slice(0, 120));
  }
  for (const e of document.querySelectorAll("input:not([type=hidden]):not([type=submit]), select, textarea")) {
    const named = e.labels?.length || e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.title;
    if (shown(e) && !named) wrong.push(e.outerHTML.slice(0, 120));
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => wrong.push(`id twice: ${id}`));
  if (document.querySelectorAll("h1").length !== 1) wrong.push(`${document.querySelectorAll("h1").length} h1`);
  return wrong;
}"""

CHECKS = {"sideways": SIDEWAYS, "contrast": CONTRAST, "untranslated": UNTRANSLATED, "nameless": NAMELESS}


def arrive(page: Any, selector: str) -> None:
    """Waits for a page that comes by itself (a swap, a redirect): this is in it, and its scripts have run."""
    page.locator(selector).first.wait_for()
    page.wait_for_load_state("load")


def examine(page: Any) -> list[str]:
    """Everything wrong with the page as it stands now."""
    page.wait_for_load_state("load")
    found = complaints(page)
    for name, script in CHECKS.items():
        found += [f"{name}: {line}" for line in page.evaluate(script)]
    return found


def assert_sound(page: Any) -> None:
    found = examine(page)
    assert not found, f"{page.url}\n" + "\n".join(found)
