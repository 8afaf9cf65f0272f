"""Tests of the HTML report in a browser: no console errors, and panels opened by the URL fragment."""

import shutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from access.reports.page import page
from tests.access.reports import samples
from tests.access.reports.reading import Reader

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

VISITS: Mapping[str, tuple[dict[str, Any], str]] = {
    "agent": (samples.fabrikam(), "#agent=report"),
    "cell": (samples.fabrikam(), "#agent=compliance&resource=documents"),
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
