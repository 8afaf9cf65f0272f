// The export of all role assignments as CSV.

// A cell that begins like a formula would be one in a spreadsheet.
const quoted = (value) => `"${(/^[=+\-@\t\r]/.test(value) ? "'" + value : value).replaceAll('"', '""')}"`;
function csv() {
  const fields = ["principals", "identity", "verb", "resource", "kind", "role", "scope", "assignment", "condition", "location"];
  const rows = doc.grants.map((one) => fields.map((field) => quoted([one[field]].flat().join("; "))).join(","));
  return [fields.join(","), ...rows].join("\r\n") + "\r\n";
}
byId("csv").addEventListener("click", () => {
  const address = URL.createObjectURL(new Blob(["\ufeff", csv()], { type: "text/csv;charset=utf-8" }));
  el("a", { href: address, download: `${doc.network}-${doc.stack}-grants.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
});
