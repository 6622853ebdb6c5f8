/* The streets under the routes, and their names. */
"use strict";

function drawStreets({ map, data }) {
  map.createPane("streets").style.zIndex = 300;
  const renderer = L.canvas({ pane: "streets", padding: 0.3 });
  for (const street of data.streets) {
    L.polyline(street.lines, {
      pane: "streets", renderer, interactive: false, color: data.colours.street, weight: street.name ? 3.5 : 1.8, opacity: 1,
    }).addTo(map);
  }
  map.createPane("names").style.zIndex = 590;
  return L.layerGroup().addTo(map);
}

/* Names of streets where they have room: along the longest straight piece in view, none over another. */
function drawNames({ map, data, names }) {
  names.clearLayers();
  const zoom = map.getZoom();
  const view = map.getPixelBounds();
  const taken = [];
  const inView = data.streets.map((street) => longestInView(map, street, zoom, view)).filter(Boolean);
  inView.sort((a, b) => b.long - a.long);
  for (const { middle, from, to, name } of inView.slice(0, 60)) {
    const half = name.length * 7 + 12;
    if (taken.some((other) => other.at.distanceTo(middle) < half + other.half)) continue;
    taken.push({ at: middle, half });
    let turn = Math.atan2(to.y - from.y, to.x - from.x);
    if (Math.abs(turn) > Math.PI / 2 + 0.05) turn += Math.PI;
    const label = text("span", name);
    label.style.transform = `translate(-50%, -50%) rotate(${turn}rad)`;
    L.marker(map.unproject(middle, zoom), {
      pane: "names", interactive: false, keyboard: false, icon: L.divIcon({ className: "street-name", iconSize: null, html: label }),
    }).addTo(names);
  }
}

/* The longest straight piece of a street whose middle is in view; null where its name has no room on it. */
function longestInView(map, { name, lines }, zoom, view) {
  if (!name) return null;
  let best = null;
  for (const line of lines) {
    const at = line.map((each) => map.project(each, zoom));
    for (let i = 0; i + 1 < at.length; i += 1) {
      const middle = at[i].add(at[i + 1]).divideBy(2);
      const long = at[i].distanceTo(at[i + 1]);
      if (view.contains(middle) && (!best || long > best.long)) best = { middle, long, from: at[i], to: at[i + 1], name };
    }
  }
  return best && best.long > name.length * 7 ? best : null;
}
