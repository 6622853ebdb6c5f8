/* Places as people type them. */

const NUMBER = String.raw`[-+]?\d{1,3}(?:\.\d+)?`;
const TYPED = new RegExp(String.raw`^\s*(${NUMBER})\s*[,，\s]\s*(${NUMBER})\s*(?:[,，\s]\s*(.*))?$`);

/** `108.95,34.25` or `108.95,34.25,name` as {lon, lat, name}; null: not a place. */
export function readSpot(typed) {
  const found = typed.match(TYPED);
  if (!found) return null;
  const [lon, lat] = [Number(found[1]), Number(found[2])];
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { lon, lat, name: (found[3] || "").trim() } : null;
}

export const writeSpot = ({ lon, lat }) => `${Number(lon.toFixed(6))},${Number(lat.toFixed(6))}`;
