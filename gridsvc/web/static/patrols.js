/* The page of patrol routes: a new plan, plans made before, and planning anew within a shift. */

import "./patrol-words.js";
import "./patrol-replan-words.js";
import { hintPanel, problemPanel, workingPanel } from "./answer.js";
import { classes, makePlan, planLines, planOf, plansMade, Problem, replan, session } from "./api.js";
import { AreaMap } from "./map.js";
import { PlanForm } from "./patrol-form.js";
import { RouteMap } from "./patrol-map.js";
import { planPanel } from "./patrol-panel.js";
import { ReplanForm } from "./patrol-replan.js";
import { PlaceBox } from "./places.js";
import { chooseLanguage, firstLanguage, language, words } from "./words.js";

const at = (id) => document.getElementById(id);
const panel = at("answer");
const state = { asking: null, plans: [], may: true, shown: null, route: null, picking: null };

const map = new AreaMap(at("map"), at("map-note"), (lon, lat) => place({ lon, lat }));
const routes = new RouteMap(map.map);
const form = new PlanForm({ pick, whenPlaced: (spots) => { if (!state.shown) routes.place(spots); } });
const again = new ReplanForm({ pick, whenPlaced: (spots) => { if (state.shown) routes.place(spots); }, send: sendChange });
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
    form.box.fill(known);
    state.may = who.may.includes("patrols:write");
    at("find").hidden = !state.may || !who.may.includes("places:read");
    at("date").value = new Date().toLocaleDateString("sv-SE");
    const [synthetic] = await Promise.all([map.load(), fillPlans()]);
    at("synthetic").hidden = !synthetic;
    const asked = new URLSearchParams(location.search).get("id");
    if (asked) await show(() => planOf(asked));
    else showAgain();
  } catch (error) { fail(error); }
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
  const told = (plan) => words().planOption({ ...plan, begins: clock(plan.begins), ends: clock(plan.ends), later: plan.followed_by !== null });
  const options = state.plans.map((plan) => new Option(told(plan), String(plan.id)));
  at("plan").replaceChildren(new Option(words().newPlan, ""), ...options);
  at("plan").value = state.shown ? String(state.shown.plan.id) : "";
  at("kept").hidden = !state.plans.length;
}

/** In the language chosen now: the plan that is shown, or what to do. */
function showAgain() {
  pick(null);
  showPlans();
  showForms();
  form.showAgain();
  // The lines name their places in one language.
  if (state.shown) return show(async () => state.shown.plan);
  panel.replaceChildren(...hintPanel(state.may ? "" : words().mayNot, words().hintPatrols));
}

/** What can be asked now: a new plan, or a change of the one that is shown and holds. */
function showForms() {
  at("new").hidden = !state.may || state.shown !== null;
  again.offer(state.may && state.shown && state.shown.plan.followed_by === null ? state.shown.plan : null);
  if (!state.shown) routes.place(form.spots);
}

/** The next place on the map is for `take`, as `said`; null: no longer. */
function pick(said, take = null) {
  state.picking = said === null ? null : take;
  map.say(said === null ? "" : words().picking(said));
  if (said !== null) document.querySelector("main").scrollTo({ top: 0 });
}

function place(found) {
  const take = state.picking;
  if (take) {
    pick(null);
    take(found);
  } else if (again.isOpen) again.place(found);
  else if (state.may && !state.shown) form.place(found);
}

async function make() {
  let asked;
  try {
    asked = form.question();
  } catch (error) {
    return fail(error);
  }
  at("make").disabled = true;
  const refused = await show(() => makePlan(asked), workingPanel());
  at("make").disabled = false;
  if (refused) form.refuse(refused);
  if (state.shown) fillPlans().catch(() => {});
}

/** Plan anew; what is refused is said at its field, and the plan stays as it is. */
async function sendChange(change) {
  const { id } = state.shown.plan;
  const looking = () => state.shown !== null && state.shown.plan.id === id; // and not at another plan meanwhile
  at("replan").disabled = true;
  at("again-told").replaceChildren(...workingPanel());
  try {
    const made = await replan(id, change);
    at("again-told").replaceChildren();
    if (looking()) {
      await show(async () => made);
      panel.scrollIntoView({ block: "nearest" }); // on a phone it is below the map
    }
    fillPlans().catch(() => {});
  } catch (error) {
    const problem = asProblem(error);
    at("again-told").replaceChildren(...(looking() && again.refuse(problem) ? problemPanel(problem) : []));
    if (problem.status === 409) fillPlans().catch(() => {}); // another one has come meanwhile
  }
  at("replan").disabled = false;
}

async function openChosen() {
  if (at("plan").value) return show(() => planOf(at("plan").value));
  [state.asking, state.shown] = [null, null];
  routes.clear();
  history.replaceState(null, "", location.pathname);
  showAgain();
}

/** Show what is answered, with its lines; a later question overtakes it. Returns what was refused. */
async function show(ask, meanwhile = hintPanel(words().reading)) {
  const turn = (state.asking = {});
  if (state.picking) pick(null); // it was for what is shown till now
  panel.replaceChildren(...meanwhile);
  try {
    const plan = await ask();
    const [lines, before] = await Promise.all([planLines(plan.id), plan.follows ? planOf(plan.follows) : null]);
    if (turn !== state.asking) return null;
    state.shown = { plan, lines, before };
    showForms();
    draw(state.shown);
    history.replaceState(null, "", `?${new URLSearchParams({ id: plan.id })}`);
    return null;
  } catch (error) {
    if (turn !== state.asking) return null;
    state.shown = null;
    routes.clear();
    showForms();
    return fail(error);
  }
}

function draw({ plan, lines, before }) {
  state.route = null;
  const colours = Object.fromEntries(lines.features.map(({ properties }) => [properties.route, properties.colour]));
  panel.replaceChildren(...planPanel(plan, colours, { before, whenPatrol: choose, whenPlace: (spot) => routes.goTo(spot) }));
  routes.draw(lines, openStop);
  at("plan").value = String(plan.id);
}

/** One patrol is open at a time. */
function choose(number) {
  if (number === null && state.route === null) return;
  const before = state.route;
  state.route = number;
  const open = number !== null && before !== number && panel.querySelector(`[data-route="${before}"] > button[aria-expanded="true"]`);
  if (open) open.click();
  state.route = number;
  routes.choose(state.route);
}

/** A stop that was clicked on the map: its place is taken where one is awaited, else its row comes into view. */
function openStop(route, stop, spot) {
  if (state.picking) return place(spot);
  const row = panel.querySelector(`[data-route="${route}"]`);
  const closed = row.querySelector('button[aria-expanded="false"]');
  if (closed) closed.click();
  const line = row.querySelector(`[data-stop="${stop}"]`);
  if (line) line.scrollIntoView({ block: "nearest" });
}

const asProblem = (error) => (error instanceof Problem ? error : new Problem({ detail: String(error) }));

function fail(error) {
  panel.replaceChildren(...problemPanel(asProblem(error)));
  return asProblem(error);
}
