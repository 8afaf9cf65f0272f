"use strict";
// Graph and side panel from the embedded document. The selection is in the fragment (#agent=…&resource=…),
// so it can be linked. Every text becomes a text node; nothing of the document is ever read as markup.

const doc = JSON.parse(document.getElementById("document").textContent);
const byId = (id) => document.getElementById(id);
const SVG = byId("drawing").namespaceURI;
const blast = new Map(Object.entries(doc.blast));

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}
const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
const svg = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

// ---- data ----------------------------------------------------------------------------------------------------------

const known = (of) => {
  const found = new Map(doc[of + "s"].map((one) => [one.name, one]));
  for (const access of doc.access) if (!found.has(access[of])) found.set(access[of], { name: access[of], declared: false });
  return found;
};
const agents = known("agent"), resources = known("resource");
const pairs = []; // one for each agent and resource, however many assignments it takes
const pairOf = new Map();
for (const access of doc.access) {
  const key = JSON.stringify([access.agent, access.resource]);
  if (!pairOf.has(key)) pairs.push(pairOf.set(key, { agent: access.agent, resource: access.resource, held: [] }).get(key));
  pairOf.get(key).held.push(access);
}
const pair = (agent, resource) => pairOf.get(JSON.stringify([agent, resource]));
const starred = (access) => (access.verbs.length ? access.verbs : ["other"]).map((verb) => (access.conditional ? verb + "*" : verb));
const verbsOf = (one) => {
  const verbs = new Set(one.held.flatMap(starred));
  return [...verbs].filter((verb) => !(verb.endsWith("*") && verbs.has(verb.slice(0, -1)))).join(", ");
};

// ---- selection -----------------------------------------------------------------------------------------------------

let chosen = {}, hovered = {}, writing = 0;

const fragment = (what) => "#" + new URLSearchParams(Object.entries(what).filter(([, name]) => name !== undefined));
function read() {
  clearTimeout(writing); // a new address overrides an earlier selection
  const query = new URLSearchParams(location.hash.slice(1));
  if (location.hash && !query.has("agent") && !query.has("resource")) return; // an ordinary anchor
  const of = (name, all) => (all.has(query.get(name)) ? query.get(name) : undefined);
  chosen = { agent: of("agent", agents), resource: of("resource", resources) };
  show();
}
function choose(what) {
  chosen = what;
  hovered = {};
  show();
  // Held-down arrow keys would make browsers refuse: the address follows when the hand rests.
  clearTimeout(writing);
  const empty = !what.agent && !what.resource;
  writing = setTimeout(() => history.replaceState(null, "", empty ? location.pathname + location.search : fragment(what)), 120);
}
function show() {
  panel();
  layout();
  for (const cell of document.querySelectorAll("#grid .on")) cell.classList.remove("on");
  const row = chosen.agent === undefined ? 0 : rowOf.get(chosen.agent), column = chosen.resource === undefined ? 0 : columnOf.get(chosen.resource);
  if (!row && !column) return;
  const cell = grid.rows[row].cells[column], box = grid.parentNode;
  cell.classList.add("on");
  // Only inside its own box: the page itself stays where the reader is.
  if (!box.contains(document.activeElement)) box.scrollTo(cell.offsetLeft - box.clientWidth / 2, cell.offsetTop - box.clientHeight / 2);
}

// ---- panel ---------------------------------------------------------------------------------------------------------

const link = (what, text) => el("a", { href: fragment(what) }, text ?? what.agent ?? what.resource);
const agentLink = (name) => (agents.has(name) ? link({ agent: name }) : name);
const resourceLink = (name) => (resources.has(name) ? link({ resource: name }) : name);
const list = (items) => el("ul", {}, ...items.map((item) => el("li", {}, ...[item].flat())));
const part = (title, items) => (items.length ? [el("h3", {}, title), list(items)] : []);
const line = (name, value) => (value ? el("p", {}, el("span", { class: "soft" }, name + ": "), value) : null);
const issues = (of) => part("Findings", doc.findings.filter((one) => Object.entries(of).every(([key, name]) => one[key] === name))
  .map((one) => [el("span", { class: one.severity }, one.severity), ` ${one.id}: ${one.what}`, one.exception ? ` (accepted until ${one.exception.expires})` : ""]));

