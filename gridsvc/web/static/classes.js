/* The search box of classes: a list that narrows while one types, by keyboard or pointer. */

import { findClasses } from "./api.js";
import { element } from "./elements.js";
import { ListBox } from "./listbox.js";
import { words } from "./words.js";

const MOST_SHOWN = 60;
const PAUSE_MS = 180;
const LEAST_ASKED = 2; // letters or characters: one alone fits half of all classes

const shown = (row) => `${row.name}　${row.code}`;

export class ClassBox extends ListBox {
  constructor(input, list, whenChosen) {
    super(input, list, "class");
    Object.assign(this, { whenChosen, rows: [], chosen: null, scheme: null, asking: null, timer: 0 });
    input.addEventListener("input", () => this.search());
    input.addEventListener("focus", () => { input.select(); this.search(); });
  }

  /** Take the classes of the service: those of the scheme in force, or all where none is. */
  fill({ classes, in_force: scheme }) {
    const of = classes.filter((each) => !scheme || each.scheme === scheme);
    this.rows = (of.length ? of : classes).map((each) => ({
      ...each, sought: `${each.code} ${each.name} ${each.name_en || ""} ${each.major_name}`.toLowerCase(),
    }));
    this.all = classes;
    this.scheme = of.length ? scheme : null;
  }

  find(code, kind, scheme) {
    const fits = (each) =>
      each.code === code && (!kind || each.kind === kind) && (!scheme || each.scheme === scheme);
    return this.rows.find(fits) || (this.all || []).find(fits) || null;
  }

  /** Show a class as chosen without telling anyone. */
  set(row) {
    this.chosen = row;
    this.input.value = row ? shown(row) : "";
  }

  /** What was typed is what is meant: the only class that fits it, or none, never the one chosen before. */
  leave() {
    const asked = this.input.value.trim();
    if (!asked || (this.chosen && asked === shown(this.chosen))) return this.close();
    const found = this.matching();
    if (found.length === 1) return this.choose(found[0]);
    this.chosen = null;
    this.close();
  }

  choose(row) {
    this.set(row);
    this.close();
    this.whenChosen(row);
  }

  matching() {
    const asked = this.input.value;
    if (this.chosen && asked === shown(this.chosen)) return this.rows;
    const parts = asked.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.rows.filter((row) => parts.every((part) => row.sought.includes(part)));
    const first = (row) => (parts.length && (row.code.startsWith(parts[0]) || row.name.startsWith(parts[0])) ? 0 : 1);
    return found.sort((a, b) => first(a) - first(b));
  }

  search() {
    this.forget();
    const found = this.matching();
    if (!found.length && this.rows.length) this.later();
    const left = found.length - MOST_SHOWN;
    const told = left > 0 ? words().moreClasses(left)
      : found.length ? "" : this.rows.length ? words().noClass : words().noClasses;
    this.fillList(found.slice(0, MOST_SHOWN), this.input.value ? 0 : -1, told, found.length ? "rest" : "none");
    this.open();
  }

  /** What no name holds may be pinyin or an everyday word: the service knows those. */
  later() {
    const asked = this.input.value.trim();
    if (asked.length >= LEAST_ASKED) this.timer = setTimeout(() => this.askService(asked), PAUSE_MS);
  }

  forget() {
    clearTimeout(this.timer);
    if (this.asking) this.asking.abort();
  }

  async askService(asked) {
    const turn = (this.asking = new AbortController());
    try {
      const { classes } = await findClasses(asked, this.scheme, turn.signal);
      if (this.list.hidden || !classes.length) return;
      const known = classes.map((each) => ({ ...each, ...this.find(each.code, each.kind, each.scheme) }));
      this.fillList(known.slice(0, MOST_SHOWN), 0);
    } catch (error) {
      if (error.name !== "AbortError") this.fillList([], -1, error.message);
    }
  }

  option(row) {
    return [
      element("span", { class: `kind ${row.kind}` }, words()[row.kind]),
      element("span", { class: "name" }, row.name, " ", element("small", {}, row.major_name)),
      element("small", { class: "number" }, row.code),
    ];
  }

  close() {
    this.forget();
    super.close();
    if (this.chosen) this.set(this.chosen);
  }
}
