/* The page of a sheet of cells. Everything that a sender wrote is put in as text, never as markup. */
"use strict";

function showSheet(map, layers, data) {
  const words = data.words;
  const table = data.table;
  const columns = data.about.columns;
  const shownColumn = columns.find((each) => each.name === data.shown);
  const size = table.code.length;
  const wide = window.matchMedia("(min-width: 641px)").matches;
  const heatLegend = document.createElement("div");
  const panel = buildPanel();
  map.getContainer().parentNode.insertBefore(panel, map.getContainer());
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  if (!wide) {
    layers.control.remove();
    layers.control.options.collapsed = true;
    layers.control.addTo(map);
  }
  const beside = wide ? panel.offsetWidth + 24 : 0;
  const below = wide ? 0 : panel.offsetHeight;
  const around = { paddingTopLeft: [beside + 8, 8], paddingBottomRight: [8, below + 8] };
  map.fitBounds(data.bounds, around);

  const fills = data.steps.map((step) => hatched(step));
  const drawn = [];
  layers.cells.eachLayer((cell) => {
    const index = cell.feature.properties.i;
    drawn[index] = cell;
    cell.setStyle({ fillColor: fills[data.step[index]], fillOpacity: 0.9, color: "#8f98a3", weight: 0.4, opacity: 0.9 });
    cell.bindPopup(() => cellPopup(index), popupOptions());
    cell.bindTooltip(() => text("span", `${table.code[index]}　${shownValue(index)}`), { sticky: true });
  });
  layers.surface?.setZIndex(150); // above the canvas of the cells; the control of layers has set its own
  raiseLines();
  if (layers.contours) layers.contours.setStyle({ fill: false, color: "#7a0177", weight: 1, opacity: 0.8 });
  if (layers.streets) {
    layers.streets.setStyle({ fill: false, color: "#33393f", weight: 1.6, opacity: 0.85 });
    layers.streets.eachLayer((street) => {
      street.bindTooltip(text("span", data.streets[street.feature.properties.i]), {
        permanent: true, direction: "center", className: "street-name",
      });
    });
  }
  const outlined = [];
  if (layers.shapes) {
    layers.shapes.eachLayer((shape) => {
      const index = shape.feature.properties.i;
      outlined[index] = shape;
      // Without a fill: a click inside reaches the cell.
      shape.setStyle({ fill: false, color: data.shapes[index].colour, weight: 3, opacity: 1 });
      shape.bindTooltip(text("span", String(index + 1)), { permanent: true, direction: "center", className: "shape-number", offset: [0, 0] });
      shape.bindPopup(() => shapePopup(data.shapes[index]), popupOptions());
    });
  }
  if (layers.heat) {
    map.on("zoomend overlayadd overlayremove", scaleHeat);
    scaleHeat();
  }

  /* Lines lie above surface and heat; as SVG, so that a click beside a line reaches the cell below. */
  function raiseLines() {
    map.createPane("lines").style.zIndex = 450;
    const renderer = L.svg({ pane: "lines", padding: 0.5 });
    for (const layer of [layers.contours, layers.streets, layers.shapes]) {
      if (!layer) continue;
      layer.remove();
      layer.eachLayer((path) => Object.assign(path.options, { pane: "lines", renderer }));
      layer.addTo(map);
    }
  }

  function popupOptions() {
    return {
      maxWidth: wide ? 320 : 230,
      autoPanPaddingTopLeft: [beside + 8, 8],
      autoPanPaddingBottomRight: [wide ? 8 : 60, below + 8],
    };
  }

  /* A colour, or a pattern over it: what a canvas may fill with. */
  function hatched(step) {
    if (!step.hatch) return step.colour;
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = step.colour;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = pen.fillStyle = step.ink;
    pen.globalAlpha = 0.7;
    pen.lineWidth = 1;
    pen.beginPath();
    for (const shift of [-8, 0, 8]) {
      if (step.hatch === "/" || step.hatch === "x") { pen.moveTo(shift, 8); pen.lineTo(shift + 8, 0); }
      if (step.hatch === "\\" || step.hatch === "x") { pen.moveTo(shift, 0); pen.lineTo(shift + 8, 8); }
    }
    pen.stroke();
    if (step.hatch === ".") { pen.fillRect(1, 1, 1.5, 1.5); pen.fillRect(5, 5, 1.5, 1.5); }
    return Object.assign(pen.createPattern(tile, "repeat"), { picture: tile.toDataURL() });
  }

  /* The densest 2 % of the picture is drawn in full colour, at every zoom. */
  function scaleHeat() {
    heatLegend.hidden = !map.hasLayer(layers.heat);
    if (heatLegend.hidden) return;
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
    const faded = 2 ** -Math.max(0, Math.min(data.maxZoom - zoom, 12));
    layers.heat.setOptions({ radius, blur, max: Math.max(most, 1) * faded });
  }

  /* The answer first: what it is, what came out, the legend, the first cells; then how. */
  function buildPanel() {
    const about = data.about;
    const box = document.createElement("aside");
    box.className = "panel";
    if (data.synthetic) box.append(text("p", data.synthetic, "synthetic"));
    box.append(text("h1", about.title), text("p", data.period, "period"), text("p", about.headline, "headline"));
    if (about.warning) box.append(text("p", about.warning, "warning"));
    box.append(text("h2", about.legend.title), legend());
    if (data.surface) {
      const unit = `${format(data.surface.top, 1)} ${data.surface.unit}`;
      box.append(text("h2", data.surface.title), ramp("0", `≥ ${unit}`));
    }
    if (layers.heat) {
      heatLegend.append(text("h2", words.heatLayer), ramp(words.sparse, words.dense), text("p", words.heatHint, "remark"));
      box.append(heatLegend);
    }
    if (data.shapes.length) box.append(text("h2", words.outlined), shapeList());
    if (data.top.length) box.append(text("h2", `${words.top} · ${shownColumn.label}`), ranking());
    const actions = document.createElement("div");
    actions.className = "actions";
    actions.append(button(words.showTable, openTable), button(words.saveCsv, saveCsv), button(words.saveJson, saveJson));
    box.append(actions);
    const remarks = document.createElement("div");
    remarks.className = "remarks";
    about.remarks.forEach((line) => remarks.append(text("p", line, "remark")));
    box.append(remarks, evidence());
    return box;
  }

  function legend() {
    const drawnTable = document.createElement("table");
    drawnTable.className = "legend";
    data.about.legend.classes.forEach((each, number) => {
      const row = drawnTable.insertRow();
      const swatch = document.createElement("span");
      swatch.className = "swatch";
      const fill = hatched(data.steps[number]);
      swatch.style.backgroundColor = each.colour;
      if (fill.picture) swatch.style.backgroundImage = `url(${fill.picture})`;
      row.insertCell().append(swatch);
      row.insertCell().append(each.label);
      row.insertCell().append(`${each.cells.toLocaleString()} ${words.cells}`);
    });
    return drawnTable;
  }

  function ramp(low, high) {
    const line = document.createElement("div");
    line.className = "ramp";
    const bar = document.createElement("i");
    const stops = Object.entries(data.gradient).map(([at, colour]) => `${colour} ${at * 100}%`);
    bar.style.background = `linear-gradient(to right, #fff 0%, ${stops.join(", ")})`;
    line.append(text("span", low), bar, text("span", high));
    return line;
  }

  function ranking() {
    return list(data.top, (index) => {
      const place = data.where[index];
      const code = table.code[index];
      const line = button("", () => goTo(index));
      line.append(text("b", shownValue(index, false)), text("span", place), text("code", place && code.length > 9 ? `…${code.slice(-6)}` : code));
      line.title = `${place} ${code}`.trim();
      return line;
    });
  }

  function shapeList() {
    return list(data.shapes.slice(0, 12).keys(), (index) => {
      const line = button("", () => {
        if (!map.hasLayer(layers.shapes)) map.addLayer(layers.shapes);
        map.fitBounds(outlined[index].getBounds(), { ...around, maxZoom: 17, animate: false });
        outlined[index].openPopup();
      });
      const mark = text("i", String(index + 1));
      mark.style.borderColor = data.shapes[index].colour;
      line.append(mark, text("span", data.shapes[index].title));
      line.title = data.shapes[index].title;
      return line;
    });
  }

  function list(items, make) {
    const held = document.createElement("ol");
    held.className = "top";
    for (const each of items) {
      const item = document.createElement("li");
      item.append(make(each));
      held.append(item);
    }
    return held;
  }

  function goTo(index) {
    if (!map.hasLayer(layers.cells)) map.addLayer(layers.cells);
    map.fitBounds(drawn[index].getBounds(), { ...around, maxZoom: 17, animate: false });
    drawn[index].openPopup();
  }

  function evidence() {
    const held = document.createElement("details");
    const terms = document.createElement("dl");
    for (const [label, value] of data.provenance) terms.append(text("dt", label), text("dd", value));
    held.append(text("summary", words.evidence), terms);
    return held;
  }

  function cellPopup(index) {
    const box = document.createElement("div");
    box.append(text("h3", table.code[index]));
    if (data.where[index]) box.append(text("p", data.where[index], "where"));
    box.append(text("p", `${data.about.legend.title}: ${table.legend[index]}`));
    const scroll = document.createElement("div");
    scroll.className = "scroll";
    const held = document.createElement("table");
    for (const column of columns) {
      const row = held.insertRow();
      row.append(text("th", column.label));
      row.insertCell().append(valueOf(column, index));
      if (column.note) row.title = column.note;
    }
    scroll.append(held, lines(data.details[index] || []));
    box.append(scroll);
    return box;
  }

  function shapePopup(shape) {
    const box = document.createElement("div");
    box.append(text("h3", shape.title), lines(shape.lines));
    return box;
  }

  function lines(said) {
    const held = document.createElement("ul");
    said.forEach((line) => held.append(text("li", line)));
    return held;
  }

  function shownValue(index, unit = true) {
    return valueOf(shownColumn, index, unit);
  }

  function valueOf(column, index, unit = true) {
    const value = table[column.name][index];
    const said = format(value, data.decimals[column.name]);
    return unit && column.unit && value !== null ? `${said} ${column.unit}` : said;
  }

  function format(value, decimals) {
    if (value === null || value === undefined) return words.unknown;
    if (typeof value !== "number") return String(value);
    if (value !== 0 && Math.abs(value) < 10 ** -decimals) return value.toExponential(1);
    return value.toLocaleString(undefined, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  }

  /* Every row behind the map, so that anyone may compute the figures again. */
  function openTable() {
    const most = 500;
    const dialog = document.createElement("dialog");
    const head = document.createElement("header");
    const close = button(words.close, () => dialog.close());
    head.append(text("h2", data.about.title), button(words.saveCsv, saveCsv), button(words.saveJson, saveJson), close);
    const rows = document.createElement("div");
    rows.className = "rows";
    rows.tabIndex = 0;
    const notes = document.createElement("div");
    notes.className = "notes";
    notes.append(text("p", words.shownRows.replace("{shown}", Math.min(most, size).toLocaleString()).replace("{all}", size.toLocaleString())));
    notes.append(text("h3", words.columns));
    for (const column of columns) {
      notes.append(text("p", [`${column.name}: ${column.label}`, column.unit, column.note].filter(Boolean).join(" · ")));
    }
    if (data.neighbours) notes.append(text("p", `neighbours: ${words.neighbours} · ${words.neighboursNote}`));
    dialog.append(head, rows, notes);
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    const ranked = Array.from({ length: size }, (_, index) => index);
    let by = null;
    let down = true;
    sortBy(data.shown);
    dialog.showModal();

    function sortBy(name) {
      down = by === name ? !down : typeof table[name][0] === "number" || name === data.shown;
      by = name;
      const values = table[name];
      const sign = down ? -1 : 1;
      ranked.sort((a, b) => {
        const one = values[a], other = values[b];
        if (one === null || other === null) return (one === null) - (other === null) || a - b;
        return (one < other ? -1 : one > other ? 1 : 0) * sign || a - b;
      });
      fill();
    }

    function fill() {
      const held = document.createElement("table");
      const header = held.createTHead().insertRow();
      const labels = { ...words, ...Object.fromEntries(columns.map((each) => [each.name, each.label])) };
      labels.legend = data.about.legend.title;
      for (const name of Object.keys(table)) {
        const cell = document.createElement("th");
        cell.scope = "col";
        if (name === by) cell.ariaSort = down ? "descending" : "ascending";
        cell.append(button(labels[name] || name, () => sortBy(name)));
        header.append(cell);
      }
      const body = held.createTBody();
      for (const index of ranked.slice(0, most)) {
        const row = body.insertRow();
        for (const [name, values] of Object.entries(table)) {
          const cell = row.insertCell();
          if (name === "code") cell.append(button(values[index], () => { dialog.close(); goTo(index); }));
          else {
            cell.textContent = format(values[index], data.decimals[name]);
            if (name in data.decimals) cell.className = "number";
          }
        }
      }
      rows.replaceChildren(held);
    }
  }

  function rowsToSave() {
    return data.neighbours ? { ...table, neighbours: data.neighbours } : table;
  }

  function saveCsv() {
    const held = rowsToSave();
    const quoted = (value) => {
      if (value === null) return "";
      if (Array.isArray(value)) return value.join(" ");
      if (typeof value === "number") return String(value);
      // A text that begins so is taken for a formula by spreadsheet programs.
      const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
      return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
    };
    const names = Object.keys(held);
    const rowsOf = Array.from({ length: size }, (_, index) => names.map((name) => quoted(held[name][index])).join(","));
    save("csv", "text/csv", `\ufeff${[names.map(quoted).join(","), ...rowsOf].join("\r\n")}\r\n`);
  }

  function saveJson() {
    save("json", "application/json", JSON.stringify({ ...data.about, rows: rowsToSave() }));
  }

  function save(suffix, kind, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: kind }));
    link.download = `${data.about.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60)}.${suffix}`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    if (label) made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  function text(tag, content, className) {
    const element = document.createElement(tag);
    element.textContent = content;
    if (className) element.className = className;
    return element;
  }
}
