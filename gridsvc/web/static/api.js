/* The calls to the service. A refusal arrives as a Problem with the sentence that the service gave. */

import { language, words } from "./words.js";

export class Problem extends Error {
  constructor({ status = 0, title = "", detail = "", code = "", errors = [] }) {
    super(detail || title);
    Object.assign(this, { status, title, detail, code, errors });
  }
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, {
      ...options,
      headers: { Accept: "application/json", "Accept-Language": language(), ...options.headers },
      credentials: "same-origin",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ detail: words().offline, code: "offline" });
  }
  if (response.ok) return response.json();
  let told = {};
  try {
    told = await response.json();
  } catch {
    told = { title: response.statusText };
  }
  if (response.status === 401) told = { ...told, detail: words().signedOut };
  throw new Problem({ ...told, status: response.status });
}

export const session = () => call("/api/v1/session");
export const areas = (level) => call(`/api/v1/areas?level=${level}`);
export const facts = () => call("/api/v1/facts");
export const classes = () => call("/api/v1/classes");
export const findClasses = (asked, scheme, signal) =>
  call(`/api/v1/classes?${new URLSearchParams({ q: asked, ...(scheme && { scheme }) })}`, { signal });
export const places = (asked, near, limit, signal) => {
  const query = new URLSearchParams({ q: asked, limit, ...(near && { near: `${near.lon},${near.lat}` }) });
  return call(`/api/v1/places?${query}`, { signal });
};
export const hotspotSeries = () => call("/api/v1/hotspots/series");
export const hotspotsOf = (series, signal) => call(`/api/v1/hotspots?${new URLSearchParams({ series })}`, { signal });
export const hotspotCells = (product, query, signal) =>
  call(`/api/v1/hotspots/${product}?${new URLSearchParams(query)}`, { signal });
export const plansMade = () => call("/api/v1/patrols");
export const planOf = (id) => call(`/api/v1/patrols/${encodeURIComponent(id)}`);
export const planLines = (id) => call(`/api/v1/patrols/${encodeURIComponent(id)}?f=geojson`);
export const zones = () => call("/api/v1/zones");
export const casesOf = (number) => call(`/api/v1/reports?${new URLSearchParams({ number, limit: 10 })}`);
export const makePlan = (question) =>
  call("/api/v1/patrols", { method: "POST", body: JSON.stringify(question), headers: { "Content-Type": "application/json" } });
export const replan = (id, change) =>
  call(`/api/v1/patrols/${encodeURIComponent(id)}/replan`, { method: "POST", body: JSON.stringify(change), headers: { "Content-Type": "application/json" } });
export const resolve = (question, signal) =>
  call("/api/v1/resolve", {
    method: "POST", signal, body: JSON.stringify(question), headers: { "Content-Type": "application/json" },
  });
