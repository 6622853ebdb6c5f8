/* A search box with a list under it, by keyboard or pointer: the combobox pattern of the ARIA practices. */

import { element } from "./elements.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

export class ListBox {
  /**
   * `prefix` begins the ids of the options. Who extends it says what `choose(row)` does, what `search()` does when
   * the text changed or the list is wanted, and how `option(row)` looks, as the children of its line.
   */
  constructor(input, list, prefix) {
    Object.assign(this, { input, list, prefix, shown: [], active: -1 });
    input.addEventListener("keydown", (event) => this.press(event));
    input.addEventListener("blur", () => this.leave());
    // Before the blur, so that a click on an option is not lost with the list.
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[data-at]");
      if (option) this.choose(this.shown[Number(option.dataset.at)]);
    });
  }

  /** Put rows into the list, the row `active` pointed at, and a line below them that cannot be chosen. */
  fillList(rows, active, told = "", kind = "none") {
    this.shown = rows;
    this.active = rows.length ? active : -1;
    this.list.replaceChildren(...rows.map((row, at) => element(
      "li", { role: "option", id: `${this.prefix}-${at}`, "data-at": at }, ...this.option(row),
    )));
    if (told) this.list.append(element("li", { class: kind, role: "presentation" }, told));
    this.point();
  }

  open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.point();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  /** What happens when a person goes on to something else. */
  leave() {
    this.close();
  }

  press(event) {
    if (event.key === "Escape") return this.close();
    if (event.key === "Enter") return this.enter(event);
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    if (this.list.hidden) return this.search();
    this.active = Math.min(Math.max(this.active + step, 0), this.shown.length - 1);
    this.point();
  }

  /** Choose the row that is pointed at; without one the key keeps its meaning. */
  enter(event) {
    if (this.list.hidden || this.active < 0) return;
    event.preventDefault();
    this.choose(this.shown[this.active]);
  }

  point() {
    this.input.removeAttribute("aria-activedescendant");
    for (const option of this.list.querySelectorAll("[data-at]")) {
      const here = Number(option.dataset.at) === this.active;
      option.setAttribute("aria-selected", String(here));
      if (here && !this.list.hidden) {
        this.input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    }
  }
}
