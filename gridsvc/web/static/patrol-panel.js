/* What a plan says beside the map: the answer first, each patrol's stops and every reason one click away. */

import { element, section } from "./elements.js";
import { faultList } from "./faults.js";
import { changesPanel } from "./patrol-changes.js";
import { dashesOf } from "./patrol-map.js";
import { amount } from "./patrol-words.js";
import { folded } from "./sheet.js";
import { language, words } from "./words.js";

const MOST_NAMED = 60;
const said = (text) => (text ? text[language()] : "");
const clock = (instant) => instant.slice(11, 16);

export const fileOf = (plan, f, patrol) =>
  `/api/v1/patrols/${plan.id}?${new URLSearchParams({ f, ...(patrol && { patrol }) })}`;

/** `before`: the plan that this one follows; `whenPatrol(number or null)`: a patrol was opened or closed; `whenPlace({lon, lat})`: a place is to be shown. */
export function planPanel(plan, colours, { before, whenPatrol, whenPlace }) {
  const unmet = plan.floors.filter((floor) => !floor.met);
  return [
    element("p", { class: "headline" }, said(plan.headline)),
    element("p", { class: "said" }, said(plan.quality)),
    ...(plan.followed_by ? [element("p", { class: "warning" }, element("a", { href: `/patrols?id=${plan.followed_by}` }, words().followed(plan.followed_by)))] : []),
    ...(before ? [changesPanel(before, plan, whenPlace)] : []),
    ...(plan.refused && plan.refused.length ? [element("div", { class: "warning" }, element("b", {}, words().refusedRows(plan.refused.length)),
      faultList(plan.refused.map(asRefused)))] : []),
    ...(plan.dropped.length ? [element("div", { class: "warning" }, element("b", {}, words().dropped),
      placeList(plan.dropped, whenPlace, (place) => said(place.reason)))] : []),
    element("ol", { class: "ranked routes" }, plan.routes.map((route, number) => routeRow(plan, route, number, colours[number], whenPatrol, whenPlace))),
    element("p", { class: "said links" }, words().all, " ", links(plan, [["html", words().mapPage], ["pdf", words().sheets], ["gpx", "GPX"], ["geojson", "GeoJSON"]])),
    element("div", { class: "evidence" },
      plan.omitted.length ? section(words().omitted, plan.omitted.length, false, byReason(plan.omitted, whenPlace)) : "",
      unmet.length ? section(words().floors, unmet.length, false, unmet.map((floor) => element("p", { class: "unmet" }, words().floorUnmet(floor),
        floor.because ? element("small", {}, ` ${said(floor.because)}`) : ""))) : "",
      plan.remarks.length ? section(words().remarks, plan.remarks.length, false, element("ul", {}, plan.remarks.map((each) => element("li", {}, said(each))))) : "",
      section(words().provenance, 0, false, element("pre", {}, JSON.stringify(madeFrom(plan), null, 1))),
    ),
  ];
}

/** What was refused of a list that was taken for the rest, in the language of the page. */
const asRefused = ({ row, column, value, reason, reason_en, remedy, remedy_en }) => ({
  row, column, value, detail: (language() === "en" ? [reason_en, remedy_en] : [reason, remedy]).filter(Boolean).join(" "),
});

const madeFrom = ({ value, possible, bound, gap, greedy, seed, made_at, versions, totals }) =>
  ({ value, possible, bound, gap, greedy, seed, made_at, versions, totals });

function links(plan, forms, patrol) {
  return forms.map(([form, name]) => element("a", { href: fileOf(plan, form, patrol), download: `${plan.day}${patrol ? `-${patrol}` : ""}.${form}` }, name));
}

function routeRow(plan, route, number, colour, whenPatrol, whenPlace) {
  const { patrol, stops } = route;
  const swatch = element("span", { class: `rank${dashesOf(number) ? " dashed" : ""}` });
  swatch.style.setProperty("--route", colour);
  const [row] = folded(false, () => whenPatrol(number), [
    swatch, element("b", {}, patrol.name), element("span", {}, `${words()[patrol.mode]} · ${clock(route.leaves)}–${clock(route.returns)}`),
    element("small", {}, stops.length ? words().totals(route.totals) : words().stays),
  ], () => [
    element("table", { class: "stops" }, element("tbody", {}, stops.map((stop) => stopRow(stop, whenPlace)))),
    ...(stops.length ? [element("p", { class: "links" }, links(plan, [["gpx", "GPX"], ["pdf", words().sheet]], patrol.name))] : []),
  ], undefined, () => whenPatrol(null));
  row.dataset.route = String(number);
  return row;
}

function stopRow(stop, whenPlace) {
  const window_ = stop.window && words().window(stop.window.map(clock).join("–"));
  const looked = stop.classes.map((each) => `${each.name} ${amount(each.expected)}`).join("、");
  return element("tr", { "data-stop": String(stop.number) },
    element("td", {}, clock(stop.arrives)), element("td", {}, stop.number ? String(stop.number) : ""),
    element("td", {}, element("button", { type: "button", onclick: () => whenPlace(stop) }, said(stop.name)),
      element("small", {}, [words().kinds[stop.kind], looked, window_].filter(Boolean).join(" · ")),
      ...stop.because.map((each) => element("small", {}, said(each)))),
    element("td", {}, words().stopMinutes(Math.round(stop.dwell_minutes))));
}

function byReason(places, whenPlace) {
  const by = new Map();
  for (const place of places) by.set(said(place.reason), [...(by.get(said(place.reason)) || []), place]);
  return [...by].sort((a, b) => b[1].length - a[1].length).map(([reason, of]) =>
    section(reason, of.length, false, placeList(of, whenPlace, (place) => place.value.toFixed(2))));
}

function placeList(places, whenPlace, beside) {
  const rest = places.length - MOST_NAMED;
  return element("table", { class: "stops" }, element("tbody", {},
    places.slice(0, MOST_NAMED).map((place) => element("tr", {},
      element("td", {}, element("button", { type: "button", onclick: () => whenPlace(place) }, said(place.name)),
        said(place.because) === said(place.reason) ? "" : element("small", {}, said(place.because))), element("td", {}, beside(place)))),
    rest > 0 ? element("tr", {}, element("td", {}, words().moreOf(rest))) : ""));
}
