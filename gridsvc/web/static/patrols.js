/* The page of patrol routes: what is asked of a plan, who goes where, and plans made before. */

import "./patrol-words.js";
import { hintPanel, problemPanel, workingPanel } from "./answer.js";
import { classes, makePlan, planLines, planOf, plansMade, Problem, session } from "./api.js";
import { ClassBox } from "./classes.js";
import { element } from "./elements.js";
import { AreaMap } from "./map.js";
import { RouteMap } from "./patrol-map.js";
import { planPanel } from "./patrol-panel.js";
import { PlaceBox } from "./places.js";
import { chooseLanguage, firstLanguage, language, words } from "./words.js";

const at = (id) => document.getElementById(id);
const panel = at("answer");
const state = { asking: null, classes: [], spots: [], plans: [], may: true, shown: null, route: null };

const map = new AreaMap(at("map"), at("map-note"), (lon, lat) => place({ lon, lat }));
const routes = new RouteMap(map.map);
const box = new ClassBox(at("class"), at("classes"), (row) => {
  if (!state.classes.some((each) => each.code === row.code && each.kind === row.kind)) state.classes.push(row);
  box.set(null);
  showChosen();
});
new PlaceBox(at("place"), at("places"), { near: () => map.centre(), whenChosen: (found) => { place(found); routes.goTo(found); } });

at("ask").addEventListener("submit", (event) => { event.preventDefault(); make(); });
at("plan").addEventListener("change", () => openChosen());
at("language").addEventListener("click", () => { speak(language() === "zh" ? "en" : "zh", true); showAgain(); });
start();

async function start() {
  speak(firstLanguage());
  try {
    const [who, known] = await Promise.all([session(), classes()]);
    at("who").textContent = who.name;
    speak(firstLanguage(who.language));
    box.fill(known);
    state.may = who.may.includes("patrols:write");
    at("find").hidden = !state.may || !who.may.includes("places:read");
    at("date").value = new Date().toLocaleDateString("sv-SE");
    const [synthetic] = await Promise.all([map.load(), fillPlans()]);
    at("synthetic").hidden = !synthetic;
    const asked = new URLSearchParams(location.search).get("id");
    if (asked) await show(() => planOf(asked));
    else showAgain();
  } catch (error) {
    fail(error);
  }
  document.querySelector("main").setAttribute("aria-busy", "false");
}

function speak(chosen, keep = false) {
  chooseLanguage(chosen, keep);
  [at("language").textContent, at("language").lang] = chosen === "zh" ? ["English", "en"] : ["中文", "zh-CN"];
}

async function fillPlans() {
  state.plans = (await plansMade()).plans;
  showPlans();
}

function showPlans() {
  const clock = (instant) => instant.slice(11, 16);
  const options = state.plans.map((plan) => new Option(words().planOption({
    ...plan, begins: clock(plan.begins), ends: clock(plan.ends), later: plan.followed_by !== null,
  }), String(plan.id)));
  at("plan").replaceChildren(new Option(words().newPlan, ""), ...options);
  at("plan").value = state.shown ? String(state.shown.plan.id) : "";
  at("kept").hidden = !state.plans.length;
}

/** In the language chosen now: the plan that is shown, or what to do. */
function showAgain() {
  showPlans();
  showChosen();
  showPlaced();
  // The lines name their places in one language.
  if (state.shown) return show(async () => state.shown.plan);
  panel.replaceChildren(...hintPanel(state.may ? "" : words().mayNot, words().hintPatrols));
}

/** What is chosen as chips, each of which can be taken back. */
function chips(list, items, name, className) {
  list.replaceChildren(...items.map((item) => element("li", { class: className(item) }, element("span", {}, name(item)),
    element("button", { type: "button", "aria-label": words().remove(name(item)), onclick: () => {
      items.splice(items.indexOf(item), 1);
      showChosen();
      showPlaced();
    } }, "×"))));
}

const showChosen = () => chips(at("chosen"), state.classes, (each) => each.name, () => "");

function showPlaced() {
  chips(at("placed"), state.spots, (each) => each.name, (each) => each.kind);
  at("new").hidden = !state.may || state.shown !== null;
  routes.place(state.shown ? [] : state.spots);
}

