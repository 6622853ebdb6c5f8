/* The page of a plan: routes on the map, what is said of them beside it. */
"use strict";

function showPlan(map, data) {
  const wide = window.matchMedia("(min-width: 641px)").matches;
  const page = { map, data, words: data.words, wide, chosen: null };
  map.getContainer().classList.add("plan");
  page.names = drawStreets(page);
  page.routes = data.routes.map((route, number) => drawRoute(page, route, number));
  drawBases(page);
  page.omitted = L.layerGroup(data.omitted.map((place) => hollow(page, place, data.colours.omitted, false)));
  page.dropped = L.layerGroup(data.dropped.map((place) => hollow(page, place, data.colours.dropped, true)));
  page.panel = planPanel(page);
  map.getContainer().parentNode.insertBefore(page.panel, map.getContainer());
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  page.beside = wide ? page.panel.offsetWidth + 24 : 0;
  page.below = wide ? 0 : page.panel.offsetHeight;
  page.around = { paddingTopLeft: [page.beside + 24, 24], paddingBottomRight: [24, page.below + 24] };
  if (data.bounds) map.fitBounds(data.bounds, page.around);
  for (const layer of [page.omitted, page.dropped, ...page.routes.map((route) => route.layer)]) layer.addTo(map);
  map.on("zoomend", () => redrawRoutes(map, page.routes));
  map.on("moveend", () => drawNames(page));
  redrawRoutes(map, page.routes);
  drawNames(page);
}

function drawRoute(page, route, number) {
  const walked = route.stops.flatMap((stop) => stop.along);
  const legs = [...route.stops.flatMap((stop) => stop.way), ...route.home, ...walked];
  const drawn = routeLayer(page.map, number, { colour: route.colour, dashes: route.dashes, legs, walked });
  for (const stop of route.stops) {
    stopMark(drawn, stop.at, { number: stop.number, must: stop.required, name: stop.name, title: `${stop.arrives} ${stop.name}`, keyboard: true })
      .bindPopup(() => stopPopup(page, route, stop), popupOptions(page));
  }
  return drawn;
}

/* Patrols that begin at one place share its mark. */
function drawBases(page) {
  const { map, data, words } = page;
  const bases = new Map();
  const note = (at, name, line) => {
    const key = at.join(" ");
    if (!bases.has(key)) bases.set(key, { at, name, lines: [] });
    bases.get(key).lines.push(line);
  };
  for (const route of data.routes) {
    note(route.start, route.startName, `${route.name}　${words.leaves} ${route.leaves}`);
    if (route.end && route.stops.length) note(route.end, route.endName, `${route.name}　${words.end} ${route.returns}`);
  }
  for (const base of bases.values()) {
    baseMark(base.at, base.name, { zIndexOffset: -100 }).bindPopup(() => basePopup(page, base), popupOptions(page)).addTo(map);
  }
}

function hollow(page, place, colour, must) {
  place.mark = hollowMark(place.at, { colour, must, told: `${place.name}　${place.because}` });
  return place.mark.bindPopup(() => placePopup(page, place), popupOptions(page));
}
