/* The page of `gridsvc hotspot map`. Everything that a sender wrote is put in as text, never as markup. */
"use strict";

function showHeatmap(map, layers, data) {
  const words = data.words;
  const panel = buildPanel();
  map.getContainer().parentNode.insertBefore(panel, map.getContainer());

  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);

  const wide = window.matchMedia("(min-width: 641px)").matches;
  if (!wide) {
    layers.control.remove();
    layers.control.options.collapsed = true;
    layers.control.addTo(map);
  }
  const beside = wide ? panel.offsetWidth + 24 : 0;
  const below = wide ? 0 : panel.offsetHeight;
  map.fitBounds(data.bounds, { paddingTopLeft: [beside + 8, 8], paddingBottomRight: [8, below + 8] });

  const drawn = [];
  layers.cells.eachLayer((cell) => {
    const about = aboutCell(cell.feature.properties.i);
    drawn[about.index] = cell;
    cell.setStyle({
      fillColor: data.breaks[about.class].colour, fillOpacity: 0.9, color: "#8f98a3", weight: 0.4, opacity: 0.9,
    });
    cell.bindPopup(() => cellPopup(about), {
      maxWidth: wide ? 300 : 230,
      autoPanPaddingTopLeft: [beside + 8, 8],
      autoPanPaddingBottomRight: [wide ? 8 : 60, below + 8],
    });
    cell.bindTooltip(() => text("span", `${about.code}　${about.n} ${words.cases}`), { sticky: true });
  });
  if (layers.streets) {
    layers.streets.setStyle({ fill: false, color: "#33393f", weight: 1.6, opacity: 0.85 });
    layers.streets.eachLayer((street) => {
      street.bindTooltip(text("span", data.streets[street.feature.properties.i]), {
        permanent: true, direction: "center", className: "street-name",
      });
    });
  }
  if (layers.heat) {
    map.on("zoomend overlayadd", scaleHeat);
    scaleHeat();
  }

  function aboutCell(index) {
    const [code, n, breakOf, where] = data.cells[index];
    return { index, code, n, class: breakOf, where };
  }

  /* The densest 2 % of the picture is drawn in full colour, at every zoom. */
  function scaleHeat() {
    if (!map.hasLayer(layers.heat)) return;
    const zoom = map.getZoom();
    // Places were rounded to steps; close by, a spot is as wide as the steps between them.
    const steps = Math.abs(map.project([data.heat.step, 0], zoom).y - map.project([0, 0], zoom).y);
    const radius = Math.max(data.heat.radius, 1.3 * steps);
    const blur = Math.max(data.heat.blur, 1.3 * steps);
    const side = (radius + blur) / 2;
    const bins = new Map();
    for (const [lat, lon, n] of layers.heat._latlngs) {
      const at = map.project([lat, lon], zoom);
      const key = `${Math.floor(at.x / side)} ${Math.floor(at.y / side)}`;
      bins.set(key, (bins.get(key) || 0) + n);
    }
    const sums = [...bins.values()].sort((a, b) => a - b);
    const most = sums.length ? sums[Math.floor(0.98 * (sums.length - 1))] : 1;
    // The library fades every report by half for each zoom level below its `maxZoom`.
    const faded = 2 ** -Math.max(0, Math.min(data.heat.maxZoom - zoom, 12));
    layers.heat.setOptions({ radius, blur, max: Math.max(most, 1) * faded });
  }

  function buildPanel() {
    const box = document.createElement("aside");
    box.className = "panel";
    if (data.synthetic) box.append(text("p", data.synthetic, "synthetic"));
    box.append(text("h1", data.title), text("p", data.period, "period"), text("p", data.total, "total"));
    if (data.empty) box.append(text("p", data.empty));
    box.append(text("h2", words.reportsPerCell), legend());
    if (layers.heat) box.append(text("h2", words.heatLayer), ramp(), text("p", words.heatHint, "remark"));
    if (data.top.length) box.append(text("h2", words.topCells), ranking());
    const remarks = document.createElement("div");
    remarks.className = "remarks";
    data.remarks.forEach((line) => remarks.append(text("p", line, "remark")));
    box.append(remarks);
    return box;
  }

  function legend() {
    const table = document.createElement("table");
    table.className = "legend";
    for (const each of data.breaks) {
      const row = table.insertRow();
      const swatch = document.createElement("span");
      swatch.className = "swatch";
      swatch.style.background = each.colour;
      row.insertCell().append(swatch);
      row.insertCell().append(`${each.label} ${words.cases}`);
      row.insertCell().append(`${each.cells.toLocaleString()} ${words.cells}`);
    }
    return table;
  }

  function ramp() {
    const line = document.createElement("div");
    line.className = "ramp";
    const bar = document.createElement("i");
    const stops = Object.entries(data.heat.gradient).map(([at, colour]) => `${colour} ${at * 100}%`);
    bar.style.background = `linear-gradient(to right, #fff 0%, ${stops.join(", ")})`;
    line.append(text("span", words.sparse), bar, text("span", words.dense));
    return line;
  }

  function ranking() {
    const list = document.createElement("ol");
    list.className = "top";
    for (const about of data.top.map(aboutCell)) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(text("b", about.n.toLocaleString()), text("span", about.where), text("code", about.where && about.code.length > 9 ? `…${about.code.slice(-6)}` : about.code));
      button.title = `${about.where} ${about.code}`.trim();
      button.addEventListener("click", () => {
        const cell = drawn[about.index];
        if (!map.hasLayer(layers.cells)) map.addLayer(layers.cells);
        map.fitBounds(cell.getBounds(), {
          maxZoom: 17, paddingTopLeft: [beside, 0], paddingBottomRight: [0, below], animate: false,
        });
        cell.openPopup();
      });
      const item = document.createElement("li");
      item.append(button);
      list.append(item);
    }
    return list;
  }

  function cellPopup(about) {
    const box = document.createElement("div");
    box.append(text("h3", about.code));
    if (about.where) box.append(text("p", about.where, "where"));
    box.append(text("p", `${about.n.toLocaleString()} ${words.cases}`));
    const reports = data.texts[about.index] || [];
    if (reports.length) {
      box.append(text("p", words.latestReports, "where"));
      const list = document.createElement("ul");
      for (const [when, said] of reports) {
        const item = document.createElement("li");
        item.append(text("time", when), said);
        list.append(item);
      }
      box.append(list);
    }
    return box;
  }

  function text(tag, content, className) {
    const element = document.createElement(tag);
    element.textContent = content;
    if (className) element.className = className;
    return element;
  }
}
