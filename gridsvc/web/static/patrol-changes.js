/* What a plan that was made anew has changed against the one before it. */

import { element, section } from "./elements.js";
import { language, words } from "./words.js";

const clock = (instant) => instant.slice(11, 16);
const said = (text) => text[language()];

/** Visits of a plan by place, in the order of their times: one place may have several. */
function visits(plan) {
  const by = new Map();
  const all = plan.routes.flatMap(({ patrol, stops }) => stops.filter((stop) => stop.kind !== "break").map((stop) => ({ ...stop, patrol: patrol.name })));
  for (const visit of all.sort((a, b) => Date.parse(a.begins) - Date.parse(b.begins))) by.set(visit.key, [...(by.get(visit.key) || []), visit]);
  return by;
}

/** Visits that are new, that nobody makes any more, that another patrol makes, that are at another time. */
export function compare(before, after) {
  const [old, now] = [visits(before), visits(after)];
  const found = { added: [], gone: [], moved: [], shifted: [] };
  for (const [key, made] of now) {
    const had = [...(old.get(key) || [])];
    for (const visit of made) {
      const same = had.findIndex((each) => each.patrol === visit.patrol);
      const [was] = had.splice(Math.max(same, 0), 1);
      if (!was) found.added.push({ ...visit });
      else if (was.patrol !== visit.patrol) found.moved.push({ ...visit, was });
      else if (clock(was.begins) !== clock(visit.begins)) found.shifted.push({ ...visit, was });
    }
    old.set(key, had);
  }
  const because = new Map([...after.omitted, ...after.dropped].map((place) => [place.key, place.because]));
  for (const visit of [...old.values()].flat()) found.gone.push({ ...visit, because: because.get(visit.key) });
  for (const list of Object.values(found)) list.sort((a, b) => Date.parse(a.begins) - Date.parse(b.begins));
  return found;
}

const TOLD = {
  added: (visit) => visit.patrol,
  gone: (visit) => [visit.patrol, visit.because && said(visit.because)].filter(Boolean).join(" · "),
  moved: (visit) => `${visit.was.patrol} ${clock(visit.was.begins)} → ${visit.patrol}`,
  shifted: (visit) => `${visit.patrol} · ${words().before(clock(visit.was.begins))}`,
};

export function changesPanel(before, after, whenPlace) {
  const found = compare(before, after);
  const counts = Object.entries(found).filter(([, list]) => list.length).map(([name, list]) => words().changed[name](list.length));
  return element("div", { class: "changes" },
    element("p", {}, element("a", { href: `/patrols?id=${before.id}` }, words().against(before.id)), words().colon, counts.join(words().comma) || words().unchanged),
    Object.entries(found).filter(([, list]) => list.length).map(([name, list]) => section(words().changes[name], list.length, name === "added",
      element("table", { class: "stops" }, element("tbody", {}, list.map((visit) => element("tr", {},
        element("td", {}, clock(visit.begins)),
        element("td", {}, element("button", { type: "button", onclick: () => whenPlace(visit) }, said(visit.name)), element("small", {}, TOLD[name](visit))))))))));
}
