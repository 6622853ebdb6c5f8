/* The search box over the map: a name, pinyin or an address, and a list of the places that it may mean. */

import { places } from "./api.js";
import { element } from "./elements.js";
import { ListBox } from "./listbox.js";
import { words } from "./words.js";

const PAUSE_MS = 180;
const MOST_SHOWN = 8;

export class PlaceBox extends ListBox {
  /** `near()` gives the place that is looked at, as {lon, lat}; `whenChosen` gets what the service answered. */
  constructor(input, list, { near, whenChosen }) {
    super(input, list, "place");
    Object.assign(this, { near, whenChosen, asking: null, timer: 0, asked: "" });
    input.addEventListener("input", () => this.later());
    input.addEventListener("focus", () => { input.select(); if (this.shown.length) this.open(); });
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
      this.fillList(found.places, 0, told(found));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.fillList([], -1, error.message);
    }
    this.open();
  }

  option(place) {
    return [
      element("span", { class: `kind ${place.kind}` }, words().placeKinds[place.kind]),
      element("span", { class: "name" }, place.name, element("small", {}, words().whyPlace(place))),
      element("small", { class: "number" }, words().within(place.accuracy_m)),
    ];
  }

  choose(place) {
    // Pinyin becomes the name; an address stays as typed, for it says more than the name of its crossing.
    if (/^[\x20-\x7e]*$/.test(this.input.value)) this.input.value = place.name;
    this.asked = this.input.value.trim();
    this.close();
    this.whenChosen(place);
  }

  search() {
    this.open();
  }

  open() {
    // An answer that comes after the box was left shows nothing.
    if (document.activeElement === this.input) super.open();
  }

  enter(event) {
    event.preventDefault();
    // Typed and entered before the list came: the first place of the answer is not chosen unseen.
    if (this.input.value.trim() !== this.asked) return this.ask();
    if (this.list.hidden) return this.open();
    super.enter(event);
  }
}

function told(found) {
  if (found.verdict === "nothing") return words().noPlace;
  const lines = [];
  if (found.verdict === "ambiguous") lines.push(words().severalPlaces);
  else if (found.unknown.length) lines.push(words().notUnderstood(found.unknown.join("、")));
  if (found.more) lines.push(words().morePlaces);
  return lines.join(" ");
}
