/* What a place says when it is clicked. */
"use strict";

function popupOptions({ wide }) {
  return { maxWidth: wide ? 320 : 250, autoPanPaddingTopLeft: [wide ? 340 : 8, 8], autoPanPaddingBottomRight: [wide ? 8 : 60, wide ? 8 : 330] };
}

function stopPopup({ words }, route, stop) {
  const made = box(text("h3", stop.number ? `${stop.number}　${stop.name}` : stop.name));
  made.style.setProperty("--route", route.colour);
  made.append(text("p", [route.name, stop.kind, stop.cell && `${words.cell} ${stop.cell}`].filter(Boolean).join(" · "), "where"));
  made.append(terms([
    [words.arrives, stop.arrives],
    [words.stays, `${stop.begins}–${stop.leaves}　${put(words.minutes, { n: stop.minutes })}`],
    stop.window && [words.window, stop.window],
    stop.along.length && ["", put(words.walks, { n: stop.alongM })],
    stop.lookFor && [words.lookFor, stop.lookFor],
    stop.because.length && [words.why, stop.because.join("\n")],
    stop.streets.length && [words.via, stop.streets.join(" → ")],
  ].filter(Boolean)));
  return made;
}

function placePopup({ words }, place) {
  return box(text("h3", place.name), text("p", place.because, "because"),
    text("p", [place.cell && `${words.cell} ${place.cell}`, put(words.worth, { n: place.value })].filter(Boolean).join(" · "), "where"));
}

function basePopup({ words }, base) {
  return box(text("h3", base.name || words.start), ...base.lines.map((each) => text("p", each)));
}
