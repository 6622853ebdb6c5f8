/* The console's first page: choose a class and a place, see who is responsible, by when, and why. */

import { answerPanel, className, hintPanel, problemPanel, refreshDistances, workingPanel } from "./answer.js";
import { classes, facts, Problem, resolve, session } from "./api.js";
import { ClassBox } from "./classes.js";
import { AreaMap } from "./map.js";
import { PlaceBox } from "./places.js";
import { chooseLanguage, firstLanguage, language, words } from "./words.js";

const MOST_ACCURACY_M = 5000;
const at = (id) => document.getElementById(id);
const panel = at("answer");
// `kindOfAccuracy`: what the number in the field means when a found place has put it there.
// `given`: the facts that a person has said of this report, by name.
const state = { answer: null, problem: null, clause: null, asking: null, kindOfAccuracy: null, known: [], given: {} };

const box = new ClassBox(at("class"), at("classes"), () => { state.clause = null; state.given = {}; ask(); });
const map = new AreaMap(at("map"), at("map-note"), (lon, lat) => {
  // Seven decimals are a centimetre: as exact as a finger, and short enough to read.
  at("lon").value = lon.toFixed(7);
  at("lat").value = lat.toFixed(7);
  at("datum").value = "wgs84";
  // The accuracy of a place that was found is not that of a finger.
  if (state.kindOfAccuracy) at("accuracy").value = "";
  state.kindOfAccuracy = null;
  placeTaken();
});
new PlaceBox(at("place"), at("places"), { near: () => map.centre(), whenChosen: (found) => {
  at("lon").value = found.lon.toFixed(7);
  at("lat").value = found.lat.toFixed(7);
  at("datum").value = "wgs84";
  at("accuracy").value = Math.min(found.accuracy_m, MOST_ACCURACY_M);
  state.kindOfAccuracy = "geocode";
  map.goTo(found, found.accuracy_m);
  placeTaken();
} });

at("ask").addEventListener("submit", (event) => { event.preventDefault(); ask(true); });
at("accuracy").addEventListener("change", () => { state.kindOfAccuracy = null; });
for (const id of ["datum", "accuracy", "at", "component", "house", "heading"]) at(id).addEventListener("change", () => ask());
at("language").addEventListener("click", () => speak(language() === "zh" ? "en" : "zh", true));
setInterval(() => refreshDistances(panel), 20000);
start();

function placeTaken() {
  // What was said of one place does not hold at another.
  state.given = {};
  for (const id of ["component", "house", "heading"]) at(id).value = "";
  if (box.chosen) return ask();
  showPlace();
  show(hintPanel(words().needClass));
  at("class").focus();
}

async function start() {
  speak(firstLanguage());
  try {
    const [who, known] = await Promise.all([session(), classes()]);
    at("who").textContent = who.name;
    at("find").hidden = !who.may.includes("places:read");
    speak(firstLanguage(who.language));
    box.fill(known);
    await learnFacts();
    readAddress();
    const synthetic = await map.load();
    at("synthetic").hidden = !synthetic;
    await ask();
  } catch (error) {
    fail(error);
  }
  document.querySelector("main").setAttribute("aria-busy", "false");
}

/** The words of facts come in the language of the page. */
async function learnFacts() {
  state.known = (await facts()).facts;
}

function speak(chosen, keep = false) {
  chooseLanguage(chosen, keep);
  const other = chosen === "zh" ? ["English", "en"] : ["中文", "zh-CN"];
  at("language").textContent = other[0];
  at("language").lang = other[1];
  // Sentences of the service come in the new language only when it is asked again.
  if (keep && (state.answer || state.problem)) learnFacts().then(() => ask(), fail);
  else if (!state.answer && !state.problem) show(hintPanel());
}

