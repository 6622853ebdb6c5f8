/* The page of the network. Everything that a file said is put in as text, never as markup. */
"use strict";

function showNetwork(map, data) {
  const styles = [
    { color: "#c9cdd3", weight: 1, opacity: 1 },
    { color: "#d55e00", weight: 2.5, opacity: 1 },
    { color: "#0072b2", weight: 2, opacity: 0.9 },
  ];
  const names = ["closed", "one_side", "main"];
  const layers = styles.map((style, state) => {
    const pane = `state${state}`;
    map.createPane(pane).style.zIndex = [400, 420, 410][state];
    return { pane, renderer: L.canvas({ pane, padding: 0.3, tolerance: 4 }), group: L.layerGroup().addTo(map) };
  });
  const panel = element("section", "panel");
  map.getContainer().parentNode.insertBefore(panel, map.getContainer());
  panel.append(element("h1", "", data.words.title));
  const choices = panel.appendChild(element("p", "modes"));
  data.modes.forEach((mode, number) => {
    const label = choices.appendChild(element("label"));
    const input = label.appendChild(element("input"));
    Object.assign(input, { type: "radio", name: "mode", checked: number === 0 });
    label.append(` ${mode}`);
    input.addEventListener("change", () => draw(number));
  });
  const legend = panel.appendChild(element("ul"));
  panel.append(element("p", "told", data.told[0]));
  const more = panel.appendChild(element("details"));
  more.append(element("summary", "", data.words.more));
  for (const line of data.told.slice(1)) more.append(element("p", "", line));
  for (const source of data.sources) more.append(element("p", "source", source));
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  const beside = window.matchMedia("(min-width: 641px)").matches ? panel.offsetWidth + 24 : 0;
  map.fitBounds(data.bounds, { paddingTopLeft: [beside, 12], paddingBottomRight: [12, 12] });
  draw(0);

  function draw(mode) {
    const metres = [0, 0, 0];
    for (const layer of layers) layer.group.clearLayers();
    for (const [points, name, states, way, length] of data.links) {
      const state = states[mode];
      const { pane, renderer, group } = layers[state];
      metres[state] += length;
      const line = L.polyline(points, { ...styles[state], pane, renderer }).addTo(group);
      line.bindTooltip(() => tooltip(name, state, way, length), { sticky: true });
    }
    legend.replaceChildren(
      ...[2, 1, 0].map((state) => {
        const item = element("li");
        const swatch = item.appendChild(element("i"));
        swatch.style.borderTopColor = styles[state].color;
        item.append(element("span", "", data.words[names[state]]));
        item.append(element("small", "", `${(metres[state] / 1000).toFixed(1)} km`));
        return item;
      }),
    );
  }

  function tooltip(name, state, way, length) {
    const box = element("div");
    box.append(element("b", "", name || data.words.unnamed));
    const facts = [`${length} ${data.words.metres}`, data.words[names[state]]];
    if (way) facts.splice(1, 0, data.words.one_way);
    box.append(element("div", "", facts.join(" · ")));
    return box;
  }

  function element(tag, kind, text) {
    const made = document.createElement(tag);
    if (kind) made.className = kind;
    if (text) made.textContent = text;
    return made;
  }
}