function ofAgent(name) {
  const agent = agents.get(name), held = blast.get(name);
  const top = [el("h2", {}, name), el("p", { class: "soft" }, "agent"), line("host", agent.host), line("identity", agent.identity && el("code", {}, agent.identity)), line("shares identity with", (agent.shares_identity_with ?? []).join(", ")), line("location", agent.location)];
  if (!held) return [...top, el("p", {}, "Its blast radius was not evaluated."), ...issues({ agent: name })];
  const reached = Object.entries(held.operations);
  const apart = [
    ...part("It influences", held.influences.map((one) => [agentLink(one.agent), " through ", resourceLink(one.through), one.how ? `: ${one.how}` : ""])),
    ...part("It is influenced by", held.influenced_by.map((one) => [agentLink(one.agent), " through ", resourceLink(one.through), one.how ? `: ${one.how}` : ""])),
  ];
  return [...top,
    ...(held.over_budget.length ? [el("h3", { class: "error" }, "Over budget"), el("ul", { class: "error" }, ...held.over_budget.map((over) => el("li", {}, over)))] : []),
    ...part("It may itself", reached.map(([resource, words]) => [pair(name, resource) ? link({ agent: name, resource }, resource) : resourceLink(resource), `: ${words.join(", ")}`])),
    reached.length ? null : el("p", {}, "It has no access."),
    ...part("Secrets it can read", held.secrets.map(resourceLink)), ...part("Models it may use", held.models.map(resourceLink)),
    ...part("It can destroy", held.destroys.map(resourceLink)), ...part("It can become", held.becomes.map((one) => [agentLink(one.agent), `: ${one.how}`])),
    ...issues({ agent: name }),
    apart.length ? el("div", { class: "apart" }, el("p", { class: "soft" }, "Not held, but within its influence:"), ...apart) : null];
}
function ofResource(name) {
  const one = resources.get(name), held = pairs.filter((other) => other.resource === name);
  const may = held.map((other) => [link({ agent: other.agent }), " may ", link(other, verbsOf(other)), ` (${[...new Set(other.held.flatMap((access) => access.roles))].join(", ")})`]);
  return [el("h2", {}, name), el("p", { class: "soft" }, [one.kind ?? "resource", one.declared ? "" : ", not declared"].join("")), line("location", one.location),
    ...part("Who may do what", may), may.length ? null : el("p", {}, "Nobody may do anything with it."), ...issues({ resource: name })];
}
function ofPair(agent, resource) {
  const held = pair(agent, resource)?.held ?? [];
  const one = (access) => [el("h3", {}, starred(access).join(", ")),
    access.conditional ? el("p", {}, "* only under a condition") : null, line("roles", access.roles.join(", ")), line("scope", el("code", {}, access.scope)),
    line("location", access.location), el("p", { class: "soft" }, "operations:"), list(access.operations.map((operation) => el("code", {}, operation)))];
  return [el("h2", {}, link({ agent }), " → ", link({ resource })), ...held.flatMap(one), held.length ? null : el("p", {}, "No access."), ...issues({ agent, resource })];
}
function panel() {
  const { agent, resource } = chosen, box = byId("panel");
  const close = el("button", { type: "button", class: "close", "aria-label": "Close details" }, "×");
  close.addEventListener("click", () => choose({}));
  const content = agent !== undefined && resource !== undefined ? ofPair(agent, resource) : agent !== undefined ? ofAgent(agent) : resource !== undefined ? ofResource(resource)
    : [el("h2", {}, "Details"), el("p", {}, "Choose an agent, a resource or a cell of the matrix: by click, or with the arrow keys. Esc clears the selection.")];
  const inside = box.contains(document.activeElement);
  box.replaceChildren(...[agent === undefined && resource === undefined ? null : close, ...content].filter((child) => child !== null));
  box.hidden = false;
  if (inside) box.focus(); // the link or button that was pressed is gone
  box.scrollTop = 0;
}

