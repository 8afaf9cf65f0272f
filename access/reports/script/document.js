// The embedded document as agents, resources and pairs of both.

const doc = JSON.parse(document.getElementById("document").textContent);
for (const grant of doc.grants) grant.assignment = grant.assignment.replace(/^~/, () => grant.scope);
for (const access of doc.access) access.operations = doc.operation_sets[access.operations];
// Influences are grouped in the document, and become objects only for an agent that is looked at.
const ungrouped = (groups) => groups.flatMap(([through, sentence, names]) => names.map((agent) => ({ agent, through, how: sentence?.replaceAll("\0", () => agent) })));
for (const held of Object.values(doc.blast)) for (const name of ["influences", "influenced_by"]) {
  const groups = held[name];
  let found;
  Object.defineProperty(held, name, { get: () => (found ??= ungrouped(groups)) });
}
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
const weightOf = (held, label) => held.map((access) => access.weights?.[label]).find(Boolean) ?? "";
const starred = (access) => (access.verbs.length ? access.verbs : ["other"]).map((verb) => (access.conditional ? verb + "*" : verb));
const verbsOf = (one) => {
  const verbs = new Set(one.held.flatMap(starred));
  return [...verbs].filter((verb) => !(verb.endsWith("*") && verbs.has(verb.slice(0, -1)))).join(", ");
};

const badgeWeight = (held) => ["secrets", "delete", "write"].find((weight) => held.some((access) => Object.values(access.weights ?? {}).includes(weight))) ?? "";
const badges = (held) => {
  const verbs = verbsOf({ held });
  return verbs ? verbs.split(", ").map((verb) => el("span", { class: `verb ${weightOf(held, verb.replace("*", ""))}`.trim() }, verb)) : [];
};
