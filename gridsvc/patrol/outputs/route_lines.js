/* Lines of routes on a Leaflet map, for every page that draws them. */
"use strict";

/** How far a route keeps from the middle of its street, in pixels: none of five hides another, nor its own way back. */
function asideOf(route, far) {
  return far ? 1.5 + 2 * (route % 5) : 2.5 + 3 * (route % 5);
}

/** The places [lat, lon] of a line as pixels at a zoom, moved to the right of where it goes. */
function besideStreet(map, part, aside, zoom) {
  const at = part.map((each) => map.project(each, zoom)).filter((each, i, all) => !i || each.distanceTo(all[i - 1]) > 0.01);
  const right = at.slice(1).map((each, i) => {
    const along = each.subtract(at[i]).divideBy(each.distanceTo(at[i]));
    return L.point(-along.y, along.x);
  });
  return at.map((each, i) => {
    const one = right[Math.max(i - 1, 0)] || L.point(0, 0);
    const other = right[Math.min(i, right.length - 1)] || one;
    const sum = one.add(other);
    const long = Math.hypot(sum.x, sum.y);
    // Round a sharp corner the corner itself would be far away.
    return each.add((long < 0.6 ? one : sum.multiplyBy(2 / (long * long))).multiplyBy(aside));
  });
}

/** Where a line of pixels shows its direction: `place`, and `turn` in radians, wherever there is room. */
function headsAlong(at, far) {
  const every = 110;
  const lengths = at.slice(1).map((each, i) => each.distanceTo(at[i]));
  const whole = lengths.reduce((a, b) => a + b, 0);
  const heads = Math.min(40, Math.floor(whole / every) || (whole > 46 && !far ? 1 : 0));
  const found = [];
  for (let head = 0, step = 0, passed = 0; head < heads; head += 1) {
    const wanted = (whole * (head + 0.5)) / heads;
    while (step < lengths.length - 1 && passed + lengths[step] < wanted) passed += lengths[step++];
    const along = at[step + 1].subtract(at[step]);
    const place = at[step].add(along.multiplyBy(lengths[step] ? (wanted - passed) / lengths[step] : 0));
    found.push({ place, turn: Math.atan2(along.y, along.x) });
  }
  return found;
}

/** A small head that points along the line. */
function arrowHead(colour, turn) {
  const name = "http://www.w3.org/2000/svg";
  const drawn = document.createElementNS(name, "svg");
  drawn.setAttribute("viewBox", "-7 -7 14 14");
  drawn.style.transform = `rotate(${turn}rad)`;
  const head = document.createElementNS(name, "path");
  head.setAttribute("d", "M-4,-5 L6,0 L-4,5 L-2,0 Z");
  head.setAttribute("fill", colour);
  head.setAttribute("stroke", "#fff");
  head.setAttribute("stroke-width", "1.2");
  drawn.append(head);
  return drawn;
}
