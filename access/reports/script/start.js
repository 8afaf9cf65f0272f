// Start: after everything is defined.

for (const one of grouped(agents.values())) node("agent", one);
for (const one of grouped(resources.values())) node("resource", one);
matrix();
for (const shown of ["graph", "tools", "csv"]) byId(shown).hidden = false;
document.querySelector("nav a[href='#graph']").hidden = false;
byId("filter").addEventListener("input", () => { choose({}); filter(); });
byId("all").addEventListener("click", () => { byId("filter").value = ""; choose({}); filter(); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !nothing(chosen)) choose({}); });
addEventListener("hashchange", read);
show();
read();
