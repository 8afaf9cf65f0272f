"""Tests of the HTML report in a browser: no console errors, and panels opened by the URL fragment."""

import csv
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from access.reports.page import page
from tests.access.reports import samples
from tests.access.reports.browser import CHROMIUM, Browser
from tests.access.reports.reading import Reader

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

VISITS: Mapping[str, tuple[dict[str, Any], str]] = {
    "agent": (samples.fabrikam(), "#agent=report"),
    "cell": (samples.fabrikam(), "#agent=compliance&resource=documents"),
    "notes": (samples.fabrikam(), "#agent=analysis"),
    "hostile": (samples.hostile(), ""),
    "large": (samples.network(200, 60, 6), "#agent=agent-007"),
    "empty": (samples.network(0, 0, 0), ""),
}


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reader]:
    """Load every test page in one browser; return the parsed pages."""
    folders = [tmp_path_factory.mktemp(name) for name in VISITS]
    with ThreadPoolExecutor() as pool:
        return dict(zip(VISITS, pool.map(_browse, folders, VISITS.values()), strict=True))


def _browse(folder: Path, visit: tuple[dict[str, Any], str]) -> Reader:
    document, fragment = visit
    file = folder / "page.html"
    file.write_text(page(document), encoding="utf-8")
    command = [CHROMIUM or "", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"]
    command += [f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr", "--v=0", file.as_uri() + fragment]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - fixed words
    assert "CONSOLE" not in done.stderr, done.stderr
    return Reader(done.stdout)


def _looks(read: Reader, look: str) -> list[dict[str, str | None]]:
    return [attributes for _, attributes in read.tags if f"{attributes.get('class') or ''} ".startswith(look + " ")]


def test_html_report_url_fragment_opens_the_side_panel_of_an_agent(visited: dict[str, Reader]) -> None:
    panel = {"It may itself", "Over budget", "It can become", "It influences", "It is influenced by"}

    assert len(_looks(visited["agent"], "node")) == 7 + 8
    assert panel <= set(visited["agent"].words)


def test_html_report_graph_draws_access_influence_and_takeover_as_separate_edges(visited: dict[str, Reader]) -> None:
    # One of each kind is the legend's. Influence: two ways, each to the resource and on to the agent.
    edges = [len(_looks(visited["agent"], f"edge {kind}")) - 1 for kind in ("strong", "influence", "becomes")]

    assert edges == [4, 4, 1]


def test_html_report_url_fragment_opens_the_operations_of_a_matrix_cell(visited: dict[str, Reader]) -> None:
    expected = {"roles: ", "Storage Blob Data Reader", f"{samples.BLOBS}/read", "* only under a condition"}

    assert expected <= set(visited["cell"].words)


def test_html_report_details_contain_the_notes_on_access(visited: dict[str, Reader]) -> None:
    assert "To use `models` includes deleting assistants of others." in visited["notes"].words


def test_html_in_names_is_escaped_in_the_html_report_graph(visited: dict[str, Reader]) -> None:
    assert "img" not in {tag for tag, _ in visited["hostile"].tags}
    assert len(_looks(visited["hostile"], "node")) == 7 + 8


def test_html_report_graph_of_a_large_network_shows_only_the_selected_node_and_its_neighbours(
    visited: dict[str, Reader],
) -> None:
    shown = [attributes["display"] for attributes in _looks(visited["large"], "node")]

    assert (len(shown), shown.count("inline")) == (200 + 60, 1 + 6)


def test_html_report_of_an_empty_network_renders_without_console_errors(visited: dict[str, Reader]) -> None:
    assert _looks(visited["empty"], "node") == []


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened
        assert opened.errors == []


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the report of Fabrikam and of a network of 200 agents."""
    folder = tmp_path_factory.mktemp("pages")
    documents = {"small": samples.fabrikam(), "large": samples.network(200, 60, 6)}
    for name, document in documents.items():
        (folder / f"{name}.html").write_text(page(document), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in documents}


SHOWN = """[...document.querySelectorAll('%s')]
    .filter((one) => one.checkVisibility()).map((one) => one.textContent.trim())"""
NODES = SHOWN % "#nodes .node:not([display=none])"
HEADINGS = SHOWN % "#grid tbody th"
COLUMNS = SHOWN % "#grid thead th"
FILTER = (
    """((box) => { box.value = '%s'; box.dispatchEvent(new Event('input')); })(document.getElementById('filter'))"""
)


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (400, 800)])
def test_html_report_details_are_a_drawer_that_opens_on_selection_and_closes_by_button_and_escape(
    browser: Browser, pages: dict[str, Path], width: int, height: int
) -> None:
    browser.open(pages["small"], width=width, height=height)
    is_open = "document.getElementById('panel').checkVisibility()"
    assert browser.run(is_open) is False
    assert browser.run("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the window"

    browser.run("document.querySelector('#grid td[data-of=findings]').click()")
    assert browser.run(is_open) is True
    assert browser.run("document.querySelector('#panel').getBoundingClientRect().right <= innerWidth")
    browser.run("document.querySelector('#panel .close').click()")
    assert browser.run(is_open) is False

    browser.run("location.hash = '#agent=report'")
    browser.run("new Promise((done) => setTimeout(done, 50))")
    assert browser.run(is_open) is True
    browser.press("Escape")
    assert browser.run(is_open) is False


def test_html_report_is_usable_by_keyboard(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["small"])
    focused = "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()"

    browser.press("Tab")
    assert browser.run(focused) == "Skip to the report"
    browser.press("Enter", "Tab")
    for _ in range(40):
        if str(browser.run("document.activeElement.className?.baseVal ?? ''")).startswith("node"):
            break
        browser.press("Tab")
    assert browser.run(focused).startswith("agent, ")
    browser.press("ArrowDown", "ArrowRight")
    chosen = browser.run("document.querySelector('#panel h2').textContent")
    assert chosen in samples.KINDS, "the arrow to the right goes to a resource of the agent"
    browser.press("Escape", "ArrowLeft")
    assert browser.run("document.querySelector('#panel h2').textContent") in samples.AGENTS


def test_html_report_graph_of_a_large_network_shows_the_neighbourhood_of_the_selection(
    browser: Browser, pages: dict[str, Path]
) -> None:
    browser.open(pages["large"])
    assert browser.run(NODES) == []
    assert "too many for one drawing" in browser.run("document.getElementById('few').textContent")

    browser.open(pages["large"], "#agent=agent-007")
    assert len(browser.run(NODES)) == 1 + 6
    assert browser.run("document.querySelectorAll('#edges .edge.strong').length") == 6


def test_html_report_filter_keeps_matching_agents_and_the_resources_that_they_reach(
    browser: Browser, pages: dict[str, Path]
) -> None:
    browser.open(pages["large"])
    browser.run(FILTER % "agent-01")

    agents, resources = [f"agent-01{at}" for at in range(10)], set(browser.run(COLUMNS)[1:])
    assert [one.split(" ")[0] for one in browser.run(HEADINGS)] == agents
    held = {one["resource"] for one in samples.network(200, 60, 6)["access"] if one["agent"] in agents}
    assert {one[: len("store-00")] for one in resources} == held
    assert len(browser.run(NODES)) == 10 + min(30, len(held))
    grants = set(browser.run(SHOWN % "#grants tbody th"))
    assert grants == set(agents)

    browser.run(FILTER % "store-07")
    holders = {one["agent"] for one in samples.network(200, 60, 6)["access"] if one["resource"] == "store-07"}
    assert {one.split(" ")[0] for one in browser.run(HEADINGS)} == holders
    browser.run("document.getElementById('all').click()")
    assert len(browser.run(HEADINGS)) == 200


def test_html_report_exports_grants_as_csv_without_formulas(browser: Browser, tmp_path: Path) -> None:
    document = samples.fabrikam()
    document["grants"][0] |= {"principals": ['=HYPERLINK("x")'], "role": 'with "quotes", and comma'}
    file = tmp_path / "page.html"
    file.write_text(page(document), encoding="utf-8")
    browser.open(file)

    browser.run("URL.createObjectURL = (blob) => { globalThis.exported = blob; return '#'; }")
    browser.run("document.getElementById('csv').click()")
    rows = list(csv.reader(str(browser.run("exported.text()")).removeprefix("\ufeff").splitlines()))

    assert rows[0][:8] == ["principals", "identity", "verb", "resource", "kind", "role", "scope", "assignment"]
    assert len(rows) == 1 + len(document["grants"])
    assert (rows[1][0], rows[1][5]) == ('\'=HYPERLINK("x")', 'with "quotes", and comma')
    assert [row[7] for row in rows[1:]] == [one["assignment"] for one in document["grants"]]


def test_html_report_prints_every_section(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["small"])
    browser.call("Emulation.setEmulatedMedia", media="print")

    shown = browser.run(SHOWN % "h2")
    expected = {"Findings", "Matrix", "Graph", "Exposure", "Blast radius", "Images", "Logs", "What could not be judged"}
    assert expected <= set(shown)
    assert browser.run("document.getElementById('tools').checkVisibility()") is False
    assert browser.call("Page.printToPDF")["data"]
    browser.call("Emulation.setEmulatedMedia", media="")


@pytest.mark.parametrize("width", [400, 1280])
def test_html_report_wraps_long_azure_ids_inside_the_window(browser: Browser, tmp_path: Path, width: int) -> None:
    document = samples.fabrikam()
    long = f"/subscriptions/{'0' * 36}/resourceGroups/{'g' * 80}/providers/Microsoft.Storage/storageAccounts/{'s' * 24}"
    document["proof"]["failures"] = [{"what": f"cannot be judged: {long}"}]
    document["findings"] = [samples.finding("unread", "warning", f"{long}: not read") | {"location": long}]
    document["diff"]["unread"] = [{"where": long, "what": "it is new", "new": True}]
    file = tmp_path / "page.html"
    file.write_text(page(document), encoding="utf-8")

    browser.open(file, width=width)

    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    box = "document.querySelector('.rule .box, .rule table').getBoundingClientRect()"
    assert browser.run(
        f"[...document.querySelectorAll('.rule td')].every(e => e.getBoundingClientRect().right <= {box}.right + 1)"
    )


@pytest.mark.parametrize("width", [1280])
def test_html_report_matrix_shows_its_rows_below_columns_with_long_names(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    document = samples.network(4, 12, 3)
    for row in document["resources"]:
        row["name"] = f"{row['name']}{'-name' * 40}"
    for row in document["access"]:
        row["resource"] = f"{row['resource']}{'-name' * 40}"
    file = tmp_path / "page.html"
    file.write_text(page(document), encoding="utf-8")

    browser.open(file, width=width)

    assert browser.run("document.querySelector('#grid thead').getBoundingClientRect().height < 400")
