// The drawer with the details of the selection; hidden while nothing is selected.

const link = (what, text) => el("a", { href: fragment(what) }, text ?? what.agent ?? what.resource);
const agentLink = (name) => (agents.has(name) ? link({ agent: name }) : name);
const resourceLink = (name) => (resources.has(name) ? link({ resource: name }) : name);
const list = (items) => el("ul", {}, ...items.map((item) => el("li", {}, ...[item].flat())));
// A long list is closed at first, so that the parts below it are in sight.
const folded = (items) => (items.length > 12 ? el("details", {}, el("summary", {}, `${items.length} in all`), list(items)) : list(items));
const part = (title, items) => (items.length ? [el("h3", {}, title), folded(items)] : []);
const line = (name, value) => (value ? el("p", {}, el("span", { class: "soft" }, name + ": "), value) : null);
const issues = (of) => part("Findings", doc.findings.filter((one) => Object.entries(of).every(([key, name]) => one[key] === name))
  .map((one) => [el("span", { class: one.severity }, one.severity), ` ${one.id}: ${one.what}`, one.exception ? ` (accepted until ${one.exception.expires})` : ""]));

const notes = (of) => (of.notes ?? []).map((note) => el("p", { class: "soft" }, note));

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
    reached.length ? null : el("p", {}, "It has no access."), ...notes(held),
    ...part("Secrets it can read", held.secrets.map(resourceLink)), ...part("Models it may use", held.models.map(resourceLink)),
    ...part("It can destroy", held.destroys.map(resourceLink)), ...part("It can become", held.becomes.map((one) => [agentLink(one.agent), `: ${one.how}`])),
    ...issues({ agent: name }), ...grantsOf("agent", name),
    apart.length ? el("div", { class: "apart" }, el("p", { class: "soft" }, "Not held, but within its influence:"), ...apart) : null];
}
function ofResource(name) {
  const one = resources.get(name), held = pairs.filter((other) => other.resource === name);
  const may = held.map((other) => [link({ agent: other.agent }), " ", ...badges(other.held), ` (${[...new Set(other.held.flatMap((access) => access.roles))].join(", ")})`]);
  return [el("h2", {}, name), el("p", { class: "soft" }, [one.kind ?? "resource", one.declared ? "" : ", not declared"].join("")), line("location", one.location),
    ...part("Who may do what", may), may.length ? null : el("p", {}, "Nobody may do anything with it."), ...exposureOf(name), ...issues({ resource: name }), ...grantsOf("resource", name)];
}
function ofPair(agent, resource) {
  const held = pair(agent, resource)?.held ?? [];
  const one = (access) => [el("h3", {}, ...badges([access])),
    access.conditional ? el("p", {}, "* only under a condition") : null, line("roles", access.roles.join(", ")), line("scope", el("code", {}, access.scope)),
    line("location", access.location), ...notes(access), el("p", { class: "soft" }, "operations:"), folded(access.operations.map((operation) => el("code", {}, operation)))];
  return [el("h2", {}, link({ agent }), " → ", link({ resource })), ...held.flatMap(one), held.length ? null : el("p", {}, "No access."), ...issues({ agent, resource })];
}
function grantsOf(of, name) {
  const held = doc.grants.filter((one) => (of === "agent" ? one.principals.includes(name) : one.resource === name));
  return part("Role assignments", held.map((one) => [of === "agent" ? `${one.role} at ` : `${one.principals.join(", ")}: ${one.role}, `, of === "agent" ? resourceLink(one.resource) : "", " ",
    el("code", { class: "line soft", title: one.assignment }, one.assignment.split("/").at(-1)), one.condition ? el("code", { class: "line soft" }, one.condition) : ""]));
}
function exposureOf(name) {
  const found = doc.exposure.filter((one) => one.resource === name || one.holds.includes(name));
  return found.flatMap((one) => [el("h3", {}, one.resource === name ? "Exposure" : `Exposure of ${one.resource}`),
    list([["network", one.network.words], ["addresses", one.addresses.join(", ")], ["anonymous access", one.anonymous.words], ["keys", one.keys.words]].filter(([, words]) => words).map((pair) => pair.join(": ")))]);
}
function panel() {
  const { agent, resource } = chosen, box = byId("panel"), none = agent === undefined && resource === undefined;
  const inside = box.contains(document.activeElement);
  box.hidden = none;
  document.body.classList.toggle("opened", !none);
  if (none) {
    box.replaceChildren();
    if (inside) (nodes.get(lastKey)?.shape ?? byId("main")).focus(); // where the selection was made
    return;
  }
  const close = el("button", { type: "button", class: "close", "aria-label": "Close details" }, "×");
  close.addEventListener("click", () => choose({}));
  const content = agent !== undefined && resource !== undefined ? ofPair(agent, resource) : agent !== undefined ? ofAgent(agent) : ofResource(resource);
  box.replaceChildren(close, ...content.filter((child) => child !== null));
  if (inside) box.focus(); // the link or button that was pressed is gone
  box.scrollTop = 0;
}