// ---- graph ---------------------------------------------------------------------------------------------------------

const WIDTH = 900, BOX = 215, ROW = 30, LEFT = 70, RIGHT = WIDTH - BOX - 10;
// So much that all edges at once would be a thicket: then only those of what is chosen or pointed at, in groups.
const large = pairs.length > 70 || agents.size > 24 || resources.size > 24;
const nodes = new Map();
const keyOf = (of, name) => of + " " + name;
const short = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);

const about = (one) => one.host ?? one.kind ?? "other";
// Groups side by side; within one, the order of the document.
const grouped = (all) => (large ? [...all].sort((a, b) => (about(a) < about(b) ? -1 : about(a) > about(b) ? 1 : 0)) : [...all]);

function node(of, one) {
  const label = [of, one.name, about(one), of === "resource" && !one.declared ? "not declared" : ""].filter(Boolean).join(", ");
  const over = of === "agent" && blast.get(one.name)?.over_budget.length;
  const look = "node" + (of === "resource" && !one.declared ? " undeclared" : "") + (over ? " over" : "");
  const shape = svg("g", { class: look, role: "button", tabindex: -1, "aria-label": label + (over ? ", over budget" : "") },
    svg("title", {}, label), svg("rect", { width: BOX, height: ROW - 6, rx: 4 }), svg("text", { x: 8, y: 16 }, short(one.name, 26) + (over ? " !" : "")));
  const me = { of, name: one.name, group: about(one), shape, what: { [of]: one.name } };
  shape.addEventListener("click", () => choose(me.what));
  shape.addEventListener("pointerenter", () => point(me.what));
  shape.addEventListener("pointerleave", () => point({}));
  shape.addEventListener("keydown", (event) => walk(event, me));
  nodes.set(keyOf(of, one.name), me);
  byId("nodes").append(shape);
}
function point(what) {
  hovered = what;
  edges();
}
const nothing = (what) => what.agent === undefined && what.resource === undefined;
// The pairs and the agents that something touches: what is held, and the ways by which one reaches another.
function touched(what) {
  const held = pairs.filter((one) => (what.agent === undefined || one.agent === what.agent) && (what.resource === undefined || one.resource === what.resource));
  const radius = what.resource === undefined ? blast.get(what.agent) : undefined;
  const becomes = (radius?.becomes ?? []).map((one) => ({ from: what.agent, to: one.agent }));
  const influence = [...(radius?.influences ?? []).map((one) => ({ from: what.agent, to: one.agent, through: one.through })),
    ...(radius?.influenced_by ?? []).map((one) => ({ from: one.agent, to: what.agent, through: one.through }))];
  const keys = new Set([what.agent === undefined ? "" : keyOf("agent", what.agent), what.resource === undefined ? "" : keyOf("resource", what.resource)]);
  for (const one of held) keys.add(keyOf("agent", one.agent)).add(keyOf("resource", one.resource));
  for (const one of [...becomes, ...influence]) keys.add(keyOf("agent", one.from)).add(keyOf("agent", one.to)).add(keyOf("resource", one.through));
  return { held, becomes, influence, keys };
}
function layout() {
  const wanted = byId("filter").value.trim().toLowerCase(), focus = nothing(chosen) ? null : touched(chosen);
  const fits = (one) => (large && focus ? focus.keys.has(keyOf(one.of, one.name)) : !wanted || `${one.name} ${one.group}`.toLowerCase().includes(wanted));
  const columns = { agent: [], resource: [] };
  for (const one of nodes.values()) {
    one.shown = fits(one);
    one.shape.setAttribute("display", one.shown ? "inline" : "none");
    one.shape.classList.toggle("dim", focus !== null && !focus.keys.has(keyOf(one.of, one.name)));
    one.on = chosen[one.of] === one.name;
    one.shape.classList.toggle("on", one.on);
    one.shape.setAttribute("aria-pressed", one.on);
    one.shape.setAttribute("tabindex", -1);
    if (one.shown) columns[one.of].push(one);
  }
  byId("headings").replaceChildren();
  const heights = { agent: 0, resource: 0 };
  for (const [of, column] of Object.entries(columns)) {
    heights[of] = ROW * (column.length + 1 + (large ? new Set(column.map((one) => one.group)).size : 0));
  }
  const height = Math.max(heights.agent, heights.resource);
  for (const [of, column] of Object.entries(columns)) {
    const x = of === "agent" ? LEFT : RIGHT;
    let y = large && !focus ? 0 : (height - heights[of]) / 2, group = null;
    const head = (text) => byId("headings").append(svg("text", { x: x + 2, y: y + 18 }, text));
    head(of === "agent" ? `IDENTITIES (${column.length})` : `RESOURCES (${column.length})`);
    for (const one of column) {
      y += ROW;
      if (large && one.group !== group) { head((group = one.group)); y += ROW; }
      Object.assign(one, { x, y: y + ROW / 2 });
      one.shape.setAttribute("transform", `translate(${x} ${y + 3})`);
    }
  }
  const all = [...columns.agent, ...columns.resource];
  (all.find((one) => one.on) ?? all[0])?.shape.setAttribute("tabindex", 0); // one stop for Tab, arrows for the rest
  byId("drawing").setAttribute("viewBox", `0 0 ${WIDTH} ${height + 8}`);
  byId("all").hidden = !focus && !wanted;
  byId("hint").textContent = large && focus ? "Only what is connected to the selection; Esc shows all." : large ? "Lines appear for what is selected or pointed at." : "";
  edges();
}
function edges() {
  const what = nothing(hovered) ? chosen : hovered, focus = nothing(what) ? null : touched(what);
  const lines = [], labels = [], taken = [];
  const label = (text, at) => {
    // The first free place along the line; if all are taken, the middle.
    const wide = text.length * 6 + 4;
    const free = ([x, y]) => taken.every((box) => Math.abs(box.x - x) > (box.wide + wide) / 2 + 4 || Math.abs(box.y - y) > 15);
    const [x, y] = [0.5, 0.38, 0.62, 0.28, 0.72, 0.18, 0.82, 0.1, 0.9].map(at).find(free) ?? at(0.5);
    taken.push({ x, y, wide });
    labels.push(svg("text", { x, y }, text));
  };
  const at = (of, name) => { const one = nodes.get(keyOf(of, name)); return one?.shown ? one : null; };
  const between = (agent, resource, look, { text, back, drop = 0, go } = {}) => {
    const a = at("agent", agent), r = at("resource", resource);
    if (!a || !r) return;
    const [x1, y1, x2, y2] = [a.x + BOX + 2, a.y + drop, r.x - 2, r.y + drop], bend = (x2 - x1) / 2;
    const path = back ? `M${x2} ${y2}C${x2 - bend} ${y2} ${x1 + bend} ${y1} ${x1} ${y1}` : `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    const line = svg("path", { d: path, class: "edge " + look, "marker-end": look === "influence" ? "url(#tip)" : null });
    if (go) line.addEventListener("click", () => choose(go));
    lines.push(line);
    // On this curve x(t) = x1 + bend·3(t - t² + …): both ends bend alike, so y follows 3t² - 2t³.
    if (text) label(text, (t) => [x1 + bend * (3 * t - 3 * t * t + 2 * t * t * t), y1 + (y2 - y1) * (3 * t * t - 2 * t * t * t)]);
  };
  for (const one of large ? (focus?.held ?? []) : pairs) {
    const strong = focus?.held.includes(one);
    between(one.agent, one.resource, strong ? "strong" : focus ? "dim" : "", { text: strong || !focus ? verbsOf(one) : "", go: { agent: one.agent, resource: one.resource } });
  }
  for (const one of focus?.influence ?? []) {
    const { from, to, through } = one;
    between(from, through, "influence", { drop: 5 });
    between(to, through, "influence", { drop: 5, back: true });
  }
  for (const one of focus?.becomes ?? []) {
    const a = at("agent", one.from), b = at("agent", one.to);
    if (a && b) lines.push(svg("path", { d: `M${a.x - 2} ${a.y}C${a.x - 70} ${a.y} ${b.x - 70} ${b.y} ${b.x - 3} ${b.y}`, class: "edge becomes", "marker-end": "url(#tip)" }));
  }
  byId("edges").replaceChildren(...lines);
  byId("labels").replaceChildren(...labels);
}
function walk(event, me) {
  const column = [...nodes.values()].filter((one) => one.shown && one.of === me.of).sort((a, b) => a.y - b.y), place = column.indexOf(me);
  const across = () => {
    const other = me.of === "agent" ? "resource" : "agent", keys = touched(me.what).keys;
    return [...nodes.values()].find((one) => one.of === other && one.shown && keys.has(keyOf(other, one.name)));
  };
  const next = { ArrowDown: () => column[place + 1], ArrowUp: () => column[place - 1], Home: () => column[0], End: () => column.at(-1),
    ArrowLeft: () => (me.of === "resource" ? across() : null), ArrowRight: () => (me.of === "agent" ? across() : null), Enter: () => me, " ": () => me }[event.key];
  if (!next) return;
  event.preventDefault();
  const to = next();
  if (!to) return;
  choose(to.what);
  to.shape.focus();
}

// ---- matrix --------------------------------------------------------------------------------------------------------

const grid = byId("grid");
// Rows and columns are in the order of `agents` and `resources`; number 0 is the heading.
const rowOf = new Map([...agents.keys()].map((name, at) => [name, at + 1])), columnOf = new Map([...resources.keys()].map((name, at) => [name, at + 1]));
const agentNames = [...agents.keys()], resourceNames = [...resources.keys()];
const whatOf = (cell) => ({ agent: agentNames[cell.parentNode.rowIndex - 1], resource: resourceNames[cell.cellIndex - 1] });
function step(to) {
  grid.querySelector("[tabindex='0']")?.setAttribute("tabindex", -1);
  to.setAttribute("tabindex", 0);
  return to;
}
function matrix() {
  grid.setAttribute("role", "grid");
  for (const row of grid.rows) for (const cell of row.cells) if (cell.tagName === "TD") cell.setAttribute("role", "gridcell");
  step(grid.querySelector("td") ?? grid.rows[0].cells[0]);
  grid.addEventListener("click", (event) => {
    const cell = event.target.closest("td, th");
    if (cell) { choose(whatOf(cell)); step(cell).focus(); }
  });
  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th"), row = cell.parentNode.rowIndex, column = cell.cellIndex;
    const moves = { ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], Home: [row, 0],
      End: [row, resourceNames.length], Enter: [row, column], " ": [row, column] }[event.key];
    if (!moves) return;
    event.preventDefault();
    const to = grid.rows[moves[0]]?.cells[moves[1]];
    if (!to) return;
    choose(whatOf(to));
    step(to).focus();
  });
}

// ---- findings ------------------------------------------------------------------------------------------------------

const RANK = { error: 2, warning: 1, note: 0 };
for (const heading of document.querySelectorAll("th[aria-sort]")) heading.querySelector("button").addEventListener("click", () => {
  const down = heading.getAttribute("aria-sort") !== "descending", body = heading.closest("table").tBodies[0];
  const rank = (row) => RANK[row.cells[0].textContent];
  body.append(...[...body.rows].sort((a, b) => (down ? rank(b) - rank(a) : rank(a) - rank(b))));
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
});

// ---- start ---------------------------------------------------------------------------------------------------------

for (const one of grouped(agents.values())) node("agent", one);
for (const one of grouped(resources.values())) node("resource", one);
matrix();
byId("graph").hidden = false;
byId("graph").classList.toggle("large", large);
byId("filter").addEventListener("input", () => choose({}));
byId("all").addEventListener("click", () => { byId("filter").value = ""; choose({}); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !nothing(chosen)) choose({}); });
addEventListener("hashchange", read);
read();
