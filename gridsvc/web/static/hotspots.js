/* The page of hotspots: which cells are above chance, how they change, and the hotspots that are watched. */

import "./hotspot-words.js";
import { hintPanel, problemPanel, workingPanel } from "./answer.js";
import { classes, hotspotCells, hotspotSeries, hotspotsOf, Problem, session } from "./api.js";
import { ClassBox } from "./classes.js";
import { AreaMap } from "./map.js";
import { fill, sheetLegend, sheetPanel, spotsPanel } from "./sheet.js";
import { chooseLanguage, firstLanguage, language, words } from "./words.js";

const DAY_MS = 86400000;
const at = (id) => document.getElementById(id);
const panel = at("answer");
const state = { asking: null, sheet: null, spots: null };

const box = new ClassBox(at("class"), at("classes"), () => { at("series").value = ""; });
const map = new AreaMap(at("map"), at("map-note"), () => {}, (code) => chooseCell(code));

at("ask").addEventListener("submit", (event) => { event.preventDefault(); ask(); });
at("series").addEventListener("change", () => ask());
for (const id of ["from", "to", "product", "hours"]) at(id).addEventListener("change", () => { at("series").value = ""; });
at("language").addEventListener("click", () => { speak(language() === "zh" ? "en" : "zh", true); showAgain(); });
start();

async function start() {
  speak(firstLanguage());
  try {
    const [who, known, { series }] = await Promise.all([session(), classes(), hotspotSeries()]);
    at("who").textContent = who.name;
    speak(firstLanguage(who.language));
    box.fill(known);
    fillSeries(series);
    readAddress(series);
    const synthetic = await map.load();
    at("synthetic").hidden = !synthetic;
    await showAgain();
  } catch (error) {
    fail(error);
  }
  document.querySelector("main").setAttribute("aria-busy", "false");
}

/** Ask what is chosen; with nothing chosen there is no fault to be told yet. */
async function showAgain() {
  if (at("series").value || box.chosen) await ask();
  else show(hintPanel("", words().hintHotspots));
}

function speak(chosen, keep = false) {
  chooseLanguage(chosen, keep);
  const other = chosen === "zh" ? ["English", "en"] : ["中文", "zh-CN"];
  [at("language").textContent, at("language").lang] = other;
  if (at("series").options.length) at("series").options[0].textContent = words().noSeries;
}

function fillSeries(series) {
  const made = series.filter((each) => each.last_run);
  at("watched").hidden = !made.length;
  at("series").replaceChildren(new Option(words().noSeries, ""), ...made.map((each) => new Option(each.name, each.name)));
}

/** The days of the watched question made last, or the last four whole weeks. */
function readAddress(series) {
  const asked = new URLSearchParams(location.search);
  const runs = series.map((each) => each.last_run).filter(Boolean).sort((a, b) => (a.to < b.to ? 1 : -1));
  const sunday = new Date(Date.now() - (((new Date().getDay() + 6) % 7) + 1) * DAY_MS);
  const day = (instant) => instant.toLocaleDateString("sv-SE");
  at("to").value = asked.get("to") || (runs[0] ? runs[0].to : day(sunday));
  at("from").value = asked.get("from") || (runs[0] ? runs[0].from : day(new Date(sunday - 27 * DAY_MS)));
  at("hours").value = asked.get("hours") || "";
  at("product").value = asked.get("product") === "trend" ? "trend" : "cells";
  if (asked.has("class")) box.set(box.find(asked.get("class"), asked.get("kind"), asked.get("scheme")));
  else if (asked.has("series") || runs.length) at("series").value = asked.get("series") || at("series").options[1].value;
}

async function ask() {
  if (state.asking) state.asking.abort();
  const turn = (state.asking = new AbortController());
  try {
    if (at("series").value) {
      show(workingPanel());
      return drawSpots(await hotspotsOf(at("series").value, turn.signal));
    }
    const query = question();
    show(workingPanel());
    drawSheet(await hotspotCells(at("product").value, query, turn.signal), query);
  } catch (error) {
    if (error.name !== "AbortError") fail(error);
  }
}

function question() {
  if (!box.chosen) throw new Problem({ detail: words().needClass, code: "no_class" });
  if (!at("from").value || !at("to").value) throw new Problem({ detail: words().needDays, code: "no_days" });
  const { code, kind, scheme } = box.chosen;
  const hours = at("hours").value.trim();
  return { class: code, kind, scheme, from: at("from").value, to: at("to").value, ...(hours && { hours }) };
}

function drawSheet(sheet, query) {
  Object.assign(state, { sheet, spots: null });
  history.replaceState(null, "", `?${new URLSearchParams({ ...query, product: at("product").value })}`);
  map.colour(new Map(sheet.cells.map((each) => [each.code, fill(sheet.legend.classes[each.step])])));
  map.outline(sheet.outlines);
  at("legend").replaceChildren(...sheetLegend(sheet));
  at("legend").hidden = false;
  const download = `/api/v1/hotspots/${at("product").value}?${new URLSearchParams({ ...query, f: "geojson" })}`;
  show(sheetPanel(sheet, download, (code) => map.focus(code)));
}

function drawSpots(spots) {
  Object.assign(state, { sheet: null, spots });
  history.replaceState(null, "", `?${new URLSearchParams({ series: spots.series })}`);
  map.colour(new Map());
  map.outline(spots.features.map((each) => ({
    ...each, properties: { title: `${each.properties.rank} ${each.properties.name}`, colour: "#a3261b" },
  })));
  at("legend").hidden = true;
  show(spotsPanel(spots, (each) => map.goToShape(each.geometry)));
}

/** A cell that was clicked: its numbers come first in the panel. */
function chooseCell(code) {
  if (!state.sheet) return;
  const list = panel.querySelector(".ranked");
  const found = [...panel.querySelectorAll("[data-code]")].find((each) => each.dataset.code === code);
  if (found) {
    if (found.getAttribute("aria-expanded") !== "true") found.click();
    found.scrollIntoView({ block: "nearest" });
  } else if (list) {
    const row = state.sheet.cells.find((each) => each.code === code);
    if (row) list.prepend(...sheetPanel.row(state.sheet, row, () => map.focus(code), true));
  }
}

function show(elements) {
  panel.replaceChildren(...elements);
}

function fail(error) {
  const problem = error instanceof Problem ? error : new Problem({ detail: String(error) });
  show(problemPanel(problem));
}