function place(found) {
  if (!state.may || state.shown) return;
  const kind = document.querySelector("[name=placing]:checked").value;
  const number = state.spots.filter((each) => each.kind === kind).length + 1;
  const name = found.name || words().placedName(kind === "depots" ? words().depot : words().must, number);
  state.spots.push({ kind, lon: Number(found.lon.toFixed(6)), lat: Number(found.lat.toFixed(6)), name });
  showPlaced();
}

async function make() {
  let asked;
  try {
    asked = question();
  } catch (error) {
    return fail(error);
  }
  at("make").disabled = true;
  await show(() => makePlan(asked), workingPanel());
  at("make").disabled = false;
  if (state.shown) fillPlans().catch(() => {});
}

function question() {
  const of = (kind) => state.spots.filter((each) => each.kind === kind).map(({ lon, lat, name }) => ({ lon, lat, name }));
  const kinds = new Set(state.classes.map((each) => each.kind));
  const number = (id) => Number(at(id).value || 0);
  const asked = {
    date: at("date").value, shift: at("shift").value, patrols: number("patrols"), mode: at("mode").value, form: at("form").value,
    classes: state.classes.map((each) => each.code), depots: of("depots"), must_visit: of("must_visit"),
    open_cases: at("open_cases").checked, recurrent: at("recurrent").checked, floor: number("floor"), exploration: number("exploration") / 100,
    ...(box.scheme && { scheme: box.scheme }), ...(kinds.size === 1 && { kind: [...kinds][0] }),
    ...(at("break").value.trim() && { break: at("break").value.trim() }), ...(at("seed").value && { seed: number("seed") }),
  };
  if (!asked.classes.length && !asked.must_visit.length) throw new Problem({ detail: words().needWhat, code: "nothing_asked" });
  return asked;
}

async function openChosen() {
  if (at("plan").value) return show(() => planOf(at("plan").value));
  [state.asking, state.shown] = [null, null];
  routes.clear();
  history.replaceState(null, "", location.pathname);
  showAgain();
}

/** Show what is answered, with its lines; a later question overtakes it. */
async function show(ask, meanwhile = hintPanel(words().reading)) {
  const turn = (state.asking = {});
  panel.replaceChildren(...meanwhile);
  try {
    const plan = await ask();
    const shown = { plan, lines: await planLines(plan.id) };
    if (turn !== state.asking) return;
    state.shown = shown;
    showPlaced();
    draw(shown);
    history.replaceState(null, "", `?${new URLSearchParams({ id: plan.id })}`);
  } catch (error) {
    if (turn !== state.asking) return;
    state.shown = null;
    routes.clear();
    showPlaced();
    fail(error);
  }
}

function draw({ plan, lines }) {
  state.route = null;
  const colours = [];
  for (const { properties } of lines.features) if (properties.role === "start") colours[properties.route] = properties.colour;
  panel.replaceChildren(...planPanel(plan, colours, { whenPatrol: choose, whenPlace: (spot) => routes.goTo(spot) }));
  routes.draw(lines, openStop);
  at("plan").value = String(plan.id);
}

/** One patrol is open at a time. */
function choose(number) {
  if (number === null && state.route === null) return;
  const before = state.route;
  state.route = number;
  if (number !== null && before !== null && before !== number) {
    const open = panel.querySelector(`[data-route="${before}"] > button[aria-expanded="true"]`);
    if (open) open.click();
    state.route = number;
  }
  routes.choose(state.route);
}

/** A stop that was clicked on the map: its row comes into view. */
function openStop(route, stop) {
  const row = panel.querySelector(`[data-route="${route}"]`);
  const button = row.querySelector("button");
  if (button.getAttribute("aria-expanded") !== "true") button.click();
  const line = row.querySelector(`[data-stop="${stop}"]`);
  if (line) line.scrollIntoView({ block: "nearest" });
}

function fail(error) {
  const problem = error instanceof Problem ? error : new Problem({ detail: String(error) });
  panel.replaceChildren(...problemPanel(problem));
}
