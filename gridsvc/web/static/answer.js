/* The panel: the answer first, its grounds one click away. */

import { element, pairs, section } from "./elements.js";
import { asFault, faultList } from "./faults.js";
import { asWritten, distance } from "./times.js";
import { language, words } from "./words.js";

const percent = (share) => `${(share * 100).toFixed(share > 0.995 || share < 0.005 ? 0 : 1).replace(/\.0$/, "")}%`;

export function hintPanel(text, hints = words().hints) {
  const steps = hints.map((hint, i) => element("li", { "data-step": `${i + 1}` }, hint));
  return [text ? element("p", { class: "working" }, text) : element("ol", { class: "hint" }, steps)];
}

export function workingPanel() {
  return [element("p", { class: "working" }, words().working)];
}

export function problemPanel(problem) {
  const faults = (problem.errors || []).map(asFault);
  const again = problem.status === 401
    ? element("p", {}, element("a", { href: `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}` }, words().signIn))
    : "";
  return [element(
    "div", { class: "problem", role: "alert" },
    element("h2", {}, words().failed),
    element("p", {}, problem.detail || problem.title),
    faults.length > 1 || faults.some((fault) => fault.row) ? faultList(faults) : "",
    again,
    problem.code ? element("code", {}, problem.code) : "",
  )];
}

/**
 * `known`: the facts that a report may give; `given`: those that were, by name. `chooseClause(id)` is called when a
 * person picks another filing condition, `giveFact(name, value)` when he says a fact ("": takes it back).
 */
export function answerPanel(answer, { className, known, given, chooseClause, giveFact }) {
  return [
    verdict(answer), wanted(answer, known, given, giveFact), facts(answer, className), evidence(answer, chooseClause),
    element("p", { class: "atlas" }, words().atlas(answer.atlas)),
  ];
}

/** What would let another rule decide, to be said right here; and what was said already. */
function wanted(answer, known, given, giveFact) {
  const missing = new Set(answer.reasons.flatMap((reason) => (reason.facts && reason.facts.missing) || []));
  const shown = known.filter((fact) => missing.has(fact.name) || given[fact.name]);
  if (!shown.length) return "";
  return element("div", { class: "wanted" }, element("p", {}, words().wanted), shown.map((fact) => {
    const none = element("option", { value: "" }, words().notKnown);
    const choices = fact.values.map(({ value, text }) => element("option", { value, selected: given[fact.name] === value }, text));
    const select = element("select", { "data-fact": fact.name, onchange: (event) => giveFact(fact.name, event.target.value) }, none, choices);
    return element("label", { class: "field" }, fact.title, select);
  }));
}

/** The reason that decided. What a boundary road does is said before it, and is not it. */
function deciding(answer) {
  const said = answer.reasons.filter((reason) => reason.step === (answer.cell ? "rule" : "place"));
  return said.find((reason) => typeof reason.facts?.boundary_road !== "object") || said[0];
}

function verdict(answer) {
  const rule = deciding(answer);
  const undecided = answer.unit === null;
  return element(
    "div", {},
    element(
      "p", { class: "verdict" },
      element("span", { class: `chip ${answer.decision}` }, words().decisions[answer.decision]),
      undecided ? "" : words().confidence(percent(answer.confidence)),
    ),
    element("h2", { class: `unit${undecided ? " none" : ""}` }, undecided ? words().noUnit : answer.unit.name),
    rule ? element("p", { class: "why" }, rule.text) : "",
  );
}

function facts(answer, className) {
  return pairs("facts", [
    [words().deadline, ...deadline(answer)],
    ...(answer.stages.length ? [[words().stages, stages(answer.stages)]] : []),
    [words().cell, ...cell(answer)],
    ...(answer.class.kind === "component" ? [[words().component, ...component(answer)]] : []),
    [words().kindOf, className || answer.class.name, element("small", {}, `${words()[answer.class.kind]} ${answer.class.code} · ${answer.class.major.name}`)],
  ]);
}

function deadline(answer) {
  const limit = answer.limit ? words().limit(answer.limit.text) : "";
  if (!answer.deadline) return [element("span", {}, limit || words().noDeadline)];
  const away = distance(answer.deadline);
  const said = [away.text, limit].filter(Boolean).join(" · ");
  return [
    element("span", { class: "main number" }, asWritten(answer.deadline)),
    element("small", { class: away.late ? "late" : "", "data-until": answer.deadline, "data-limit": limit }, said),
    answer.provisional_calendar ? element("small", { class: "warn" }, words().provisional) : "",
    answer.clauses.length > 1 && !clauseChosen(answer)
      ? element("small", { class: "warn" }, words().assumed(answer.clauses.length))
      : "",
  ];
}

