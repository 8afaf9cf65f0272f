// Keyboard and pointer in the access matrix.

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
    const at = (rowNumber, columnNumber) => grid.rows[rowNumber]?.cells[columnNumber];
    const beyond = (down, right) => { // the next cell that the filter keeps
      let [y, x] = [row + down, column + right];
      while (at(y, x) && (at(y, x).hidden || grid.rows[y].hidden)) [y, x] = [y + down, x + right];
      return at(y, x);
    };
    const moves = { ArrowDown: () => beyond(1, 0), ArrowUp: () => beyond(-1, 0), ArrowLeft: () => beyond(0, -1), ArrowRight: () => beyond(0, 1), Home: () => at(row, 0),
      End: () => [...grid.rows[row].cells].findLast((one) => !one.hidden), Enter: () => cell, " ": () => cell }[event.key];
    if (!moves) return;
    event.preventDefault();
    const to = moves();
    if (!to) return;
    choose(whatOf(to));
    step(to).focus();
  });
}
