/* The page of `gridsvc area check`. Whatever a file says is put in as text, never as markup. */
"use strict";

function showReport(map, data) {
  const words = data.words;
  const CHUNK = 100;
  const shown = new Set(data.severities.map((_, index) => index));
  let wanted = "";
  let chosen = null;

  const panel = make("aside", "", "report");
  const list = make("div", "", "found");
  panel.append(header(), list);
  map.getContainer().parentNode.insertBefore(panel, map.getContainer());
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);

  const wide = window.matchMedia("(min-width: 721px)").matches;
  const padding = () => ({
    paddingTopLeft: [wide ? panel.offsetWidth + 32 : 12, 12],
    paddingBottomRight: [wide ? 24 : 12, wide ? 24 : panel.offsetHeight + 12],
  });
  map.fitBounds(data.bounds, { ...padding(), animate: false });

  for (const name of ["outlines", "shapes", "places"]) map.createPane(name);
  map.getPane("outlines").style.zIndex = 410;
  map.getPane("shapes").style.zIndex = 420;
  map.getPane("places").style.zIndex = 430;
  // Outlines answer no clicks, so that those of the panes above them are not kept from what lies below.
  map.getPane("outlines").style.pointerEvents = "none";
  const canvas = (pane) => L.canvas({ pane, padding: 0.3 });
  const outlineCanvas = canvas("outlines");
  for (const layer of data.layers) {
    L.geoJSON(layer.shapes.map(([code, geometry]) => ({ type: "Feature", properties: { code }, geometry })), {
      pane: "outlines", renderer: outlineCanvas, interactive: false,
      style: { color: "#7d8792", weight: 0.8, fillColor: "#e9edf1", fillOpacity: 0.5 },
    }).addTo(map);
  }

  const shapeCanvas = canvas("shapes");
  const placeCanvas = canvas("places");
  const drawn = data.findings.map(draw);
  refresh();

  /* A mark of the same size at every zoom tells where to look; the shape shows from close by. */
  function draw(found, index) {
    const severity = data.severities[found.s];
    const group = L.featureGroup();
    if (found.g && found.g.type !== "Point") {
      L.geoJSON({ type: "Feature", properties: {}, geometry: found.g }, {
        pane: "shapes",
        renderer: shapeCanvas,
        style: {
          color: severity.colour, weight: 1.5, fillColor: severity.colour, fillOpacity: found.s === 2 ? 0.12 : 0.4,
          dashArray: found.s === 1 ? "5 3" : null,
        },
        pointToLayer: (_, at) => L.circleMarker(at, { pane: "shapes", renderer: shapeCanvas, radius: 3, color: severity.colour }),
      }).addTo(group);
    }
    if (found.p) {
      new Mark([found.p[1], found.p[0]], {
        pane: "places", renderer: placeCanvas, radius: 6, kind: found.s, color: "#fff", weight: 1.2, opacity: 1,
        fillColor: severity.colour, fillOpacity: 1,
      }).addTo(group);
    }
    group.bindPopup(() => popup(found), {
      maxWidth: wide ? 340 : 240,
      autoPanPaddingTopLeft: padding().paddingTopLeft,
      autoPanPaddingBottomRight: padding().paddingBottomRight,
    });
    group.on("click", () => mark(index));
    return group;
  }

  function refresh() {
    const kinds = data.kinds.map(() => []);
    data.findings.forEach((found, index) => {
      const fits = shown.has(found.s) && (!wanted || found.c.some((code) => code.toLowerCase().includes(wanted)));
      if (fits) kinds[found.k].push(index);
      if (fits !== map.hasLayer(drawn[index])) fits ? map.addLayer(drawn[index]) : map.removeLayer(drawn[index]);
    });
    list.replaceChildren();
    const filled = kinds.map((members, kind) => ({ members, kind })).filter((each) => each.members.length);
    // As the report has them: the worst first.
    filled.sort((a, b) => a.members[0] - b.members[0]);
    for (const { members, kind } of filled) list.append(section(kind, members, filled.length === 1 || members.length <= 5));
    if (!filled.length) list.append(make("p", data.findings.length ? words.nothing : words.none, "empty"));
  }

  function section(kind, members, open) {
    const box = make("details");
    const head = make("summary");
    const total = members.reduce((sum, index) => sum + (data.findings[index].m[0] || 0), 0);
    const measured = members.some((index) => data.findings[index].m[0] !== null);
    head.append(
      sign(data.findings[members[0]].s), make("span", data.kinds[kind].name),
      make("small", `${members.length.toLocaleString()}${measured ? ` · ${amount(total)} m²` : ""}`),
    );
    box.append(head);
    const items = make("ol");
    const fill = () => {
      const start = items.querySelectorAll("button[data-index]").length;
      items.querySelector(".more")?.parentNode.remove();
      members.slice(start, start + CHUNK).forEach((index) => items.append(entry(index)));
      const left = members.length - start - CHUNK;
      if (left > 0) {
        const more = make("button", `${words.more} ${Math.min(left, CHUNK)} / ${left.toLocaleString()}`, "more");
        more.type = "button";
        more.addEventListener("click", fill);
        const item = make("li");
        item.append(more);
        items.append(item);
      }
    };
    box.addEventListener("toggle", () => {
      if (box.open && !items.childElementCount) fill();
    });
    box.append(make("p", data.kinds[kind].remedy, "remedy"), items);
    box.open = open;
    return box;
  }

  function entry(index) {
    const found = data.findings[index];
    const button = make("button", found.t);
    button.type = "button";
    button.dataset.index = index;
    const layer = data.layers.length > 1 ? data.layers[found.l].name : "";
    const rows = found.r.length ? `${words.rows} ${found.r.join(", ")}` : "";
    const about = [layer, rows, found.p ? "" : words.noplace].filter(Boolean).join(" · ");
    if (about) button.append(make("small", about));
    button.addEventListener("click", () => {
      mark(index);
      show(index);
    });
    const item = make("li");
    item.append(button);
    return item;
  }

  function show(index) {
    const found = data.findings[index];
    if (!found.p) return;
    map.fitBounds(drawn[index].getBounds(), { ...padding(), maxZoom: 21, animate: false });
    drawn[index].openPopup([found.p[1], found.p[0]]);
  }

  function mark(index) {
    if (chosen !== null) list.querySelector(`button[data-index="${chosen}"]`)?.classList.remove("chosen");
    chosen = index;
    list.querySelector(`button[data-index="${index}"]`)?.classList.add("chosen");
  }

  function popup(found) {
    const box = make("div");
    const head = make("h3");
    head.append(sign(found.s), make("span", data.kinds[found.k].name));
    box.append(head, make("p", found.t), make("p", data.kinds[found.k].remedy, "about"));
    return box;
  }

  function header() {
    const box = make("header");
    box.append(make("h1", data.title));
    for (const layer of data.layers) {
      const parts = [
        data.layers.length > 1 ? layer.name : "", layer.level,
        `${layer.areas.toLocaleString()} ${words.areas}`, `${layer.m2.toLocaleString()} m²`,
        layer.against ? `${words.against} ${layer.against}` : "", layer.cut ? words.outlines : "",
      ];
      box.append(make("p", parts.filter(Boolean).join(" · "), "about"));
    }
    const buttons = make("div", "", "severities");
    data.severities.forEach((severity, index) => {
      const button = make("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.append(sign(index), make("span", severity.name), make("b", severity.count.toLocaleString()));
      button.addEventListener("click", () => {
        shown.has(index) ? shown.delete(index) : shown.add(index);
        button.setAttribute("aria-pressed", String(shown.has(index)));
        refresh();
      });
      buttons.append(button);
    });
    const search = make("input");
    search.type = "search";
    search.placeholder = words.filter;
    search.setAttribute("aria-label", words.filter);
    search.addEventListener("input", () => {
      wanted = search.value.trim().toLowerCase();
      refresh();
    });
    box.append(buttons, search);
    return box;
  }

  function sign(severity) {
    const element = make("i", "", `mark ${data.severities[severity].key}`);
    element.style.background = element.style.borderColor = data.severities[severity].colour;
    return element;
  }

  function amount(m2) {
    return m2 >= 100 ? Math.round(m2).toLocaleString() : Number(m2.toPrecision(3)).toLocaleString();
  }

  function make(tag, content, className) {
    const element = document.createElement(tag);
    if (content) element.textContent = content;
    if (className) element.className = className;
    return element;
  }
}

/* Triangle for an error, diamond for a warning, ring for a remark: told apart without colour. */
const Mark = L.CircleMarker.extend({
  _updatePath() {
    const renderer = this._renderer;
    if (!renderer._drawing || this._empty()) return;
    const { x, y } = this._point;
    const size = this._radius;
    const context = renderer._ctx;
    context.beginPath();
    if (this.options.kind === 0) {
      context.moveTo(x, y - size * 1.1);
      context.lineTo(x + size, y + size * 0.8);
      context.lineTo(x - size, y + size * 0.8);
      context.closePath();
    } else if (this.options.kind === 1) {
      context.moveTo(x, y - size);
      context.lineTo(x + size, y);
      context.lineTo(x, y + size);
      context.lineTo(x - size, y);
      context.closePath();
    } else {
      context.arc(x, y, size * 0.75, 0, 2 * Math.PI);
      context.moveTo(x + size * 0.4, y);
      context.arc(x, y, size * 0.4, 0, 2 * Math.PI, true);
    }
    renderer._fillStroke(context, this);
  },
});
