/* Planning anew within a shift: what came in, who fell out, where each patrol is. */

import { casesOf, Problem } from "./api.js";
import { element } from "./elements.js";
import { asFault, clearFaults, showFaults } from "./faults.js";
import { chips } from "./patrol-form.js";
import { readSpot, writeSpot } from "./spots.js";
import { language, words } from "./words.js";

const at = (id) => document.getElementById(id);
const stale = (stop, moment) => Date.parse(stop.begins) <= moment;

const degrees = ({ lon, lat }) => `${lon.toFixed(6)},${lat.toFixed(6)}`;

const OF_TIME = ["shift_over", "before_replan"];

/** Now, as the clocks of the plan show it: `2026-11-23T18:20:05`. */
const clockIn = (zone) => new Date().toLocaleString("sv-SE", { timeZone: zone }).replace(" ", "T");

export class ReplanForm {
  /** `pick(said, take)`: the next place on the map is for that; `whenPlaced(spots)`; `send(change)` asks for the plan. */
  constructor({ pick, whenPlaced, send }) {
    Object.assign(this, { form: at("again"), pick, whenPlaced, plan: null, urgent: [], rows: [], asked: [], dated: false, typing: false });
    at("again-open").addEventListener("toggle", () => this.opened());
    at("at").addEventListener("input", () => { this.dated = at("at").value !== ""; this.hint(); });
    at("urgent").addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); this.type(); } });
    at("add-urgent").addEventListener("click", () => this.type());
    this.form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (at("urgent").value.trim() && !(await this.type())) return;
      const change = this.change();
      if (change) send(change);
    });
  }

  get isOpen() {
    return !this.form.hidden && at("again-open").open;
  }

  /** Offer to change a plan; null: none that may be. */
  offer(plan) {
    const other = plan === null || this.plan === null || plan.id !== this.plan.id;
    this.plan = plan;
    this.form.hidden = plan === null;
    if (other) {
      Object.assign(this, { urgent: [], rows: [], dated: false });
      at("again-open").open = false;
      at("urgent").value = "";
    }
    if (plan === null) return this.whenPlaced([]);
    clearFaults(this.form);
    if (other) this.rows = plan.routes.map(({ patrol }) => ({ name: patrol.name, position: "", absent: false, out: plan.absent.includes(patrol.name) }));
    this.show();
  }

  /** The browser tells of it later: by then there may be no plan any more. */
  opened() {
    if (this.plan) this.show();
  }

  show() {
    this.tick();
    chips(at("urgents"), this.urgent, (each) => each.name, () => "urgent", () => this.show());
    at("whereabouts").replaceChildren(...this.rows.map((row, number) => this.line(row, number)));
    this.hint();
    this.mark();
  }

  /** Where no time was chosen it is now: the field shows what will be sent. */
  tick() {
    if (this.isOpen && !this.dated) at("at").value = clockIn(this.plan.zone).slice(0, 16);
  }

  mark() {
    const given = this.rows.map((row) => ({ row, spot: readSpot(row.position) })).filter(({ row, spot }) => spot && !row.absent);
    this.whenPlaced(this.isOpen ? [
      ...this.urgent.map((each) => ({ ...each, kind: "urgent" })),
      ...given.map(({ row, spot }) => ({ ...spot, name: row.name, kind: "position" })),
    ] : []);
  }

  line(row, number) {
    const position = element("input", { "data-row": number, "aria-label": words().positionOf(row.name), maxlength: 200, oninput: () => { row.position = position.value; this.mark(); } });
    const pick = element("button", { type: "button", class: "pick", title: words().pickOnMap, "aria-label": [words().positionOf(row.name), words().pickOnMap].join(words().colon), onclick: () =>
      this.pick(words().positionOf(row.name), (spot) => { row.position = writeSpot(spot); this.show(); }) }, "◎");
    const able = () => { position.disabled = pick.disabled = row.absent || row.out; };
    const absent = element("input", { type: "checkbox", onchange: () => { row.absent = absent.checked; able(); this.mark(); } });
    position.value = row.position;
    absent.checked = row.absent || row.out;
    absent.disabled = row.out; // for the rest of the shift
    able();
    return element("tr", {}, element("th", { scope: "row", title: row.name }, row.name), element("td", { class: "whole" }, position), element("td", {}, pick),
      element("td", {}, element("label", {}, absent, " ", words().absent)));
  }

  /** Say in each empty field where the plan has the patrol at that time. */
  hint() {
    const moment = this.moment();
    for (const field of at("whereabouts").querySelectorAll("[data-row]")) {
      const out = this.rows[field.dataset.row].out;
      field.placeholder = out ? words().fellOut : this.whereNow(this.plan.routes[field.dataset.row], moment);
    }
  }

  whereNow({ leaves, stops, returns }, moment) {
    if (!moment || moment <= Date.parse(leaves)) return words().atBase;
    const here = stops.findLast((stop) => stale(stop, moment));
    if (here && moment < Date.parse(here.leaves)) return words().atStop(here.name[language()]);
    const next = stops.find((stop) => !stale(stop, moment));
    if (next) return words().towards(next.name[language()]);
    return moment < Date.parse(returns) ? words().homewards : words().home;
  }

  /** The instant meant, in milliseconds; the plan's own instants say how far its clocks are from UTC. */
  moment() {
    const given = this.dated ? `${at("at").value}:00` : clockIn(this.plan.zone);
    return Date.parse(given + this.plan.begins.slice(19)) || null;
  }

  place({ lon, lat, name }, more = {}) {
    this.urgent.push({ lon: Number(lon.toFixed(6)), lat: Number(lat.toFixed(6)), name: name || words().urgentName(this.urgent.length + 1), ...more });
    this.show();
  }

  /** Take what was typed: a place, or the number of a case. Returns whether it could be taken, once. */
  async type() {
    const typed = at("urgent").value.trim();
    if (!typed) return true;
    if (this.typing) return false;
    const { plan } = this;
    this.typing = true;
    clearFaults(this.form);
    try {
      const spot = readSpot(typed) || (await this.spotOfCase(typed));
      if (this.plan !== plan) return false; // meanwhile another one was chosen
      this.place(spot, spot.datum && { datum: spot.datum });
      at("urgent").value = "";
      return true;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (this.plan === plan) showFaults(this.form, [problem], () => at("urgent"));
      return false;
    } finally {
      this.typing = false;
    }
  }

  async spotOfCase(number) {
    const { reports: all } = await casesOf(number);
    const named = all.filter((each) => each.external_id === number);
    const reports = named.length ? named : all; // what we ourselves number so is meant only where nothing else is
    const found = reports.find((each) => each.lon !== null && !each.closed_at) || reports.find((each) => each.lon !== null);
    if (!found) throw new Problem({ detail: reports.length ? words().caseNowhere(number) : words().noCase(number) });
    const told = (found.text || "").slice(0, 24);
    return { ...found, name: [words().caseName(number), told].filter(Boolean).join(" ") };
  }

  /** What is asked of the service; null: something typed is no place. */
  change() {
    clearFaults(this.form);
    const positions = this.rows.map((row, number) => ({ row, number, spot: readSpot(row.position) })).filter(({ row }) => row.position.trim() && !row.absent);
    const wrong = positions.filter(({ spot }) => !spot).map(({ number }) => ({ number, detail: words().badSpot }));
    if (wrong.length) {
      showFaults(this.form, wrong, ({ number }) => this.position(number));
      return null;
    }
    this.tick();
    this.asked = positions.map(({ number, spot }) => ({ number, spot }));
    return {
      at: this.dated ? at("at").value : clockIn(this.plan.zone),
      urgent: this.urgent.map(({ lon, lat, name, datum }) => ({ lon, lat, name, ...(datum && { datum }) })),
      positions: positions.map(({ row, spot }) => ({ patrol: row.name, lon: spot.lon, lat: spot.lat })),
      absent: this.rows.filter((row) => row.absent).map((row) => row.name),
    };
  }

  position(number) {
    return at("whereabouts").querySelector(`[data-row="${number}"]`);
  }

  /** Say at their fields what the service refused; the rest, or all where it names none, below the form. */
  refuse(problem) {
    const faults = (problem.errors || []).map(asFault);
    if (OF_TIME.includes(problem.code)) faults.push({ detail: problem.detail, column: "at" });
    const left = showFaults(this.form, faults, (fault) => {
      if (fault.list === "urgent" || fault.column === "urgent") return at("urgent");
      if (fault.list === "positions") return this.position(this.asked[fault.row - 1].number);
      // Its row is that of the patrols still on duty: the place tells whose it is.
      if (fault.column === "depot") return this.position((this.asked.find(({ spot }) => degrees(spot) === fault.value) || { number: -1 }).number);
      if (fault.column === "patrol") return this.position(this.rows.findIndex((row) => row.name === fault.value));
      return fault.column === "at" ? at("at") : null;
    });
    return left.length > 0 || faults.length === 0;
  }
}
