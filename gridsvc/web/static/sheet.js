/* What a sheet of cells, or a run's hotspots, says beside the map: the answer first, the evidence one click away. */

import { element, section } from "./elements.js";
import { asWritten } from "./times.js";
import { language, words } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const short = (value) => (value === null || value === undefined ? words().unknown
  : typeof value !== "number" || Number.isInteger(value) ? String(value)
  : Math.abs(value) >= 0.001 || value === 0 ? String(Number(value.toPrecision(4))) : value.toExponential(2));

/** A hatched class has another's colour: on a canvas, which cannot hatch, it is drawn paler. */
export const fill = ({ colour, hatch }) => ({ fillColor: colour, fillOpacity: hatch ? 0.45 : 0.9 });

export function sheetLegend({ legend }) {
  return [
    element("h2", {}, legend.title),
    element("ul", {}, legend.classes.map((each) => {
      const swatch = element("i", {});
      swatch.style.background = each.colour;
      swatch.style.opacity = fill(each).fillOpacity;
      return element("li", {}, swatch, element("span", {}, each.label), element("span", { class: "count" }, String(each.cells)));
    })),
  ];
}

export function sheetPanel(sheet, download, whenChosen) {
  const by = new Map(sheet.cells.map((each) => [each.code, each]));
  return [
    element("p", { class: "headline" }, sheet.headline),
    element("p", { class: "said" }, sheet.title),
    sheet.warning ? element("p", { class: "warning" }, sheet.warning) : "",
    element("ol", { class: "ranked" }, sheet.top.flatMap((code) => sheetPanel.row(sheet, by.get(code), whenChosen))),
    element("div", { class: "evidence" },
      section(words().remarks, sheet.remarks.length, true, element("ul", {}, sheet.remarks.map((each) => element("li", {}, each)))),
      section(words().provenance, 0, false, element("pre", {}, JSON.stringify(sheet.provenance, null, 1))),
    ),
    element("p", { class: "said" }, element("a", { href: download, download: "hotspots.geojson" }, words().download)),
  ].filter(Boolean);
}

/** A cell of the list, with its numbers behind a click. */
sheetPanel.row = (sheet, cell, whenChosen, open = false) => {
  const column = sheet.columns.find((each) => each.name === sheet.shown);
  const place = [cell.street, cell.community].filter(Boolean).join(" ");
  return folded(open, whenChosen.bind(null, cell.code), [
    element("span", { class: "rank" }, ""), element("b", {}, place || cell.name || cell.code),
    element("span", {}, `${short(cell[sheet.shown])} ${column && column.unit ? column.unit : ""}`),
    element("small", {}, `${cell.legend} · ${cell.code}`),
  ], () => [
    ...(sheet.details[cell.code] || []).map((line) => element("p", { class: "said" }, line)),
    element("table", { class: "numbers" }, element("tbody", {}, sheet.columns.map((each) => element("tr", { title: each.note },
      element("th", { scope: "row" }, each.unit ? words().labelled(each.label, each.unit) : each.label), element("td", {}, short(cell[each.name])))))),
  ], cell.code);
};

export function spotsPanel(spots, whenChosen) {
  if (!spots.features.length) return [element("p", { class: "headline" }, words().noHotspots), ...footer(spots)];
  return [
    element("p", { class: "headline" }, `${spots.series} · ${spots.from} – ${spots.to}`),
    element("p", { class: "said" }, words().chosenHigh),
    element("ol", { class: "ranked" }, spots.features.flatMap((each) => spotRow(each, whenChosen))),
    ...footer(spots),
  ];
}

function spotRow(feature, whenChosen) {
  const it = feature.properties;
  return folded(false, () => whenChosen(feature), [
    element("span", { class: "rank" }, String(it.rank)), element("b", {}, it.name),
    element("span", { class: `change ${it.change}` }, words().changes[it.change]),
    element("small", {}, [
      words().observed(it.observed, short(Math.round(it.expected * 10) / 10)),
      words().times(it.risk.toFixed(1), it.risk_low.toFixed(1), it.risk_high.toFixed(1)), it.street,
    ].filter(Boolean).join(" · ")),
  ], () => [
    element("p", { class: "said" }, `${words().cellsOf(it.cells.length)} · ${words().weeksSeen(it.runs)}`),
    ...counted(words().classesOf, it.classes, (each) => (language() === "en" && each.name_en) || each.name, (each) => each.incidents),
    ...counted(words().channelsOf, it.channels, (each) => each.channel || words().noChannel, (each) => each.incidents),
    ...(it.weeks && it.weeks.length ? [element("p", { class: "said" }, words().weeksOf), bars(it.weeks, (each) => [each.incidents, each.monday])] : []),
    ...(it.hours ? [element("p", { class: "said" }, words().hoursOf), bars(it.hours, (count, hour) => [count, `${hour}:00`])] : []),
    ...counted(words().units, it.units, (each) => each.name || words().noUnitNamed, (each) => each.reports),
    ...(it.latest && it.latest.length ? [element("p", { class: "said" }, words().latest), element("ul", { class: "quotes" }, it.latest.map((each) =>
      element("li", {}, element("small", {}, `${asWritten(each.opened_at)} `), each.text)))] : []),
  ]);
}

function counted(title, rows, name, count) {
  if (!rows || !rows.length) return [];
  return [element("p", { class: "said" }, title), element("table", { class: "numbers" }, element("tbody", {}, rows.slice(0, 6).map((each) =>
    element("tr", {}, element("th", { scope: "row" }, name(each)), element("td", {}, words().count(count(each)))))))];
}

/** A list entry whose evidence is made when it is opened. */
export function folded(open, whenOpened, head, evidence, code, whenClosed = () => {}) {
  const more = element("div", { class: "more", hidden: !open }, open ? evidence() : []);
  const button = element("button", { type: "button", "aria-expanded": String(open), "data-code": code, onclick: () => {
    const shown = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(shown));
    if (shown && !more.childElementCount) more.replaceChildren(...evidence());
    more.hidden = !shown;
    if (shown) whenOpened();
    else whenClosed();
  } }, head);
  return [element("li", {}, button, more)];
}

function bars(rows, read) {
  const values = rows.map((each, i) => read(each, i));
  const most = Math.max(1, ...values.map(([count]) => count));
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("class", "bars");
  drawn.setAttribute("viewBox", `0 0 ${values.length * 10} 40`);
  drawn.setAttribute("preserveAspectRatio", "none");
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", values.map(([count, name]) => `${name} ${count}`).join("，"));
  values.forEach(([count, name], i) => {
    const bar = document.createElementNS(SVG, "rect");
    const height = (count / most) * 38;
    for (const [key, value] of Object.entries({ x: i * 10 + 1, y: 40 - height, width: 8, height })) bar.setAttribute(key, value);
    const title = document.createElementNS(SVG, "title");
    title.textContent = `${name}: ${count}`;
    bar.append(title);
    drawn.append(bar);
  });
  return drawn;
}

function footer(spots) {
  return [
    spots.gone.length ? section(words().gone, spots.gone.length, false, element("ul", {}, spots.gone.map((each) => element("li", {}, each.name)))) : "",
    element("div", { class: "evidence" }, section(words().provenance, 0, false, element("pre", {}, JSON.stringify(spots.provenance, null, 1)))),
    element("p", { class: "atlas" }, words().madeAt(asWritten(spots.made_at))),
  ].filter(Boolean);
}
