// Charts (ECharts) and maps (Leaflet) from JSON blocks. Tooltips are drawn on the canvas: HTML ones carry style attributes,
// which the page's policy refuses.
(() => {
  "use strict";
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const isDark = () => document.documentElement.getAttribute("data-bs-theme") === "dark";
  const PALETTE = () =>
    isDark()
      ? ["#6cb0f5", "#f2b25c", "#5ecbb8", "#e98a8a", "#b79af0", "#9fb2c8", "#a5d86e"]
      : ["#1f6fc2", "#c46a00", "#0f8578", "#b83a32", "#6d47b3", "#5a6b80", "#4f7d12"];
  const TONES = () => {
    const [blue, orange, teal, red, purple, neutral, green] = PALETTE();
    return { blue, orange, teal, red, purple, neutral, green, yellow: isDark() ? "#f3d77c" : "#9a7400" };
  };

  const option = (data) => {
    const text = css("--bh-text");
    const line = css("--bh-line");
    const tones = TONES();
    const shared = {
      color: PALETTE(),
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: text },
      tooltip: { renderMode: "richText", trigger: data.kind === "pie" ? "item" : "axis", backgroundColor: css("--bh-surface"), borderColor: line, textStyle: { color: text } },
      legend: data.series.length > 1 || data.kind === "pie" ? { top: 0, type: "scroll", textStyle: { color: text } } : undefined,
      aria: { enabled: true, decal: { show: data.series.length > 1 || data.kind === "pie" } },
    };
    if (data.kind === "pie") {
      const one = data.series[0];
      return { ...shared, series: [{ type: "pie", radius: ["45%", "72%"], center: ["50%", "56%"], label: { color: text }, data: data.categories.map((name, i) => ({ name, value: one.values[i] })) }] };
    }
    const names = { type: "category", data: data.categories, axisLabel: { color: text, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } };
    const values = { type: "value", axisLabel: { color: text }, splitLine: { lineStyle: { color: line } } };
    return {
      ...shared,
      grid: { left: 8, right: 16, top: data.series.length > 1 ? 36 : 14, bottom: 4, containLabel: true },
      xAxis: data.horizontal ? values : names,
      yAxis: data.horizontal ? { ...names, inverse: true } : values,
      series: data.series.map((s) => ({
        type: data.kind, name: s.name, data: s.values, stack: data.stacked ? "all" : undefined, barMaxWidth: 28, symbolSize: 6,
        itemStyle: s.tone ? { color: tones[s.tone] } : undefined, lineStyle: s.tone ? { color: tones[s.tone] } : undefined,
      })),
    };
  };

  const drawChart = (element) => {
    const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
    const chart = window.echarts.init(element);
    const draw = () => chart.setOption(option(data), true);
    draw();
    new ResizeObserver(() => chart.resize()).observe(element);
    new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  };

  const drawMap = (element) => {
    const data = JSON.parse(document.getElementById(element.dataset.map).textContent);
    const L = window.L;
    const tones = TONES();
    const map = L.map(element, { attributionControl: Boolean(element.dataset.tiles), preferCanvas: true });
    if (element.dataset.tiles) L.tileLayer(element.dataset.tiles, { maxZoom: 18 }).addTo(map);
    const words = (feature) => {
      const box = document.createElement("div");
      const title = document.createElement(feature.properties.url ? "a" : "strong");
      if (feature.properties.url) title.href = feature.properties.url;
      title.textContent = feature.properties.title;
      const text = document.createElement("div");
      text.textContent = feature.properties.text || "";
      box.append(title, text);
      return box;
    };
    const layer = L.geoJSON(data, {
      style: (f) => (f.geometry.type === "Point" ? {} : { color: tones[f.properties.tone] || tones.blue, weight: 2, fillOpacity: 0.15 }),
      pointToLayer: (f, at) => L.circleMarker(at, { radius: 7, weight: 2, color: "#fff", fillColor: tones[f.properties.tone] || tones.blue, fillOpacity: 0.95 }),
      onEachFeature: (f, l) => l.bindPopup(() => words(f)),
    }).addTo(map);
    const bounds = layer.getBounds();
    if (bounds.isValid()) map.fitBounds(bounds.pad(0.15), { maxZoom: 15 });
    else map.setView([30, 120.5], 7);
  };

  Object.assign(window.bihuan, { drawChart, drawMap });
})();