function stages(list) {
  return element("ol", { class: "stages" }, list.map((each) => element(
    "li", {}, element("b", {}, each.name),
    element("span", { class: "number" }, each.deadline ? asWritten(each.deadline) : words().noDeadline), element("small", {}, each.limit.text),
  )));
}

function component({ component: found, reasons: list }) {
  const reason = list.find((each) => each.step === "component");
  const id = found ? element("span", { class: "main number" }, found.id) : element("span", {}, words().noComponent);
  return [id, reason ? element("small", {}, reason.text) : ""];
}

/** Bring the shown distance to the deadline up to date. */
export function refreshDistances(root) {
  for (const shown of root.querySelectorAll("[data-until]")) {
    const away = distance(shown.dataset.until);
    shown.textContent = [away.text, shown.dataset.limit].filter(Boolean).join(" · ");
    shown.classList.toggle("late", away.late);
  }
}

function cell({ cell: found }) {
  if (!found) return [element("span", { class: "main" }, words().outside)];
  const names = [found.district, found.street, found.community].filter(Boolean).map((area) => area.name);
  const snapped = found.snapped_outside_m;
  return [
    element("span", { class: "main number" }, found.code),
    names.length ? element("small", {}, names.join(" › ")) : "",
    found.on_boundary ? element("small", { class: "warn" }, words().onBoundary) : "",
    snapped === null ? "" : element("small", { class: "warn" }, words().snapped(snapped.toFixed(1))),
  ];
}

const clauseChosen = (answer) => answer.reasons.some((reason) => reason.facts && reason.facts.chosen);

function evidence(answer, chooseClause) {
  return element(
    "div", { class: "evidence" },
    section(words().clause, "", false, answer.clause ? clause(answer.clause) : element("p", {}, words().noClause)),
    answer.clauses.length > 1
      ? section(words().conditions, answer.clauses.length, !clauseChosen(answer), conditions(answer, chooseClause))
      : "",
    answer.candidates.length
      ? section(words().candidates, answer.candidates.length, answer.unit === null, candidates(answer.candidates))
      : "",
    answer.cells.length > 0 ? section(words().cells, answer.cells.length, false, cells(answer.cells)) : "",
    section(words().reasons, answer.reasons.length, false, reasons(answer.reasons)),
    section(words().json, "", false, element("pre", { tabindex: 0 }, JSON.stringify(answer, null, 2))),
  );
}

function clause(of) {
  return pairs("pair", [
    [words().edition, of.edition],
    [words().filing, of.filing_condition],
    ...(of.closing_condition ? [[words().closing, of.closing_condition]] : []),
  ]);
}

function conditions(answer, chooseClause) {
  return element("div", { class: "conditions", role: "radiogroup", "aria-label": words().conditions }, answer.clauses.map((each) =>
    element(
      "label", {},
      element("input", {
        type: "radio", name: "clause", value: each.id, checked: answer.clause !== null && each.id === answer.clause.id,
        onchange: () => chooseClause(each.id),
      }),
      element("span", {}, each.filing_condition),
      element("span", { class: "limit" }, each.limit ? each.limit.text : words().noLimit),
    )));
}

function candidates(list) {
  return element("ul", { class: "candidates" }, list.map((each) => {
    const bar = element("i");
    bar.style.width = percent(each.share);
    return element(
      "li", { class: each.refused ? "refused" : "" },
      element(
        "p", { class: "head" },
        element("b", {}, each.unit.name || each.unit.code),
        element("span", { class: "number" }, standing(each)),
      ),
      each.share > 0 ? element("div", { class: "share" }, bar) : "",
      each.because ? element("p", {}, each.because) : "",
      each.refused ? element("p", { class: "because-not" }, each.refused) : "",
    );
  }));
}

function standing({ refused, role, share }) {
  if (refused) return words().refused;
  return role === "assist" ? words().assist : `${words().lead} ${percent(share)}`;
}

function cells(list) {
  const outside = 1 - list.reduce((sum, each) => sum + each.share, 0);
  const rows = list.map((each) => [percent(each.share), each.code]);
  if (outside > 0.0005) rows.push([percent(outside), words().outsideShare]);
  return pairs("reasons number", rows);
}

function reasons(list) {
  return pairs("reasons", list.map((each) => [words().steps[each.step] || each.step, each.text]));
}

/** The name of a class in the language of the page. */
export const className = (row) => (row && language() === "en" && row.name_en ? row.name_en : row && row.name);
