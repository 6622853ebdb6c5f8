/* Elements made by code: text goes in as text, never as markup. */

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export function section(title, count, open, ...content) {
  const head = element("summary", {}, title, count ? element("span", { class: "count" }, ` ${count}`) : "");
  return element("details", { open }, head, ...content);
}

export function pairs(className, rows) {
  return element("dl", { class: className }, rows.flatMap(([name, ...value]) => [
    element("dt", {}, name), element("dd", {}, ...value),
  ]));
}