function place() {
  const [lon, lat] = [at("lon").value.trim(), at("lat").value.trim()];
  if (!lon && !lat) return null;
  const read = [lon, lat].map((each) => (each === "" ? NaN : Number(each)));
  if (!read.every(Number.isFinite)) throw new Problem({ detail: words().badPlace, code: "bad_number" });
  return { lon: read[0], lat: read[1] };
}

async function ask(asked = false) {
  if (state.asking) state.asking.abort();
  let here;
  try {
    here = place();
  } catch (error) {
    return fail(error);
  }
  if (!here || !box.chosen) {
    if (here) { showPlace(here); map.lookAt(); }
    if (here || box.chosen || asked) show(hintPanel(here ? words().needClass : box.chosen ? words().needPlace : ""));
    return;
  }
  const turn = (state.asking = new AbortController());
  if (state.answer) panel.firstElementChild?.parentNode.classList.add("stale");
  else show(workingPanel());
  try {
    const answer = await resolve(question(here), turn.signal);
    Object.assign(state, { answer, problem: null });
    writeAddress(here);
    draw();
    showPlace(here, answer);
    map.lookAt();
  } catch (error) {
    if (error.name !== "AbortError") { showPlace(here); fail(error); }
  }
}

function question(here) {
  const { code, kind, scheme } = box.chosen;
  const asked = { ...here, class: code, kind, scheme, datum: at("datum").value };
  const accuracy = Number(at("accuracy").value);
  if (accuracy > 0) asked.accuracy_m = accuracy;
  if (accuracy > 0 && state.kindOfAccuracy) asked.accuracy_kind = state.kindOfAccuracy;
  if (at("at").value) asked.at = at("at").value;
  if (state.clause !== null) asked.clause_id = state.clause;
  if (at("component").value.trim()) asked.component_id = at("component").value.trim();
  if (at("house").value) asked.house_number = Number(at("house").value);
  if (at("heading").value) asked.heading_deg = Number(at("heading").value);
  if (Object.keys(state.given).length) asked.facts = state.given;
  return asked;
}

function draw() {
  const open = new Set([...panel.querySelectorAll("details[open] > summary")].map((each) => each.firstChild.textContent));
  const kept = panel.querySelector(".evidence") !== null;
  show(answerPanel(state.answer, {
    className: className(box.chosen), known: state.known, given: state.given,
    chooseClause: (id) => { state.clause = id; ask(); },
    giveFact: (name, value) => {
      const { [name]: _, ...rest } = state.given;
      state.given = value ? { ...rest, [name]: value } : rest;
      ask();
    },
  }));
  // What a person has opened stays open from one answer to the next.
  if (kept) {
    for (const details of panel.querySelectorAll("details")) {
      details.open = open.has(details.firstElementChild.firstChild.textContent);
    }
  }
}

function show(elements) {
  panel.classList.remove("stale");
  panel.replaceChildren(...elements);
}

/** The map is in WGS 84; degrees of GCJ-02 or BD-09 would show half a kilometre away. */
const drawable = () => ["wgs84", "cgcs2000"].includes(at("datum").value);

function showPlace(here = place(), answer = null) {
  if (!here) return;
  map.show(
    drawable() ? here : null, Number(at("accuracy").value),
    answer && answer.cell && answer.cell.code, answer ? answer.cells.map((each) => each.code) : [],
  );
}

function fail(error) {
  const problem = error instanceof Problem ? error : new Problem({ detail: String(error) });
  Object.assign(state, { answer: null, problem });
  show(problemPanel(problem));
}

function readAddress() {
  const asked = new URLSearchParams(location.search);
  for (const id of ["lon", "lat"]) if (asked.has(id)) at(id).value = asked.get(id);
  if (asked.has("class")) box.set(box.find(asked.get("class"), asked.get("kind"), asked.get("scheme")));
}

function writeAddress({ lon, lat }) {
  const { code, kind, scheme } = box.chosen;
  history.replaceState(null, "", `?${new URLSearchParams({ lon, lat, class: code, kind, scheme })}`);
}
