// Draws a boundary by clicks (or Enter at the centre), and keeps the text of the form in step with the drawing.
(() => {
  "use strict";
  const box = document.querySelector("[data-draw-boundary]");
  if (!box) return;
  const L = window.L;
  const text = document.getElementById("geometry");
  const system = document.getElementById("system");
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const map = L.map(box, { attributionControl: Boolean(box.dataset.tiles), preferCanvas: true });
  if (box.dataset.tiles) L.tileLayer(box.dataset.tiles, { maxZoom: 18 }).addTo(map);
  const was = read("boundary-was");
  const start = read("boundary-start");
  const before = was ? L.geoJSON(was, { style: { color: "#5a6b80", weight: 2, dashArray: "6 4", fillOpacity: 0.05 } }).addTo(map) : null;
  let corners = [];
  let drawn = null;

  const show = (geometry, fit) => {
    if (drawn) drawn.remove();
    drawn = geometry ? L.geoJSON(geometry, { style: { color: "#1f6fc2", weight: 3, fillOpacity: 0.15 }, pointToLayer: (_, at) => L.circleMarker(at, { radius: 5 }) }).addTo(map) : null;
    if (fit && drawn && drawn.getBounds().isValid()) map.fitBounds(drawn.getBounds().pad(0.2));
  };
  const shape = () => {
    if (!corners.length) return null;
    if (corners.length === 1) return { type: "Point", coordinates: corners[0] };
    if (corners.length === 2) return { type: "LineString", coordinates: corners };
    return { type: "Polygon", coordinates: [[...corners, corners[0]]] };
  };
  const say = () => {
    const made = shape();
    text.value = made && made.type !== "Point" ? JSON.stringify(made) : "";
    system.value = "cgcs2000";
    show(made, false);
  };
  const add = (at) => {
    corners.push([Number(at.lng.toFixed(7)), Number(at.lat.toFixed(7))]);
    say();
  };
  map.on("click", (e) => add(e.latlng));
  box.addEventListener("keydown", (e) => {
    if (e.key === "Enter") {
      e.preventDefault();
      add(map.getCenter());
    }
  });
  document.addEventListener("click", (e) => {
    const tool = e.target.closest("[data-draw]");
    const taken = e.target.closest("[data-take]");
    if (tool) {
      corners = tool.dataset.draw === "undo" ? corners.slice(0, -1) : [];
      say();
    }
    if (taken) {
      corners = [];
      text.value = taken.dataset.take;
      system.value = "cgcs2000";
      show(JSON.parse(taken.dataset.take), true);
    }
  });
  const bounds = before && before.getBounds();
  if (bounds && bounds.isValid()) map.fitBounds(bounds.pad(0.2));
  else if (start) map.setView([start[1], start[0]], 14);
  else map.setView([30, 120.5], 8);
  if (text.value) {
    try {
      show(JSON.parse(text.value), true);
    } catch {
      // What was typed is no GeoJSON: the answer of the server says so.
    }
  }
  box.dataset.ready = "1";
})();
