/* Elements of the page of a plan. Everything that a sender wrote is put in as text, never as markup. */
"use strict";

function text(tag, content, className) {
  const element = document.createElement(tag);
  element.textContent = content;
  if (className) element.className = className;
  return element;
}

function box(...children) {
  const made = document.createElement("div");
  made.append(...children);
  return made;
}

function terms(rows) {
  const made = document.createElement("dl");
  for (const [label, value] of rows) made.append(text("dt", label), text("dd", String(value)));
  return made;
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  if (label) made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function check(label, on, act) {
  const made = document.createElement("label");
  made.className = "check";
  const input = document.createElement("input");
  input.type = "checkbox";
  input.checked = on;
  input.addEventListener("change", () => act(input.checked));
  made.append(input, label);
  return made;
}

function put(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
