/* The answer first: what comes of it, who goes where; then what is left out, and how it was made. */
"use strict";

function planPanel(page) {
  const { data, words } = page;
  const held = document.createElement("aside");
  held.className = "panel";
  if (data.synthetic) held.append(text("p", data.synthetic, "synthetic"));
  held.append(text("p", data.title, "title"), text("h1", data.headline, "headline"), text("p", data.quality, "quality"));
  if (data.dropped.length) held.append(text("h2", words.dropped), placeList(page, data.dropped, () => page.dropped, true));
  held.append(patrolHead(page), patrolList(page));
  if (data.omitted.length) held.append(omittedList(page));
  if (data.floors.all) held.append(...floorList(page));
  if (data.remarks.length) held.append(text("h2", words.remarks), ...data.remarks.map((line) => text("p", line, "remark")));
  held.append(evidence(page));
  return held;
}

const shownBoxes = ({ panel }) => [...panel.querySelectorAll(".patrols input")];

function patrolHead(page) {
  const head = text("h2", page.words.patrols);
  if (page.routes.length > 1) {
    head.append(check(page.words.all, true, (on) => {
      for (const each of shownBoxes(page)) if (each.checked !== on) each.click();
    }));
  }
  return head;
}

function patrolList(page) {
  const list = document.createElement("ol");
  list.className = "patrols";
  page.data.routes.forEach((route, number) => list.append(patrolItem(page, route, number)));
  return list;
}

function patrolItem(page, route, number) {
  const item = document.createElement("li");
  item.style.setProperty("--route", route.colour);
  const { layer } = page.routes[number];
  const shown = check("", true, (on) => {
    if (on) layer.addTo(page.map);
    else layer.remove();
    if (!on && page.chosen === number) choose(page, null);
  });
  shown.querySelector("input").setAttribute("aria-label", route.name);
  const more = document.createElement("ol");
  more.className = "stops";
  more.hidden = true;
  const name = button("", () => choose(page, page.chosen === number ? null : number));
  name.setAttribute("aria-expanded", "false");
  const swatch = document.createElement("i");
  if (route.dashes) swatch.className = "dashed";
  name.append(swatch, text("b", route.name), text("span", route.about), text("small", route.stops.length ? route.totals : page.words.stays_home));
  for (const [at, stop] of route.stops.entries()) {
    const line = button("", () => {
      if (!page.map.hasLayer(layer)) shown.querySelector("input").click();
      goTo(page, stop.at);
      page.routes[number].marks[at].openPopup();
    });
    line.append(text("time", stop.arrives), text("b", stop.number ? String(stop.number) : "–"), text("span", stop.name),
      text("small", put(page.words.minutes, { n: stop.minutes })));
    const entry = document.createElement("li");
    entry.append(line);
    more.append(entry);
  }
  item.append(shown, name, more);
  return item;
}

/* One route stands out, its stops are listed; null: all alike. */
function choose(page, number) {
  page.chosen = number;
  [...page.panel.querySelectorAll(".patrols > li")].forEach((item, i) => {
    item.querySelector(":scope > button").setAttribute("aria-expanded", String(i === number));
    item.querySelector(".stops").hidden = i !== number;
  });
  standOut(page.routes, number);
  if (number === null) return;
  const input = shownBoxes(page)[number];
  if (!input.checked) input.click();
  const route = page.data.routes[number];
  const bounds = L.latLngBounds([route.start, ...page.routes[number].legs.flat(), ...route.stops.map((stop) => stop.at)]);
  page.map.fitBounds(bounds, { ...page.around, maxZoom: 17, animate: false });
}

/* Bring a place into the part of the map that the panel leaves free. */
function goTo({ map, beside, below }, at) {
  map.setView(at, Math.max(map.getZoom(), 16), { animate: false });
  map.panBy([-beside / 2, below / 2], { animate: false });
}
