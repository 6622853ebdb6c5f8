/* The search box over the map: a name, pinyin or an address, and a list of the places that it may mean. */

import { places } from "./api.js";
import { element } from "./elements.js";
import { words } from "./words.js";

const PAUSE_MS = 180;
const MOST_SHOWN = 8;

export class PlaceBox {
  /** `near()` gives the place that is looked at, as {lon, lat}; `whenChosen` gets what the service answered. */
  constructor(input, list, { near, whenChosen }) {
    Object.assign(this, { input, list, near, whenChosen, shown: [], active: -1, asking: null, timer: 0, asked: "" });
    input.addEventListener("input", () => this.later());
    input.addEventListener("focus", () => { input.select(); if (this.shown.length) this.open(); });
    input.addEventListener("keydown", (event) => this.press(event));
    input.addEventListener("blur", () => this.close());
    // Before the blur, so that a click on an option is not lost with the list.
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[data-at]");
      if (option) this.choose(this.shown[Number(option.dataset.at)]);
    });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE_MS);
  }

  /** Ask the service; an answer that a later question has overtaken is dropped. */
  async ask() {
    clearTimeout(this.timer);
    if (this.asking) this.asking.abort();
    const asked = this.input.value.trim();
    if (!asked) { this.shown = []; this.asked = ""; return this.close(); }
    const turn = (this.asking = new AbortController());
    try {
      const found = await places(asked, this.near(), MOST_SHOWN, turn.signal);
      this.asked = asked;
      this.show(found);
    } catch (error) {
      if (error.name !== "AbortError") this.tell(error.message);
    }
  }

  show(found) {
    this.shown = found.places;
    this.active = this.shown.length ? 0 : -1;
    const rows = this.shown.map((place, at) => element(
      "li", { role: "option", id: `place-${at}`, "data-at": at, "aria-selected": String(at === this.active) },
      element("span", { class: `kind ${place.kind}` }, words().placeKinds[place.kind]),
      element("span", { class: "name" }, place.name, element("small", {}, words().whyPlace(place))),
      element("small", { class: "number" }, words().within(place.accuracy_m)),
    ));
    const told = found.verdict === "nothing" ? words().noPlace
      : found.verdict === "ambiguous" ? words().severalPlaces
      : found.unknown.length ? words().notUnderstood(found.unknown.join("、")) : "";
    this.list.replaceChildren(...rows);
    if (told) this.list.append(element("li", { class: "none", role: "presentation" }, told));
    this.open();
  }

  tell(message) {
    this.shown = [];
    this.list.replaceChildren(element("li", { class: "none", role: "presentation" }, message));
    this.open();
  }

  choose(place) {
    // Pinyin becomes the name; an address stays as typed, for it says more than the name of its crossing.
    if (/^[\x20-\x7e]*$/.test(this.input.value)) this.input.value = place.name;
    this.asked = this.input.value.trim();
    this.close();
    this.whenChosen(place);
  }

  open() {
    if (document.activeElement !== this.input) return;
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.point();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  async press(event) {
    if (event.key === "Escape") return this.close();
    if (event.key === "Enter") {
      event.preventDefault();
      // Typed and entered before the list came: the first place of the answer is not chosen unseen.
      if (this.input.value.trim() !== this.asked) return this.ask();
      if (!this.list.hidden && this.active >= 0) return this.choose(this.shown[this.active]);
      return this.open();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    if (this.list.hidden) return this.open();
    this.active = Math.min(Math.max(this.active + step, 0), this.shown.length - 1);
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
