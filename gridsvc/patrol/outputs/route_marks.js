/* Routes with their marks on a Leaflet map, for every page that draws them; route_lines.js goes before. */
"use strict";

const ROUTE_FAR = 14.5;

/** A route whose lines have a pane of their own, and its marks another: `legs` and `walked` are lists of lines of [lat, lon].
    The layer is not on the map yet; `redrawRoutes` gives the lines their places. */
function routeLayer(map, number, { colour, dashes, legs, walked }) {
  const pane = `route${number}`;
  const paneOf = (name, zIndex) => {
    (map.getPane(name) || map.createPane(name)).style.zIndex = zIndex;
    return map.getPane(name);
  };
  const panes = [paneOf(pane, 430 + number), paneOf(`${pane}marks`, 600)];
  const renderer = L.svg({ pane, padding: 0.5 });
  const layer = L.layerGroup();
  const line = (parts, options) => {
    const drawn = L.polyline([], { pane, renderer, interactive: false, lineJoin: "round", ...options }).addTo(layer);
    return { parts, drawn };
  };
  const lines = [
    line(walked, { color: colour, weight: 11, opacity: 0.35 }),
    line(legs, { color: "#fff", weight: 5.5, opacity: 0.9 }),
    line(legs, { color: colour, weight: 3.5, opacity: 0.95, dashArray: dashes || null }),
  ];
  return { number, colour, pane, panes, layer, lines, legs, marks: [], heads: L.layerGroup().addTo(layer) };
}

/** Each route keeps to the right of its street, and beside the routes before it: none hides another, nor its own way
    back. A head shows the direction wherever there is room for one. All this is in pixels: anew at every zoom. */
function redrawRoutes(map, routes) {
  const zoom = map.getZoom();
  const far = zoom < ROUTE_FAR;
  map.getContainer().classList.toggle("far", far);
  for (const route of routes.filter(Boolean)) {
    const aside = asideOf(route.number, far);
    const shifted = new Map(route.legs.map((part) => [part, besideStreet(map, part, aside, zoom)]));
    for (const { parts, drawn } of route.lines) drawn.setLatLngs(parts.map((part) => shifted.get(part).map((at) => map.unproject(at, zoom))));
    route.heads.clearLayers();
    for (const at of shifted.values()) drawHeads(map, route, at, zoom);
  }
}

function drawHeads(map, route, at, zoom) {
  for (const { place, turn } of headsAlong(at, zoom < ROUTE_FAR)) {
    L.marker(map.unproject(place, zoom), {
      pane: route.pane, interactive: false, keyboard: false, zIndexOffset: 1e6, // above the lines, wherever on the screen
      icon: L.divIcon({ className: "head", iconSize: null, html: arrowHead(route.colour, turn) }),
    }).addTo(route.heads);
  }
}

/** One route stands out, the number `chosen`; null: all alike. */
function standOut(routes, chosen) {
  for (const { number, panes } of routes.filter(Boolean)) {
    for (const pane of panes) pane.style.opacity = chosen !== null && number !== chosen ? 0.25 : 1;
    panes[0].style.zIndex = number === chosen ? 590 : 430 + number;
    panes[1].style.zIndex = number === chosen ? 610 : 600;
    panes[1].classList.toggle("chosen", number === chosen);
  }
}

/** A stop with its number, square where one must go, a ring for a break; `number` 0: a break. */
function stopMark(route, at, { number, must, name, title = name, keyboard = false }) {
  const badge = document.createElement("span");
  badge.textContent = number ? String(number) : "";
  badge.style.setProperty("--route", route.colour);
  const icon = L.divIcon({ className: `stop${!number ? " break" : must ? " square" : ""}`, iconSize: null, html: badge });
  const mark = L.marker(at, { pane: `${route.pane}marks`, icon, title, alt: name, keyboard }).addTo(route.layer);
  route.marks.push(mark);
  return mark;
}

/** Where a patrol begins or ends, or, by a further class, a place that was set. */
function baseMark(at, name, { className = "base", ...options } = {}) {
  const icon = L.divIcon({ className, iconSize: null, html: document.createElement("span") });
  return L.marker(at, { icon, title: name, alt: name, ...options });
}

/** A place that is left out, greater where it must have been visited, with a tooltip of plain text. */
function hollowMark(at, { colour, must, told }) {
  const said = document.createElement("span");
  said.textContent = told;
  return L.circleMarker(at, { radius: must ? 8 : 5, color: colour, weight: 2, fillColor: "#fff", fillOpacity: 0.6 }).bindTooltip(said);
}
