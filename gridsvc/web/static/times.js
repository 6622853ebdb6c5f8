/* Instants as people read them: in the service's own zone, whatever the browser's is. */

import { words } from "./words.js";

/** `2026-11-23T10:00:00+08:00` as its own date and time, not converted. */
export function asWritten(instant) {
  const [, year, month, day, time] = instant.match(/^(\d+)-(\d+)-(\d+)T(\d+:\d+)/);
  const weekday = words().weekdays[new Date(Date.UTC(year, month - 1, day)).getUTCDay()];
  return `${words().date(Number(year), Number(month), Number(day), weekday)} ${time}`;
}

/** How far away an instant is, in its two largest units. */
export function distance(instant, now = Date.now()) {
  const minutes = Math.round((Date.parse(instant) - now) / 60000);
  const away = Math.abs(minutes);
  const parts = [
    [Math.floor(away / 1440), words().days], [Math.floor((away % 1440) / 60), words().hours], [away % 60, words().minutes],
  ];
  const from = Math.max(parts.findIndex(([n]) => n > 0), 0);
  const shown = parts.slice(from, from + 2).filter(([n], i) => n > 0 || i === 0);
  const text = (away ? shown : [parts[2]]).map(([n, say]) => say(n)).join(" ");
  return { late: minutes < 0, text: minutes < 0 ? words().late(text) : words().left(text) };
}
