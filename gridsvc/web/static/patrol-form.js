/* What is asked of a new plan. */

import { Problem, zones } from "./api.js";
import { ClassBox } from "./classes.js";
import { element } from "./elements.js";
import { asFault, clearFaults, showFaults } from "./faults.js";
import { Roster } from "./patrol-roster.js";
import { words } from "./words.js";

const at = (id) => document.getElementById(id);
const FIELDS = { classes: "class", depot: "placed", zones: "floor", floor_zones: "floor" };

/** A list of what was chosen, each of which can be taken back. */
export function chips(list, items, name, className, whenChanged) {
  list.replaceChildren(...items.map((item) => element("li", { class: className(item) }, element("span", {}, name(item)),
    element("button", { type: "button", "aria-label": words().remove(name(item)), onclick: () => {
      items.splice(items.indexOf(item), 1);
      whenChanged();
    } }, "×"))));
}

export class PlanForm {
  /** `pick(said, take)`: the next place on the map is for that; `whenPlaced(spots)`: they are to be shown. */
  constructor({ pick, whenPlaced }) {
    Object.assign(this, { form: at("ask"), whenPlaced, classes: [], spots: [], zones: null });
    this.box = new ClassBox(at("class"), at("classes"), (row) => {
      if (!this.classes.some((each) => each.code === row.code && each.kind === row.kind)) this.classes.push(row);
      this.box.set(null);
      this.show();
    });
    this.roster = new Roster(at("roster"), { pick, zones: () => this.zones || [], whenChanged: (count) => {
      at("patrols").readOnly = count > 0;
      if (count) at("patrols").value = count;
      at("alike").hidden = !count;
    } });
    at("add-patrol").addEventListener("click", () => { this.roster.add(); this.roster.list.lastElementChild.querySelector("input").select(); });
    at("alike").addEventListener("click", () => this.roster.clear());
    at("unlike").addEventListener("toggle", () => { if (at("unlike").open) this.openRoster(); });
  }

  /** As many rows as there are patrols, to be changed; the names of zones come when they are first needed. */
  async openRoster() {
    if (!this.roster.count) for (let n = Math.min(Number(at("patrols").value) || 1, 100); n > 0; n -= 1) this.roster.add();
    if (this.zones) return;
    this.zones = [];
    try {
      const { features } = await zones();
      this.zones = features.map((each) => each.properties);
      at("zones").replaceChildren(...this.zones.map((each) => element("option", { value: each.code }, each.name)));
    } catch {
      this.zones = null; // the codes can still be typed
    }
  }

  show() {
    chips(at("chosen"), this.classes, (each) => each.name, () => "", () => this.show());
    chips(at("placed"), this.spots, (each) => each.name, (each) => each.kind, () => this.show());
    this.whenPlaced(this.spots);
  }

  /** In the language chosen now. */
  showAgain() {
    this.show();
    this.roster.show();
  }

  place(found) {
    const kind = document.querySelector("[name=placing]:checked").value;
    const number = this.spots.filter((each) => each.kind === kind).length + 1;
    const name = found.name || words().placedName(kind === "depots" ? words().depot : words().must, number);
    this.spots.push({ kind, lon: Number(found.lon.toFixed(6)), lat: Number(found.lat.toFixed(6)), name });
    this.show();
  }

  /** Throws a Problem of what cannot be asked, said at its field already. */
  question() {
    const wrong = this.roster.faults();
    clearFaults(this.form);
    if (wrong.length) {
      showFaults(this.form, wrong, (fault) => this.roster.fieldOf(fault));
      throw new Problem({ detail: words().badSpot, code: "bad_place" });
    }
    const of = (kind) => this.spots.filter((each) => each.kind === kind).map(({ lon, lat, name }) => ({ lon, lat, name }));
    const kinds = new Set(this.classes.map((each) => each.kind));
    const number = (id) => Number(at(id).value || 0);
    const asked = {
      date: at("date").value, shift: at("shift").value, patrols: this.roster.asked() || number("patrols"), mode: at("mode").value, form: at("form").value,
      classes: this.classes.map((each) => each.code), depots: of("depots"), must_visit: of("must_visit"),
      open_cases: at("open_cases").checked, recurrent: at("recurrent").checked, floor: number("floor"), exploration: number("exploration") / 100,
      ...(this.box.scheme && { scheme: this.box.scheme }), ...(kinds.size === 1 && { kind: [...kinds][0] }),
      ...(at("break").value.trim() && { break: at("break").value.trim() }), ...(at("seed").value && { seed: number("seed") }),
    };
    if (!asked.classes.length && !asked.must_visit.length) throw new Problem({ detail: words().needWhat, code: "nothing_asked" });
    return asked;
  }

  /** Say at their fields what the service refused. */
  refuse(problem) {
    showFaults(this.form, (problem.errors || []).map(asFault), (fault) => this.fieldOf(fault));
  }

  fieldOf(fault) {
    if (fault.list === "patrols" || (fault.row && !fault.list && this.roster.count)) return this.roster.fieldOf(fault);
    return fault.list || !fault.column ? null : at(FIELDS[fault.column] || fault.column);
  }
}
