/* The page of a plan. Everything that a sender wrote is put in as text, never as markup. */
"use strict";

function showPlan(map, data) {
  const words = data.words;
  const wide = window.matchMedia("(min-width: 641px)").matches;
  let chosen = null;
  map.getContainer().classList.add("plan");
  const streets = drawStreets();
  const routes = data.routes.map((route, number) => drawRoute(route, number));
  drawBases();
  const omitted = L.layerGroup(data.omitted.map((place) => hollow(place, data.colours.omitted, 5)));
  const dropped = L.layerGroup(data.dropped.map((place) => hollow(place, data.colours.dropped, 8)));
  const panel = buildPanel();
  map.getContainer().parentNode.insertBefore(panel, map.getContainer());
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  const beside = wide ? panel.offsetWidth + 24 : 0;
  const below = wide ? 0 : panel.offsetHeight;
  const around = { paddingTopLeft: [beside + 24, 24], paddingBottomRight: [24, below + 24] };
  if (data.bounds) map.fitBounds(data.bounds, around);
  for (const layer of [omitted, dropped, ...routes.map((route) => route.layer)]) layer.addTo(map);
  map.on("zoomend", drawLines);
  map.on("moveend", drawNames);
  drawLines();
  drawNames();

  function drawStreets() {
    map.createPane("streets").style.zIndex = 300;
    const renderer = L.canvas({ pane: "streets", padding: 0.3 });
    for (const street of data.streets) {
      L.polyline(street.lines, {
        pane: "streets", renderer, interactive: false, color: data.colours.street, weight: street.name ? 3.5 : 1.8, opacity: 1,
      }).addTo(map);
    }
    map.createPane("names").style.zIndex = 590;
    return { names: L.layerGroup().addTo(map) };
  }

  function drawRoute(route, number) {
    const pane = `route${number}`;
    map.createPane(pane).style.zIndex = 430 + number;
    map.createPane(`${pane}marks`).style.zIndex = 600;
    const renderer = L.svg({ pane, padding: 0.5 });
    const layer = L.layerGroup();
    const walked = route.stops.flatMap((stop) => stop.along);
    const legs = [...route.stops.flatMap((stop) => stop.way), ...route.home, ...walked];
    const line = (parts, options) => {
      const drawn = L.polyline([], { pane, renderer, interactive: false, lineJoin: "round", ...options }).addTo(layer);
      return { parts, drawn };
    };
    const lines = [
      line(walked, { color: route.colour, weight: 11, opacity: 0.35 }),
      line(legs, { color: "#fff", weight: 5.5, opacity: 0.9 }),
      line(legs, { color: route.colour, weight: 3.5, opacity: 0.95, dashArray: route.dashes || null }),
    ];
    const marks = route.stops.map((stop) => {
      const square = stop.number && stop.required ? " square" : "";
      const mark = L.marker(stop.at, {
        pane: `${pane}marks`, keyboard: true, title: `${stop.arrives} ${stop.name}`, alt: stop.name,
        icon: L.divIcon({ className: `stop${stop.number ? square : " break"}`, iconSize: null, html: badge(stop, route.colour) }),
      });
      mark.bindPopup(() => stopPopup(route, stop), popupOptions());
      return mark.addTo(layer);
    });
    return { layer, marks, heads: L.layerGroup().addTo(layer), lines, legs, pane, colour: route.colour };
  }

  function badge(stop, colour) {
    const held = text("span", stop.number ? String(stop.number) : "");
    held.style.setProperty("--route", colour);
    return held;
  }

  /* Patrols that begin at one place share its mark. */
  function drawBases() {
    const bases = new Map();
    const note = (at, name, line) => {
      const key = at.join(" ");
      if (!bases.has(key)) bases.set(key, { at, name, lines: [] });
      bases.get(key).lines.push(line);
    };
    for (const route of data.routes) {
      note(route.start, route.startName, `${route.name}　${words.leaves} ${route.leaves}`);
      if (route.end && route.stops.length) note(route.end, route.endName, `${route.name}　${words.end} ${route.returns}`);
    }
    for (const base of bases.values()) {
      L.marker(base.at, {
        icon: L.divIcon({ className: "base", iconSize: null, html: document.createElement("span") }), title: base.name, alt: base.name,
        zIndexOffset: -100,
      }).bindPopup(() => box(text("h3", base.name || words.start), ...base.lines.map((each) => text("p", each))), popupOptions()).addTo(map);
    }
  }

  function hollow(place, colour, radius) {
    const mark = L.circleMarker(place.at, { radius, color: colour, weight: 2, fillColor: "#fff", fillOpacity: 0.6 });
    mark.bindTooltip(() => text("span", `${place.name}　${place.because}`));
    mark.bindPopup(() => box(text("h3", place.name), text("p", place.because, "because"),
      text("p", [place.cell && `${words.cell} ${place.cell}`, put(words.worth, { n: place.value })].filter(Boolean).join(" · "), "where")), popupOptions());
    return Object.assign(place, { mark }).mark;
  }

  /* Each route keeps to the right of its street, and beside the routes before it: none hides another, nor its
     own way back. A head shows the direction wherever there is room for one. */
  function drawLines() {
    const zoom = map.getZoom();
    const far = zoom < 14.5;
    map.getContainer().classList.toggle("far", far);
    routes.forEach((route, number) => {
      const aside = asideOf(number, far);
      const shifted = new Map(route.legs.map((part) => [part, besideStreet(map, part, aside, zoom)]));
      for (const { parts, drawn } of route.lines) {
        drawn.setLatLngs(parts.map((part) => shifted.get(part).map((at) => map.unproject(at, zoom))));
      }
      route.heads.clearLayers();
      for (const at of shifted.values()) drawHeads(route, at, zoom);
    });
  }

  function drawHeads(route, at, zoom) {
    for (const { place, turn } of headsAlong(at, zoom < 14.5)) {
      L.marker(map.unproject(place, zoom), {
        pane: route.pane, interactive: false, keyboard: false, zIndexOffset: 1e6, // above the lines, wherever on the screen
        icon: L.divIcon({ className: "head", iconSize: null, html: arrowHead(route.colour, turn) }),
      }).addTo(route.heads);
    }
  }

  /* Names of streets where they have room: along the longest straight piece in view, none over another. */
  function drawNames() {
    streets.names.clearLayers();
    const zoom = map.getZoom();
    const view = map.getPixelBounds();
    const taken = [];
    const inView = [];
    for (const street of data.streets) {
      if (!street.name) continue;
      let best = null;
      for (const line of street.lines) {
        const at = line.map((each) => map.project(each, zoom));
        for (let i = 0; i + 1 < at.length; i += 1) {
          const middle = at[i].add(at[i + 1]).divideBy(2);
          const long = at[i].distanceTo(at[i + 1]);
          if (view.contains(middle) && (!best || long > best.long)) best = { middle, long, from: at[i], to: at[i + 1] };
        }
      }
      if (best && best.long > street.name.length * 7) inView.push({ ...best, name: street.name });
    }
    inView.sort((a, b) => b.long - a.long);
    for (const { middle, from, to, name } of inView.slice(0, 60)) {
      const half = name.length * 7 + 12;
      if (taken.some((other) => other.at.distanceTo(middle) < half + other.half)) continue;
      taken.push({ at: middle, half });
      let turn = Math.atan2(to.y - from.y, to.x - from.x);
      if (Math.abs(turn) > Math.PI / 2 + 0.05) turn += Math.PI;
      const label = text("span", name);
      label.style.transform = `translate(-50%, -50%) rotate(${turn}rad)`;
      L.marker(map.unproject(middle, zoom), {
        pane: "names", interactive: false, keyboard: false, icon: L.divIcon({ className: "street-name", iconSize: null, html: label }),
      }).addTo(streets.names);
    }
  }

  /* The answer first: what comes of it, who goes where, what is left out and why; then how it was made. */
  function buildPanel() {
    const held = document.createElement("aside");
    held.className = "panel";
    if (data.synthetic) held.append(text("p", data.synthetic, "synthetic"));
    held.append(text("p", data.title, "title"), text("h1", data.headline, "headline"), text("p", data.quality, "quality"));
    if (data.dropped.length) {
      held.append(text("h2", words.dropped));
      held.append(placeList(data.dropped, () => dropped, true));
    }
    held.append(patrolHead(), patrolList());
    if (data.omitted.length) held.append(omittedList());
    if (data.floors.all) held.append(...floorList());
    if (data.remarks.length) held.append(text("h2", words.remarks), ...data.remarks.map((line) => text("p", line, "remark")));
    held.append(evidence());
    return held;
  }

  function patrolHead() {
    const head = text("h2", words.patrols);
    if (routes.length > 1) {
      const all = check(words.all, true, (on) => {
        held().forEach((each) => { if (each.checked !== on) each.click(); });
      });
      head.append(all);
    }
    return head;
  }

  const held = () => [...panel.querySelectorAll(".patrols input")];

  function patrolList() {
    const list = document.createElement("ol");
    list.className = "patrols";
    data.routes.forEach((route, number) => {
      const item = document.createElement("li");
      item.style.setProperty("--route", route.colour);
      const shown = check("", true, (on) => {
        if (on) routes[number].layer.addTo(map);
        else routes[number].layer.remove();
        if (!on && chosen === number) choose(null);
      });
      shown.querySelector("input").setAttribute("aria-label", route.name);
      const more = document.createElement("ol");
      more.className = "stops";
      more.hidden = true;
      const name = button("", () => choose(chosen === number ? null : number));
      name.setAttribute("aria-expanded", "false");
      const swatch = document.createElement("i");
      if (route.dashes) swatch.className = "dashed";
      name.append(swatch, text("b", route.name), text("span", route.about),
        text("small", route.stops.length ? route.totals : words.stays_home));
      for (const [at, stop] of route.stops.entries()) {
        const line = button("", () => {
          if (!map.hasLayer(routes[number].layer)) shown.querySelector("input").click();
          map.setView(stop.at, Math.max(map.getZoom(), 16), { animate: false });
          map.panBy([-beside / 2, below / 2], { animate: false });
          routes[number].marks[at].openPopup();
        });
        line.append(text("time", stop.arrives), text("b", stop.number ? String(stop.number) : "–"), text("span", stop.name),
          text("small", put(words.minutes, { n: stop.minutes })));
        const entry = document.createElement("li");
        entry.append(line);
        more.append(entry);
      }
      item.append(shown, name, more);
      list.append(item);
    });
    return list;
  }

  /* One route stands out, its stops are listed; null: all alike. */
  function choose(number) {
    chosen = number;
    [...panel.querySelectorAll(".patrols > li")].forEach((item, i) => {
      item.querySelector(":scope > button").setAttribute("aria-expanded", String(i === number));
      item.querySelector(".stops").hidden = i !== number;
      const faint = number !== null && i !== number;
      for (const pane of [routes[i].pane, `${routes[i].pane}marks`]) map.getPane(pane).style.opacity = faint ? 0.25 : 1;
      map.getPane(`${routes[i].pane}marks`).style.zIndex = i === number ? 610 : 600;
      map.getPane(`${routes[i].pane}marks`).classList.toggle("chosen", i === number);
    });
    if (number === null) return;
    const input = held()[number];
    if (!input.checked) input.click();
    const route = data.routes[number];
    const bounds = L.latLngBounds([route.start, ...routes[number].legs.flat(), ...route.stops.map((stop) => stop.at)]);
    map.fitBounds(bounds, { ...around, maxZoom: 17, animate: false });
  }

  /* By reason: how many, and which. */
  function omittedList() {
    const by = new Map();
    for (const place of data.omitted) by.set(place.reason, [...(by.get(place.reason) || []), place]);
    const section = document.createElement("section");
    const head = text("h2", `${words.omitted} · ${data.omitted.length}`);
    head.append(check("", true, (on) => (on ? omitted.addTo(map) : omitted.remove())));
    head.querySelector("input").setAttribute("aria-label", words.omitted);
    section.append(head);
    for (const [reason, places] of [...by].sort((a, b) => b[1].length - a[1].length)) {
      const one = document.createElement("details");
      const summary = text("summary", reason);
      summary.append(text("small", String(places.length)));
      one.append(summary);
      one.addEventListener("toggle", () => { if (one.open && !one.querySelector("ol")) one.append(placeList(places, () => omitted)); });
      section.append(one);
    }
    section.append(text("p", words.omittedHint, "remark"));
    return section;
  }

  function placeList(places, layer, why = false) {
    const most = 50;
    const list = document.createElement("ol");
    list.className = "places";
    for (const place of places.slice(0, most)) {
      const line = button("", () => {
        if (!map.hasLayer(layer())) layer().addTo(map);
        map.setView(place.at, Math.max(map.getZoom(), 16), { animate: false });
        map.panBy([-beside / 2, below / 2], { animate: false });
        place.mark.openPopup();
      });
      line.append(text("span", place.name), text("small", why ? place.reason : put(words.worth, { n: place.value })));
      if (place.because !== place.reason) line.append(text("small", place.because, "because"));
      const item = document.createElement("li");
      item.append(line);
      list.append(item);
    }
    if (places.length > most) list.append(text("li", put(words.more, { n: places.length - most }), "remark"));
    return list;
  }

  function floorList() {
    const { all, unmet } = data.floors;
    return [
      text("h2", words.floors), text("p", put(words.floorsMet, { met: all - unmet.length, all }), "remark"),
      ...unmet.map((floor) => {
        const line = text("p", `${floor.name}　`, "unmet");
        line.append(text("span", put(words.floorUnmet, floor)));
        return line;
      }),
    ];
  }

  function evidence() {
    const { plan } = data;
    const terms = document.createElement("dl");
    const told = [
      [words.value, plan.value], [words.possible, plan.possible], [words.bound, plan.bound], [words.greedy, plan.greedy],
      [words.seed, plan.seed], [words.madeAt, plan.made_at],
      [words.versions, Object.entries(plan.versions).map(([name, value]) => `${name} = ${value}`).join("; ")],
    ];
    for (const [label, value] of told) terms.append(text("dt", label), text("dd", String(value)));
    const made = document.createElement("details");
    made.className = "evidence";
    made.append(text("summary", words.evidence), terms, button(words.saveJson, () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([JSON.stringify(plan)], { type: "application/json" }));
      link.download = `${data.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60)}.json`;
      link.click();
      URL.revokeObjectURL(link.href);
    }));
    return made;
  }

  function stopPopup(route, stop) {
    const made = box(text("h3", stop.number ? `${stop.number}　${stop.name}` : stop.name));
    made.style.setProperty("--route", route.colour);
    made.append(text("p", [route.name, stop.kind, stop.cell && `${words.cell} ${stop.cell}`].filter(Boolean).join(" · "), "where"));
    const rows = [
      [words.arrives, stop.arrives],
      [words.stays, `${stop.begins}–${stop.leaves}　${put(words.minutes, { n: stop.minutes })}`],
      stop.window && [words.window, stop.window],
      stop.along.length && ["", put(words.walks, { n: stop.alongM })],
      stop.lookFor && [words.lookFor, stop.lookFor],
      stop.because.length && [words.why, stop.because.join("\n")],
      stop.streets.length && [words.via, stop.streets.join(" → ")],
    ];
    const terms = document.createElement("dl");
    for (const [label, value] of rows.filter(Boolean)) terms.append(text("dt", label), text("dd", value));
    made.append(terms);
    return made;
  }

  function popupOptions() {
    return { maxWidth: wide ? 320 : 250, autoPanPaddingTopLeft: [wide ? 340 : 8, 8], autoPanPaddingBottomRight: [wide ? 8 : 60, wide ? 8 : 330] };
  }

  function check(label, on, act) {
    const made = document.createElement("label");
    made.className = "check";
    const input = document.createElement("input");
    input.type = "checkbox";
    input.checked = on;
    input.addEventListener("change", () => act(input.checked));
    made.append(input, label);
    return made;
  }

  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    if (label) made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  function box(...children) {
    const made = document.createElement("div");
    made.append(...children);
    return made;
  }

  function put(pattern, values) {
    return pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  function text(tag, content, className) {
    const element = document.createElement(tag);
    element.textContent = content;
    if (className) element.className = className;
    return element;
  }
}
