/* The map: cells, communities and streets as outlines, without any base map. */

import { areas } from "./api.js";
import { element } from "./elements.js";
import { words } from "./words.js";

const NEAR_ZOOM = 15.5;
const STYLES = {
  cell: { color: "#8d98a3", weight: 0.6, opacity: 0.75, fillColor: "#fff", fillOpacity: 0.9 },
  community: { color: "#7b8793", weight: 1.2, opacity: 0.9, fill: false, interactive: false, dashArray: "4 3" },
  street: { color: "#2f3d4a", weight: 2, opacity: 0.85, fill: false, interactive: false },
};
const CHOSEN = { color: "#17598f", weight: 2.5, opacity: 1, fillColor: "#9cc3e6", fillOpacity: 0.55 };
const POSSIBLE = { color: "#17598f", weight: 1, opacity: 0.9, fillColor: "#9cc3e6", fillOpacity: 0.3 };

export class AreaMap {
  /** `whenClicked(lon, lat)`: the map at any place; `whenCell(code)`, if given: a cell of it. */
  constructor(container, note, whenClicked, whenCell = null) {
    this.note = note;
    this.whenCell = whenCell;
    this.cells = new Map();
    this.marked = [];
    const L = window.L;
    this.map = L.map(container, {
      preferCanvas: true, zoomSnap: 0.25, maxZoom: 20, attributionControl: false, zoomControl: false,
    });
    this.map.setView([34.25, 108.95], 13);
    L.control.zoom({ position: "topleft" }).addTo(this.map);
    L.control.scale({ imperial: false }).addTo(this.map);
    this.map.on("click", (event) => {
      const place = event.latlng.wrap();
      whenClicked(place.lng, place.lat);
    });
    this.map.on("zoomend", () => container.classList.toggle("near", this.map.getZoom() >= NEAR_ZOOM));
  }

  /** Draw all levels; returns whether any of them says that its geometry is made up. */
  async load() {
    const levels = ["cell", "community", "street"];
    const found = await Promise.allSettled(levels.map(areas));
    const failed = found.find((each) => each.status === "rejected");
    if (failed) {
      this.say(words().mapFailed(failed.reason.message));
      throw failed.reason;
    }
    const collections = found.map((each) => each.value);
    const layers = collections.map((collection, i) => this.draw(levels[i], collection.features));
    const cells = layers[0];
    const shown = cells.getLayers().length ? cells : layers[2];
    if (shown.getLayers().length) this.map.fitBounds(shown.getBounds(), { padding: [12, 12] });
    this.say(cells.getLayers().length ? "" : words().noCells);
    return collections.some((collection) => collection.edition && collection.edition.synthetic);
  }

  draw(level, features) {
    const layer = window.L.geoJSON({ type: "FeatureCollection", features }, {
      style: STYLES[level], interactive: level === "cell" && this.whenCell !== null,
    });
    layer.eachLayer((area) => {
      const { code, name } = area.feature.properties;
      if (level === "cell") {
        this.cells.set(code, area);
        if (this.whenCell) area.on("click", () => this.whenCell(code));
      } else {
        area.bindTooltip(element("span", {}, name), {
          permanent: true, direction: "center", className: `area-name ${level}`,
        });
      }
    });
    return layer.addTo(this.map);
  }

  /** Fill cells by code; one that has no style of its own gets the plain one back. */
  colour(styles) {
    for (const [code, area] of this.cells) area.setStyle({ ...STYLES.cell, ...styles.get(code) });
  }

  /** Draw outlines (GeoJSON features with a title and a colour) over the cells, in place of those before. */
  outline(features) {
    if (this.outlines) this.outlines.remove();
    this.outlines = window.L.geoJSON({ type: "FeatureCollection", features }, {
      interactive: false,
      style: (feature) => ({ color: feature.properties.colour, weight: 2.5, fillOpacity: 0.08 }),
    });
    this.outlines.eachLayer((each) => each.bindTooltip(element("span", {}, each.feature.properties.title)));
    this.outlines.addTo(this.map);
  }

  /** Mark one cell and bring it into view. */
  focus(code) {
    if (this.focused) this.focused.remove();
    const area = this.cells.get(code);
    if (!area) return;
    this.focused = window.L.geoJSON(area.feature, { interactive: false, style: { ...CHOSEN, fill: false } }).addTo(this.map);
    if (!this.map.getBounds().contains(area.getBounds())) this.map.panTo(area.getBounds().getCenter());
  }

  /** Bring a geometry into view. */
  goToShape(geometry) {
    this.map.fitBounds(window.L.geoJSON(geometry).getBounds(), { maxZoom: 16, padding: [40, 40] });
  }

  say(text) {
    this.note.textContent = text;
    this.note.hidden = !text;
  }

  /** Mark the place (null: it cannot be drawn), its accuracy, the cell that has it, those that may have it. */
  show(place, accuracy, cell, possible = []) {
    const L = window.L;
    for (const area of this.marked) area.setStyle(STYLES.cell);
    this.marked = [];
    this.mark(possible, POSSIBLE);
    this.mark(cell ? [cell] : [], CHOSEN);
    if (this.point) this.point.remove();
    this.point = null;
    if (!place) return;
    const at = [place.lat, place.lon];
    const dot = { radius: 6, color: "#fff", weight: 2, fillColor: "#a3261b", fillOpacity: 1, interactive: false };
    const around = { radius: accuracy, color: "#a3261b", weight: 1, fillOpacity: 0.06, interactive: false };
    this.point = L.layerGroup([...(accuracy > 0 ? [L.circle(at, around)] : []), L.circleMarker(at, dot)]);
    this.point.addTo(this.map);
  }

  mark(codes, style) {
    for (const area of codes.map((code) => this.cells.get(code)).filter(Boolean)) {
      area.setStyle(style);
      area.bringToFront();
      this.marked.push(area);
    }
  }

  /** The place that is looked at. */
  centre() {
    const { lng, lat } = this.map.getCenter().wrap();
    return { lon: lng, lat };
  }

  /** Go to a place, so near that its accuracy fills the view. */
  goTo({ lon, lat }, accuracy) {
    const reach = window.L.latLng(lat, lon).toBounds(Math.max(4 * accuracy, 400));
    this.map.fitBounds(reach, { animate: false });
  }

  /** Bring what is marked into view. */
  lookAt() {
    const chosen = this.marked.at(-1);
    const bounds = chosen ? chosen.getBounds() : null;
    const centre = bounds ? bounds.getCenter() : this.point && this.point.getLayers().at(-1).getLatLng();
    if (centre && !this.map.getBounds().contains(centre)) {
      this.map.setView(centre, Math.max(this.map.getZoom(), 16));
    }
  }
}
