// The drawing of agents, resources and the access between them; of a large network, the neighbourhood of the selection.

const WIDTH = 960, BOX = 250, ROW = 42, LEFT = 70, RIGHT = WIDTH - BOX - 10, MOST = 30, LINES = 300, LABELS = 30;
// So much that all edges at once would be a thicket: then only what is chosen or filtered, with its neighbours.
const large = pairs.length > 70 || agents.size > 24 || resources.size > 24;
const nodes = new Map();
const keyOf = (of, name) => of + " " + name;
const short = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);

const about = (one) => one.host ?? one.kind ?? "other";
const kindOf = (one) => (one.host ?? one.kind ?? "").split("/").at(-1) + (one.host === undefined && one.kind !== undefined && !one.declared ? ", not declared" : "");
// Groups side by side; within one, the order of the document.
const grouped = (all) => (large ? [...all].sort((a, b) => (about(a) < about(b) ? -1 : about(a) > about(b) ? 1 : 0)) : [...all]);

function node(of, one) {
  const label = [of, one.name, about(one), of === "resource" && !one.declared ? "not declared" : ""].filter(Boolean).join(", ");
  const over = of === "agent" && blast.get(one.name)?.over_budget.length;
  const look = "node" + (of === "resource" && !one.declared ? " undeclared" : "") + (over ? " over" : "");
  const shape = svg("g", { class: look, role: "button", tabindex: -1, "aria-label": label + (over ? ", over budget" : "") },
    svg("title", {}, label), svg("rect", { width: BOX, height: ROW - 8, rx: 4 }), svg("text", { x: 8, y: 14 }, short(one.name, 32) + (over ? " !" : "")),
    svg("text", { x: 8, y: 28, class: "kind" }, short(kindOf(one), 40)));
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
  const reached = [...(radius?.influences ?? []).map((one) => ({ from: what.agent, to: one.agent, through: one.through })),
    ...(radius?.influenced_by ?? []).map((one) => ({ from: one.agent, to: what.agent, through: one.through }))];
  // Influence on half of a network would hide everything else; the details list it.
  const influence = large && reached.length > MOST ? [] : reached;
  const keys = new Set([what.agent === undefined ? "" : keyOf("agent", what.agent), what.resource === undefined ? "" : keyOf("resource", what.resource)]);
  for (const one of held) keys.add(keyOf("agent", one.agent)).add(keyOf("resource", one.resource));
  for (const one of [...becomes, ...influence]) for (const key of [keyOf("agent", one.from), keyOf("agent", one.to), keyOf("resource", one.through)]) if (nodes.has(key)) keys.add(key);
  keys.delete("");
  return { held, becomes, influence, keys, left: reached.length - influence.length };
}
// What the graph shows: the neighbourhood of the selection, else what the filter keeps, else everything if it is little.
function shownKeys(focus) {
  if (focus && (large || byId("filter").value.trim())) return focus.keys;
  if (kept) return new Set([...[...kept.agents].map((name) => keyOf("agent", name)), ...[...kept.resources].map((name) => keyOf("resource", name))]);
  return large ? (focus?.keys ?? new Set()) : new Set(nodes.keys());
}
function layout() {
  const focus = nothing(chosen) ? null : touched(chosen), keys = shownKeys(focus);
  const columns = { agent: [], resource: [] };
  const direct = focus ? new Set(focus.held.flatMap((one) => [keyOf("agent", one.agent), keyOf("resource", one.resource)])) : null;
  // Where the drawing would be too long, what is reached directly comes before what is only influenced.
  const rank = (key) => (chosen[nodes.get(key).of] === nodes.get(key).name ? 0 : !direct || direct.has(key) ? 1 : 2);
  const room = { agent: MOST, resource: MOST }, inside = new Set();
  for (const key of [...keys].filter((key) => nodes.has(key)).sort((a, b) => rank(a) - rank(b)))
    if (!large || room[nodes.get(key).of]-- > 0) inside.add(key);
  const hiddenCount = keys.size - inside.size, left = focus?.left ?? 0;
  for (const [key, one] of nodes) {
    one.shown = inside.has(key);
    one.shape.setAttribute("display", one.shown ? "inline" : "none");
    one.shape.classList.toggle("dim", focus !== null && !focus.keys.has(key));
    one.on = chosen[one.of] === one.name;
    one.shape.classList.toggle("on", one.on);
    one.shape.setAttribute("aria-pressed", one.on);
    one.shape.setAttribute("tabindex", -1);
    if (one.shown) columns[one.of].push(one);
  }
  byId("headings").replaceChildren();
  const heights = { agent: 0, resource: 0 };
  for (const [of, column] of Object.entries(columns)) heights[of] = ROW * (column.length + 0.7);
  const height = Math.max(heights.agent, heights.resource);
  for (const [of, column] of Object.entries(columns)) {
    const x = of === "agent" ? LEFT : RIGHT;
    let y = (height - heights[of]) / 2 - ROW * 0.3;
    if (column.length) byId("headings").append(svg("text", { x: x + 2, y: y + 30 }, of === "agent" ? `WHO (${column.length})` : `WHAT (${column.length})`));
    for (const one of column) {
      y += ROW;
      Object.assign(one, { x, y: y + ROW / 2 - 1 });
      one.shape.setAttribute("transform", `translate(${x} ${y + 3})`);
    }
  }
  const all = [...columns.agent, ...columns.resource], empty = all.length === 0;
  (all.find((one) => one.on) ?? all[0])?.shape.setAttribute("tabindex", 0); // one stop for Tab, arrows for the rest
  byId("drawing").setAttribute("viewBox", `0 0 ${WIDTH} ${height + 8}`);
  document.querySelector("#graph .box").hidden = document.querySelector("#graph .legend").hidden = empty;
  byId("few").textContent = empty ? (agents.size ? `${agents.size} identities and ${resources.size} resources are too many for one drawing: select one in the matrix, or filter, to see its neighbourhood.` : "Nobody has access to anything.")
    : hiddenCount > 0 ? `${hiddenCount} more are not drawn; ${focus ? "the details list them" : "the matrix has them"}.` : left > 0 ? `Influence in ${left} ways is not drawn; the details list it.` : focus && large ? "Only what is connected to the selection." : "";
  byId("all").hidden = nothing(chosen) && !byId("filter").value.trim();
  edges();
}
function edges() {
  const what = nothing(hovered) ? chosen : hovered, focus = nothing(what) ? null : touched(what);
  const lines = [], labels = [], taken = [];
  const label = (text, weight, at) => {
    // The first free place along the line; if all are taken, the middle.
    const wide = text.length * 6 + 4;
    const free = ([x, y]) => taken.every((box) => Math.abs(box.x - x) > (box.wide + wide) / 2 + 4 || Math.abs(box.y - y) > 15);
    const [x, y] = [0.5, 0.38, 0.62, 0.28, 0.72, 0.18, 0.82, 0.1, 0.9].map(at).find(free) ?? at(0.5);
    taken.push({ x, y, wide });
    labels.push(svg("text", { x, y, class: weight }, text));
  };
  const at = (of, name) => { const one = nodes.get(keyOf(of, name)); return one?.shown ? one : null; };
  const between = (agent, resource, look, { text, back, drop = 0, go, weight = "" } = {}) => {
    const a = at("agent", agent), r = at("resource", resource);
    if (!a || !r) return;
    const [x1, y1, x2, y2] = [a.x + BOX + 2, a.y + drop, r.x - 2, r.y + drop], bend = (x2 - x1) / 2;
    const path = back ? `M${x2} ${y2}C${x2 - bend} ${y2} ${x1 + bend} ${y1} ${x1} ${y1}` : `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    const line = svg("path", { d: path, class: "edge " + look, "marker-end": look === "influence" ? "url(#tip)" : null });
    if (go) line.addEventListener("click", () => choose(go));
    lines.push(line);
    // On this curve x(t) = x1 + bend·3(t - t² + …): both ends bend alike, so y follows 3t² - 2t³.
    if (text) label(text, weight, (t) => [x1 + bend * (3 * t - 3 * t * t + 2 * t * t * t), y1 + (y2 - y1) * (3 * t * t - 2 * t * t * t)]);
  };
  const visible = (large && focus ? focus.held : pairs).filter((one) => at("agent", one.agent) && at("resource", one.resource));
  for (const one of visible.length > LINES ? (focus?.held ?? []) : visible) {
    const strong = focus?.held.includes(one);
    between(one.agent, one.resource, strong ? "strong" : focus ? "dim" : "", { text: strong || (!focus && visible.length < LABELS) ? verbsOf(one) : "", weight: badgeWeight(one.held), go: { agent: one.agent, resource: one.resource } });
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
