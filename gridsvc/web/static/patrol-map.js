/* The routes of a plan on the console's map, from its GeoJSON. The script route-lines.js has been loaded before. */

import { element } from "./elements.js";

const { asideOf, arrowHead, besideStreet, headsAlong } = window;
const DASHES = [null, "6 4", "2 4"];
const COLOURS = 7;
const PLACED = { depots: "base", must_visit: "base must_visit", urgent: "base urgent", position: "base position" };

export const dashesOf = (route) => DASHES[Math.floor(route / COLOURS) % DASHES.length];

export class RouteMap {
  constructor(map) {
    this.map = map;
    this.all = window.L.layerGroup().addTo(map);
    this.placed = window.L.layerGroup().addTo(map);
    this.routes = [];
    map.on("zoomend", () => this.redraw());
  }

  clear() {
    this.all.clearLayers();
    this.routes = [];
  }

  /** Draw the features of a plan; `whenStop(route, stop, {lon, lat})`: a stop was clicked. */
  draw({ features }, whenStop) {
    this.clear();
    const L = window.L;
    const route = (number, colour) => {
      if (!this.routes[number]) {
        const pane = this.map.getPane(`route${number}`) || this.map.createPane(`route${number}`);
        pane.style.zIndex = 430 + number;
        const options = { pane: `route${number}`, renderer: L.svg({ pane: `route${number}`, padding: 0.5 }), interactive: false, lineJoin: "round" };
        const line = (more) => L.polyline([], { ...options, ...more }).addTo(this.all);
        this.routes[number] = {
          colour, pane, legs: [], walked: [], marks: [], heads: L.layerGroup().addTo(this.all),
          lines: [line({ color: colour, weight: 11, opacity: 0.35 }), line({ color: "#fff", weight: 5.5 }),
            line({ color: colour, weight: 3.5, dashArray: dashesOf(number) })],
        };
      }
      return this.routes[number];
    };
    for (const { geometry, properties } of features) {
      const { role } = properties;
      const own = properties.route === undefined ? null : route(properties.route, properties.colour);
      const at = geometry.type === "Point" ? [geometry.coordinates[1], geometry.coordinates[0]] : null;
      if (role === "stop") own.marks.push(this.stop(at, properties, whenStop));
      else if (role === "start" || role === "end") this.mark(at, "base", properties.name, -100).addTo(this.all);
      else if (at) this.omitted(at, properties).addTo(this.all);
      else {
        const parts = (geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates).map((part) => part.map(([lon, lat]) => [lat, lon]));
        own.legs.push(...parts);
        if (role === "street") own.walked.push(...parts);
      }
    }
    this.redraw();
    this.fit();
  }

  stop(at, it, whenStop) {
    const shape = !it.stop ? " break" : ["must_visit", "urgent"].includes(it.kind) ? " square" : "";
    const badge = element("span", {}, it.stop ? String(it.stop) : "");
    badge.style.setProperty("--route", it.colour);
    const icon = window.L.divIcon({ className: `stop${shape}`, iconSize: null, html: badge });
    const mark = window.L.marker(at, { icon, title: it.name, alt: it.name, keyboard: false }).addTo(this.all);
    mark.on("click", () => whenStop(it.route, it.stop, { lon: at[1], lat: at[0] }));
    return mark;
  }

  omitted(at, it) {
    const colour = it.role === "dropped" ? "#a3261b" : "#6b7480";
    const mark = window.L.circleMarker(at, { radius: it.role === "dropped" ? 8 : 5, color: colour, weight: 2, fillColor: "#fff", fillOpacity: 0.6 });
    return mark.bindTooltip(element("span", {}, `${it.name}　${it.because}`));
  }

  mark(at, className, title, zIndexOffset = 0) {
    const icon = window.L.divIcon({ className, iconSize: null, html: element("span") });
    return window.L.marker(at, { icon, title, alt: title, zIndexOffset, interactive: false, keyboard: false });
  }

  /** Lines keep beside one another in pixels, so they are made anew at every zoom. */
  redraw() {
    const zoom = this.map.getZoom();
    const far = zoom < 14.5;
    this.map.getContainer().classList.toggle("far", far);
    this.routes.forEach((route, number) => {
      const moved = new Map(route.legs.map((part) => [part, besideStreet(this.map, part, asideOf(number, far), zoom)]));
      const [walked, rim, line] = route.lines;
      const back = (part) => moved.get(part).map((at) => this.map.unproject(at, zoom));
      walked.setLatLngs(route.walked.map(back));
      rim.setLatLngs(route.legs.map(back));
      line.setLatLngs(route.legs.map(back));
      route.heads.clearLayers();
      for (const at of moved.values()) {
        for (const { place, turn } of headsAlong(at, far)) {
          const icon = window.L.divIcon({ className: "head", iconSize: null, html: arrowHead(route.colour, turn) });
          window.L.marker(this.map.unproject(place, zoom), { icon, pane: `route${number}`, interactive: false, keyboard: false, zIndexOffset: 1e6 }).addTo(route.heads);
        }
      }
    });
  }

  /** One route stands out; null: all alike. */
  choose(chosen) {
    this.routes.forEach((route, number) => {
      const faint = chosen !== null && number !== chosen;
      route.pane.classList.toggle("faint", faint);
      route.pane.style.zIndex = number === chosen ? 590 : 430 + number;
      for (const mark of route.marks) {
        mark.getElement().classList.toggle("faint", faint);
        mark.getElement().classList.toggle("chosen", number === chosen);
        mark.setZIndexOffset(number === chosen ? 1000 : 0);
      }
    });
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
    for (const spot of spots) this.mark([spot.lat, spot.lon], PLACED[spot.kind], spot.name).addTo(this.placed);
  }
}
