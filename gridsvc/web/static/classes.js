/* The search box of classes: a list that narrows while one types, by keyboard or pointer. */

import { element } from "./elements.js";
import { words } from "./words.js";

const MOST_SHOWN = 60;

export class ClassBox {
  constructor(input, list, whenChosen) {
    Object.assign(this, { input, list, whenChosen, rows: [], shown: [], active: -1, chosen: null });
    input.addEventListener("input", () => this.open());
    input.addEventListener("focus", () => { input.select(); this.open(); });
    input.addEventListener("keydown", (event) => this.press(event));
    input.addEventListener("blur", () => this.close());
    // Before the blur, so that a click on an option is not lost with the list.
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[data-at]");
      if (option) this.choose(this.shown[Number(option.dataset.at)]);
    });
  }

  /** Take the classes of the service: those of the scheme in force, or all where none is. */
  fill({ classes, in_force: scheme }) {
    const of = classes.filter((each) => !scheme || each.scheme === scheme);
    this.rows = (of.length ? of : classes).map((each) => ({
      ...each, sought: `${each.code} ${each.name} ${each.name_en || ""} ${each.major_name}`.toLowerCase(),
    }));
    this.all = classes;
  }

  find(code, kind, scheme) {
    const fits = (each) =>
      each.code === code && (!kind || each.kind === kind) && (!scheme || each.scheme === scheme);
    return this.rows.find(fits) || (this.all || []).find(fits) || null;
  }

  /** Show a class as chosen without telling anyone. */
  set(row) {
    this.chosen = row;
    this.input.value = row ? `${row.name}　${row.code}` : "";
  }

  choose(row) {
    this.set(row);
    this.close();
    this.whenChosen(row);
  }

  matching() {
    const asked = this.input.value;
    if (this.chosen && asked === `${this.chosen.name}　${this.chosen.code}`) return this.rows;
    const parts = asked.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.rows.filter((row) => parts.every((part) => row.sought.includes(part)));
    const first = (row) => (parts.length && (row.code.startsWith(parts[0]) || row.name.startsWith(parts[0])) ? 0 : 1);
    return found.sort((a, b) => first(a) - first(b));
  }

  open() {
    const found = this.matching();
    this.shown = found.slice(0, MOST_SHOWN);
    this.active = this.shown.length && this.input.value ? 0 : -1;
    this.list.replaceChildren(...this.shown.map((row, at) => element(
      "li", { role: "option", id: `class-${at}`, "data-at": at, "aria-selected": String(at === this.active) },
      element("span", { class: `kind ${row.kind}` }, words()[row.kind]),
      element("span", { class: "name" }, row.name, " ", element("small", {}, row.major_name)),
      element("small", { class: "number" }, row.code),
    )));
    if (!found.length) {
      const why = this.rows.length ? words().noClass : words().noClasses;
      this.list.append(element("li", { class: "none", role: "presentation" }, why));
    } else if (found.length > MOST_SHOWN) {
      const rest = words().moreClasses(found.length - MOST_SHOWN);
      this.list.append(element("li", { class: "rest", role: "presentation" }, rest));
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.point();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    if (this.chosen) this.set(this.chosen);
  }

  press(event) {
    if (event.key === "Escape") return this.close();
    if (event.key === "Enter") {
      if (this.list.hidden || this.active < 0) return;
      event.preventDefault();
      return this.choose(this.shown[this.active]);
    }
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (!steps) return;
    event.preventDefault();
    if (this.list.hidden) return this.open();
    this.active = Math.min(Math.max(this.active + steps, 0), this.shown.length - 1);
    this.point();
  }

  point() {
    for (const option of this.list.querySelectorAll("[data-at]")) {
      const here = Number(option.dataset.at) === this.active;
      option.setAttribute("aria-selected", String(here));
      if (here) {
        this.input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    }
  }
}
