// One map, layers switched by boxes. Each layer is asked for what its window shows; an answer that comes late is dropped.
(() => {
  "use strict";
  const box = document.getElementById("layer-map");
  if (!box) return;
  const L = window.L;
  const dark = document.documentElement.getAttribute("data-bs-theme") === "dark";
  const TONES = dark
    ? { blue: "#6cb0f5", orange: "#f2b25c", teal: "#5ecbb8", red: "#e98a8a", purple: "#b79af0", neutral: "#9fb2c8", green: "#a5d86e", yellow: "#f3d77c" }
    : { blue: "#1f6fc2", orange: "#c46a00", teal: "#0f8578", red: "#b83a32", purple: "#6d47b3", neutral: "#5a6b80", green: "#4f7d12", yellow: "#9a7400" };
  const tone = (f) => TONES[f.properties.tone] || TONES.blue;
  const map = L.map(box, { attributionControl: Boolean(box.dataset.tiles), preferCanvas: true });
  if (box.dataset.tiles) L.tileLayer(box.dataset.tiles, { maxZoom: 18 }).addTo(map);
  const boxes = [...document.querySelectorAll("#layers input")];
  const shown = new Map();
  let asked = 0;
  let fitted = false;

  const words = (f) => {
    const holder = document.createElement("div");
    const title = document.createElement(f.properties.url ? "a" : "strong");
    if (f.properties.url) title.href = f.properties.url;
    title.textContent = f.properties.title;
    title.lang = "zh";
    const text = document.createElement("div");
    text.textContent = [f.properties.sign, f.properties.text].filter(Boolean).join(" · ");
    holder.append(title, text);
    return holder;
  };
  const drawn = (data) =>
    L.geoJSON(data, {
      style: (f) => (f.geometry.type === "Point" ? {} : { color: tone(f), weight: 2, fillOpacity: 0.12 }),
      pointToLayer: (f, at) =>
        L.circleMarker(at, { radius: f.properties.count > 1 ? Math.min(8 + 3 * Math.log10(f.properties.count) * 2, 26) : 6, weight: 2, color: dark ? "#10151c" : "#fff", fillColor: tone(f), fillOpacity: f.properties.count > 1 ? 0.7 : 0.95 }),
      onEachFeature: (f, l) => {
        if (f.properties.count > 1) {
          l.bindTooltip(String(f.properties.count), { permanent: true, direction: "center", className: "bh-map-count" });
          l.on("click", () => map.setView(l.getLatLng(), map.getZoom() + 2));
        } else l.bindPopup(() => words(f));
      },
    });
  const address = (name, all) => {
    const url = box.dataset.url.replace("LAYER", name);
    if (all) return url;
    const b = map.getBounds().pad(0.1);
    const within = (v, most) => Math.max(-most, Math.min(most, v)).toFixed(6);
    return `${url}?bbox=${within(b.getWest(), 180)},${within(b.getSouth(), 90)},${within(b.getEast(), 180)},${within(b.getNorth(), 90)}`;
  };
  const tell = () => {
    const all = [...shown.values()].flatMap((entry) => entry.data.features);
    const places = all.reduce((sum, f) => sum + f.properties.count, 0);
    const status = document.getElementById("layer-count");
    status.textContent = status.dataset.words.replace("N", all.length).replace("M", places);
    document.getElementById("layer-list").replaceChildren(
      ...all.slice(0, 300).map((f) => {
        const item = document.createElement("li");
        item.append(words(f));
        return item;
      }),
    );
    box.dataset.ready = String(asked);
  };
  const ask = async (all) => {
    const mine = ++asked;
    delete box.dataset.ready;
    const wanted = boxes.filter((b) => b.checked).map((b) => b.value);
    const answers = await Promise.all(
      wanted.map((name) => fetch(address(name, all), { headers: { Accept: "application/geo+json" } }).then((r) => (r.ok ? r.json() : { features: [] }))),
    );
    if (mine !== asked) return;
    shown.forEach((entry) => entry.layer.remove());
    shown.clear();
    wanted.forEach((name, n) => {
      const data = { type: "FeatureCollection", features: answers[n].features };
      shown.set(name, { data, layer: drawn(data).addTo(map) });
    });
    tell();
    if (!fitted) {
      fitted = true;
      const bounds = L.featureGroup([...shown.values()].map((e) => e.layer)).getBounds();
      if (bounds.isValid()) map.fitBounds(bounds.pad(0.08), { maxZoom: 14, animate: false });
      map.on("moveend", () => ask(false));
    }
  };
  boxes.forEach((b) => b.addEventListener("change", () => ask(false)));
  map.setView([30, 120.5], 7);
  ask(true);
})();
