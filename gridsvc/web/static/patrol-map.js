/* The routes of a plan on the console's map, from its GeoJSON. The scripts route-lines.js and route-marks.js, which the
   plan's own page uses too, have been loaded before. */

const { baseMark, hollowMark, redrawRoutes, routeLayer, standOut, stopMark } = window;
const DASHES = [null, "6 4", "2 4"];
const COLOURS = 7;
const PLACED = { depots: "base", must_visit: "base must_visit", urgent: "base urgent", position: "base position" };
const LEFT_OUT = { omitted: "#6b7480", dropped: "#a3261b" };

export const dashesOf = (route) => DASHES[Math.floor(route / COLOURS) % DASHES.length];
const swapped = (line) => line.map(([lon, lat]) => [lat, lon]);

export class RouteMap {
  constructor(map) {
    this.map = map;
    this.all = window.L.layerGroup().addTo(map);
    this.placed = window.L.layerGroup().addTo(map);
    this.routes = [];
    map.createPane("placed").style.zIndex = 620;
    map.on("zoomend", () => redrawRoutes(map, this.routes));
  }

  clear() {
    this.all.clearLayers();
    this.routes = [];
  }

  /** Draw the features of a plan; `whenStop(route, stop, {lon, lat})`: a stop was clicked. */
  draw({ features }, whenStop) {
    this.clear();
    for (const [number, { colour, legs, walked }] of linesOf(features)) {
      this.routes[number] = routeLayer(this.map, number, { colour, dashes: dashesOf(number), legs, walked });
      this.routes[number].layer.addTo(this.all);
    }
    for (const { geometry, properties: it } of features) if (geometry.type === "Point") this.mark(geometry.coordinates, it, whenStop);
    standOut(this.routes, null);
    redrawRoutes(this.map, this.routes);
    this.fit();
  }

  mark([lon, lat], it, whenStop) {
    const at = [lat, lon];
    if (it.role === "stop") {
      const must = ["must_visit", "urgent"].includes(it.kind);
      stopMark(this.routes[it.route], at, { number: it.stop, must, name: it.name }).on("click", () => whenStop(it.route, it.stop, { lon, lat }));
    } else if (it.role === "start" || it.role === "end") {
      baseMark(at, it.name, { interactive: false, keyboard: false, zIndexOffset: -100 }).addTo(this.all);
    } else {
      hollowMark(at, { colour: LEFT_OUT[it.role], must: it.role === "dropped", told: `${it.name}　${it.because}` }).addTo(this.all);
    }
  }

  /** One route stands out; null: all alike. */
  choose(chosen) {
    standOut(this.routes, chosen);
    this.fit(chosen === null ? this.routes : [this.routes[chosen]]);
  }

  fit(routes = this.routes) {
    const places = routes.filter(Boolean).flatMap((route) => [...route.legs.flat(), ...route.marks.map((mark) => mark.getLatLng())]);
    if (places.length) this.map.fitBounds(window.L.latLngBounds(places), { padding: [30, 30], maxZoom: 17, animate: false });
  }

  goTo({ lon, lat }) {
    this.map.setView([lat, lon], Math.max(this.map.getZoom(), 16), { animate: false });
  }

  /** Show the places that were set for what is asked next. */
  place(spots) {
    this.placed.clearLayers();
    for (const { lon, lat, name, kind } of spots) {
      baseMark([lat, lon], name, { className: PLACED[kind], pane: "placed", interactive: false, keyboard: false }).addTo(this.placed);
    }
  }
}

/** Colour and lines (lat, lon) of each route that the features tell of, by its number. */
function linesOf(features) {
  const found = new Map();
  for (const { geometry, properties: { role, route, colour } } of features) {
    if (route === undefined) continue;
    if (!found.has(route)) found.set(route, { colour, legs: [], walked: [] });
    if (geometry.type === "Point") continue;
    const parts = (geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates).map(swapped);
    found.get(route).legs.push(...parts);
    if (role === "street") found.get(route).walked.push(...parts);
  }
  return found;
}
