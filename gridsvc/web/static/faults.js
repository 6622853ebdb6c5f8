/* What the service refuses, said at the field that it is about. */

import { element } from "./elements.js";
import { words } from "./words.js";

/** The fault with what it is about: list, row (from 1) and column, which its pointer has or it tells itself; how to mend it. */
export function asFault({ detail, pointer = "", row = null, value = null, remedy = "" }) {
  const parts = pointer.split("/").slice(1);
  const counted = parts.findIndex((part) => /^\d+$/.test(part));
  return {
    detail: [detail, remedy].filter(Boolean).join(" "), value,
    list: counted > 0 ? parts[counted - 1] : null, column: (counted > 0 ? parts[counted + 1] : parts.at(-1)) || "",
    row: counted > 0 ? Number(parts[counted]) + 1 : row,
  };
}

export function clearFaults(form) {
  for (const note of form.querySelectorAll(".fault")) note.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

/** Say each fault at `fieldOf(fault)`, and go to the first; returns those for which there is no field. */
export function showFaults(form, faults, fieldOf) {
  clearFaults(form);
  const left = [];
  let first = null;
  for (const fault of faults) {
    const field = fieldOf(fault);
    if (!field) { left.push(fault); continue; }
    tell(field, fault.detail);
    first ||= field;
  }
  if (first) {
    for (let around = first.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    first.focus();
  }
  return left;
}

function tell(field, said) {
  const id = `fault-${Math.random().toString(36).slice(2, 8)}`;
  const before = field.getAttribute("aria-describedby");
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [before, id].filter(Boolean).join(" "));
  (field.closest(".field, .whole") || field).append(element("small", { class: "fault", id }, said));
}

/** Faults of a list with row and column: what was refused, and why. Words for them are the page's own. */
export function faultList(faults) {
  return element("ul", { class: "faults" }, faults.map(({ row, column, value, detail }) => {
    const where = words().atRow && row ? words().atRow(row, words().columns[column] || column, value) : "";
    return element("li", {}, where ? element("b", {}, where) : "", detail);
  }));
}
