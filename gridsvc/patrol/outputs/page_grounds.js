/* What is left out and why, how the duty grids stand, how the plan was made. */
"use strict";

/* By reason: how many, and which. */
function omittedList(page) {
  const { data, words, map } = page;
  const by = new Map();
  for (const place of data.omitted) by.set(place.reason, [...(by.get(place.reason) || []), place]);
  const section = document.createElement("section");
  const head = text("h2", `${words.omitted} · ${data.omitted.length}`);
  head.append(check("", true, (on) => (on ? page.omitted.addTo(map) : page.omitted.remove())));
  head.querySelector("input").setAttribute("aria-label", words.omitted);
  section.append(head);
  for (const [reason, places] of [...by].sort((a, b) => b[1].length - a[1].length)) {
    const one = document.createElement("details");
    const summary = text("summary", reason);
    summary.append(text("small", String(places.length)));
    one.append(summary);
    one.addEventListener("toggle", () => { if (one.open && !one.querySelector("ol")) one.append(placeList(page, places, () => page.omitted)); });
    section.append(one);
  }
  section.append(text("p", words.omittedHint, "remark"));
  return section;
}

function placeList(page, places, layer, why = false) {
  const { words, map } = page;
  const most = 50;
  const list = document.createElement("ol");
  list.className = "places";
  for (const place of places.slice(0, most)) {
    const line = button("", () => {
      if (!map.hasLayer(layer())) layer().addTo(map);
      goTo(page, place.at);
      place.mark.openPopup();
    });
    line.append(text("span", place.name), text("small", why ? place.reason : put(words.worth, { n: place.value })));
    if (place.because !== place.reason) line.append(text("small", place.because, "because"));
    const item = document.createElement("li");
    item.append(line);
    list.append(item);
  }
  if (places.length > most) list.append(text("li", put(words.more, { n: places.length - most }), "remark"));
  return list;
}

function floorList({ data, words }) {
  const { all, unmet } = data.floors;
  return [
    text("h2", words.floors), text("p", put(words.floorsMet, { met: all - unmet.length, all }), "remark"),
    ...unmet.map((floor) => {
      const line = text("p", `${floor.name}　`, "unmet");
      line.append(text("span", put(words.floorUnmet, floor)));
      return line;
    }),
  ];
}

function evidence({ data, words }) {
  const { plan } = data;
  const made = document.createElement("details");
  made.className = "evidence";
  made.append(text("summary", words.evidence), terms([
    [words.value, plan.value], [words.possible, plan.possible], [words.bound, plan.bound], [words.greedy, plan.greedy],
    [words.seed, plan.seed], [words.madeAt, plan.made_at],
    [words.versions, Object.entries(plan.versions).map(([name, value]) => `${name} = ${value}`).join("; ")],
  ]), button(words.saveJson, () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(plan)], { type: "application/json" }));
    link.download = `${data.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60)}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  }));
  return made;
}
