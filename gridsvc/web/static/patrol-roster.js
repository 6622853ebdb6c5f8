/* Patrols that are not alike: a row each, with mode, hours, zones, break and base; what is blank is as for all. */

import { element } from "./elements.js";
import { readSpot, writeSpot } from "./spots.js";
import { words } from "./words.js";

const TEXTS = ["name", "shift", "break", "start"];
const MODES = ["walk", "ebike", "car"];
const HINTS = { shift: "17:00-21:00", break: "30@19:00-20:00", start: "108.95,34.25" };

export class Roster {
  /** `pick(said, take)`: the next place on the map is for that; `zones()`: those there are, [{code, name}]. */
  constructor(list, { pick, zones, whenChanged }) {
    Object.assign(this, { list, pick, zones, whenChanged, rows: [] });
  }

  get count() {
    return this.rows.length;
  }

  add() {
    const taken = new Set(this.rows.map((each) => each.name));
    let number = this.rows.length + 1;
    while (taken.has(words().patrolName(number))) number += 1;
    this.rows.push({ name: words().patrolName(number), mode: "", shift: "", break: "", start: "", zones: [], typed: "" });
    this.show();
  }

  clear() {
    this.rows = [];
    this.show();
  }

  /** What cannot even be asked: a base that is no place. */
  faults() {
    return this.rows.flatMap(({ start }, at) => (start.trim() && !readSpot(start) ? [{ row: at + 1, column: "start", value: start, detail: words().badSpot }] : []));
  }

  /** The rows as the service wants them; null where all are alike. */
  asked() {
    return this.rows.length ? this.rows.map((each) => this.patrol(each)) : null;
  }

  patrol(row) {
    const start = readSpot(row.start);
    const zones = this.zonesOf(row);
    return {
      name: row.name.trim(), ...(row.mode && { mode: row.mode }), ...(row.shift.trim() && { shift: row.shift.trim() }),
      ...(row.break.trim() && { break: row.break.trim() }), ...(zones.length && { zones }),
      ...(start && { start: { lon: start.lon, lat: start.lat, ...(start.name && { name: start.name }) } }),
    };
  }

  /** The field of a fault; null: none of a row. */
  fieldOf({ row, column }) {
    const line = this.list.children[row - 1];
    return (line && line.querySelector(`[data-column="${{ depot: "start", lon: "start", lat: "start" }[column] || column}"]`)) || null;
  }

  show() {
    this.list.replaceChildren(...this.rows.map((row, at) => this.line(row, at)));
    this.whenChanged(this.rows.length);
  }

  line(row, at) {
    const field = (name, control, more = "") => element("div", { class: `field of-${name}` }, element("label", { for: control.id }, words().columns[name]), control, more);
    const inputs = Object.fromEntries(TEXTS.map((name) => {
      const made = element("input", { id: `patrol-${at}-${name}`, "data-column": name, placeholder: HINTS[name] && words().asAll, title: HINTS[name], maxlength: 200 });
      made.value = row[name];
      made.addEventListener("input", () => { row[name] = made.value; });
      return [name, made];
    }));
    const mode = element("select", { id: `patrol-${at}-mode`, "data-column": "mode", onchange: () => { row.mode = mode.value; } },
      element("option", { value: "" }, words().asAll), MODES.map((each) => element("option", { value: each }, words()[each])));
    mode.value = row.mode;
    const pick = element("button", { type: "button", class: "pick", title: words().pickOnMap, "aria-label": [row.name, words().pickOnMap].join(words().colon), onclick: () =>
      this.pick(`${row.name} · ${words().columns.start}`, (spot) => { row.start = [writeSpot(spot), spot.name].filter(Boolean).join(","); this.show(); }) }, "◎");
    return element("li", { class: "whole" },
      field("name", inputs.name), field("mode", mode), field("shift", inputs.shift),
      element("button", { type: "button", class: "drop", "aria-label": words().remove(row.name), onclick: () => { this.rows.splice(at, 1); this.show(); } }, "×"),
      field("zones", ...this.zoneBox(row, at)), field("break", inputs.break), field("start", inputs.start), pick);
  }

  /** A box that takes one zone after the other, by code or name, and shows those taken as chips. */
  zoneBox(row, at) {
    const box = element("input", { id: `patrol-${at}-zones`, "data-column": "zones", list: "zones", placeholder: words().anywhere, maxlength: 200 });
    const chips = element("ul", { class: "chips" });
    const show = () => chips.replaceChildren(...row.zones.map((code) => element("li", {},
      element("span", { title: code }, (this.zones().find((each) => each.code === code) || { name: code }).name),
      element("button", { type: "button", "aria-label": words().remove(code), onclick: () => { row.zones.splice(row.zones.indexOf(code), 1); show(); } }, "×"))));
    const take = () => {
      row.zones = this.zonesOf(row);
      box.value = row.typed = "";
      show();
    };
    box.value = row.typed;
    // What is left typed counts when the plan is asked for: a chip made on leaving would move the button under the pointer.
    box.addEventListener("input", () => { row.typed = box.value; if (this.zones().some((each) => each.code === box.value)) take(); });
    box.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); take(); } });
    show();
    return [box, chips];
  }

  /** Codes of the zones taken, and of what is typed. */
  zonesOf({ zones, typed }) {
    const given = typed.split(/[;；,，、]+/).map((each) => each.trim()).filter(Boolean);
    const codes = given.map((name) => (this.zones().find((each) => each.code === name || each.name === name) || { code: name }).code);
    return [...new Set([...zones, ...codes])];
  }
}
