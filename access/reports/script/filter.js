// The filter over graph, matrix and tables.

// Agents that match, with the resources they reach; resources that match, with the agents that reach them.
function keptNames(wanted) {
  const fits = (one) => `${one.name} ${about(one)}`.toLowerCase().includes(wanted);
  const own = { agents: new Set(), resources: new Set() };
  for (const one of agents.values()) if (fits(one)) own.agents.add(one.name);
  for (const one of resources.values()) if (fits(one)) own.resources.add(one.name);
  const all = { agents: new Set(own.agents), resources: new Set(own.resources) };
  for (const one of pairs) {
    if (own.agents.has(one.agent)) all.resources.add(one.resource);
    if (own.resources.has(one.resource)) all.agents.add(one.agent);
  }
  return all;
}
function filter() {
  const wanted = byId("filter").value.trim().toLowerCase();
  kept = wanted ? keptNames(wanted) : null;
  const off = (of, name) => kept !== null && !kept[of].has(name);
  const columnsOff = resourceNames.map((name) => off("resources", name));
  for (const [number, row] of [...grid.rows].entries()) {
    row.hidden = number > 0 && off("agents", agentNames[number - 1]);
    for (let column = 1; column < row.cells.length; column += 1) row.cells[column].hidden = columnsOff[column - 1];
  }
  for (const table of document.querySelectorAll("table.rows")) {
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const { agent, resource } = row.dataset;
      const concerned = (agent !== undefined || resource !== undefined) && !(agent !== undefined && off("agents", agent)) && !(resource !== undefined && off("resources", resource));
      row.hidden = kept !== null && !concerned && !row.textContent.toLowerCase().includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    const rule = table.closest("article");
    if (rule) rule.hidden = shown === 0 && kept !== null;
  }
  byId("hint").textContent = kept ? `${kept.agents.size} of ${agents.size} identities, ${kept.resources.size} of ${resources.size} resources` : "";
  step([...grid.querySelectorAll("td")].find((cell) => !cell.hidden && !cell.parentNode.hidden) ?? grid.rows[0].cells[0]);
  layout();
}
