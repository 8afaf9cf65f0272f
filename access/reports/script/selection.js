// The selection: kept in the fragment of the address (#agent=…&resource=…), so that a view can be linked.

let chosen = {}, hovered = {}, writing = 0, lastKey = "";
let kept = null; // the names that the filter keeps; null without a filter

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
  if (what.agent ?? what.resource) lastKey = what.agent !== undefined ? keyOf("agent", what.agent) : keyOf("resource", what.resource);
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
