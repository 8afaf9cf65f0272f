"""Reduces Microsoft's documents on Azure OpenAI models to the table of models: `python -m manifest.reduce_model_docs`.

Owns reading the tables in the Markdown pages of MicrosoftDocs/azure-ai-docs. Nothing is fetched: the person supplies a
directory with the pages. The tables about models of other vendors are left out, since a network deploys models of
Azure OpenAI only.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from manifest.model_availability import DATA

SOURCE = "MicrosoftDocs/azure-ai-docs"

_FOUNDRY = Path("articles/foundry")
_REGIONS = _FOUNDRY / "foundry-models/includes/model-matrix/deployments-standard.md"
_SCHEDULE = _FOUNDRY / "openai/includes/concepts-model-retirement-schedule-content.md"
_RETIRED = _FOUNDRY / "openai/includes/concepts-retired-models-content.md"
"""List of models that are no longer in the schedule; a directory may be without it."""

_SKUS = {"global standard": "GlobalStandard", "data zone standard": "DataZoneStandard", "standard": "Standard"}
_STAGES = ("GA", "Preview", "Legacy", "Deprecated", "Retired")
_RULE = re.compile(r":?-+:?")
_NONE = frozenset({"", "-", "—", "n/a"})

Rows = dict[str, dict[str, dict[str, Any]]]
Line = tuple[tuple[str, ...], dict[str, str]]
"""Row of a table: the headings above the table, outermost first, the tab last, and the cells by column."""


class ReductionError(Exception):
    """Error of a page that is missing, or whose tables have another form."""


def table_lines(text: str) -> Iterator[Line]:
    """Yield each row of each Markdown table, with the headings and the tab above it, and its cells by column."""
    headings: list[tuple[int, str]] = []
    tab = ""
    columns: list[str] = []
    for line in text.splitlines():
        if heading := re.match(r"(#+) +(.*)", line):
            level = len(heading[1])
            # A tab is written like a heading of the first level, and lies inside the section around it.
            if name := re.match(r"# \[(.+)\]\(#tab/", line):
                tab = name[1]
            else:
                headings, tab = [one for one in headings if one[0] < level] + [(level, heading[2].strip())], ""
        if not line.startswith("|"):
            columns = []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not columns:
            columns = [cell.strip("* ").lower() for cell in cells]
        elif not all(map(_RULE.fullmatch, cells)):
            yield (*(text for _, text in headings), tab), dict(zip(columns, cells, strict=False))


def reduced(directory: Path, commit: str) -> dict[str, Any]:
    """Return the table of models, from a checkout of the repository or from a directory with its pages.

    Raises:
        ReductionError: a page is missing, or its tables have another form.
    """
    pages = {path: _read(directory / path) for path in (_REGIONS, _SCHEDULE)}
    areas = _areas(table_lines(pages[_REGIONS]))
    retired = directory / _RETIRED
    models: Rows = {}
    if retired.is_file():
        _add_retired(models, table_lines(_read(retired)))
    for path, add in ((_SCHEDULE, _add_schedule), (_REGIONS, _add_regions)):
        if not add(models, table_lines(pages[path])):
            raise ReductionError(f"{directory / path}: no table of Azure OpenAI models was found in this page")
    dated = min(_date_of(path, text) for path, text in pages.items())
    return {"source": SOURCE, "commit": commit, "date": dated.isoformat(), "areas": areas, "models": models}


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise ReductionError(f"{path}: cannot be read: {error.strerror}") from None


def _date_of(path: Path, text: str) -> date:
    found = re.search(r"^ms\.date: *(\d\d/\d\d/\d{4})", text, re.MULTILINE)
    if found is None:
        raise ReductionError(f"{path}: the page has no date of the form `ms.date: 10/05/2026`")
    return datetime.strptime(f"{found[1]} +0000", "%m/%d/%Y %z").date()


def _is_of_azure_openai(headings: Sequence[str]) -> bool:
    """Return True if a table is about Azure OpenAI, by the nearest heading that names a vendor."""
    for heading in reversed(headings[:-1]):
        if "Azure OpenAI" in heading:
            return True
        if "other Foundry Models" in heading or "Fine-tuned" in heading:
            return False
    return any(one.lower().split("/")[0] in _SKUS for one in headings[-2:-1])


def _add_schedule(models: Rows, lines: Iterator[Line]) -> int:
    """Add the lifecycle and retirement date of each model version in the schedule; return the number of rows."""
    count = 0
    for headings, cells in lines:
        if not {"model", "version", "lifecycle", "retirement date"} <= cells.keys() or not _is_of_azure_openai(
            headings
        ):
            continue
        if cells["lifecycle"] not in _STAGES:
            raise ReductionError(f"{cells['model']}: the lifecycle {cells['lifecycle']!r} is none of {_STAGES}")
        row = {"lifecycle": cells["lifecycle"]}
        if (retires := cells["retirement date"]) not in _NONE:
            row["retires"] = date.fromisoformat(retires).isoformat()
        if (replacement := cells.get("replacement", "")) not in _NONE:
            row["replacement"] = replacement
        count += 1
        rows = models.setdefault(cells["model"], {})
        # A row that is listed twice has the earlier of its two dates: a warning comes too early rather than too late.
        before = rows.get(cells["version"], {}).get("retires", "9999-12-31")
        if row.get("retires", "9999-12-31") <= before:
            rows[cells["version"]] = row
    return count


def _add_retired(models: Rows, lines: Iterator[Line]) -> None:
    for headings, cells in lines:
        if not {"model", "retirement date"} <= cells.keys() or not _is_of_azure_openai(headings):
            continue
        named, _, version = cells["model"].partition(" - ")
        retires = datetime.strptime(f"{' '.join(cells['retirement date'].split())} +0000", "%B %d, %Y %z").date()
        for model in re.findall("`([^`]+)`", named):
            rows = models.setdefault(model, {})
            rows[version.strip("` ")] = {"lifecycle": "Retired", "retires": retires.isoformat()}


def _areas(lines: Iterator[Line]) -> dict[str, str]:
    """Return the regions of each area, such as `Europe`, from the columns of the tables in the area's tabs."""
    found: dict[str, set[str]] = {}
    for headings, cells in lines:
        if _is_of_azure_openai(headings) and headings[-1]:
            found.setdefault(headings[-1], set()).update(cells.keys() - {"model", "version"})
    return {area: " ".join(sorted(regions)) for area, regions in found.items()}


def _add_regions(models: Rows, lines: Iterator[Line]) -> int:
    """Add the regions that each model version has by SKU; return the number of rows."""
    count = 0
    for headings, cells in lines:
        sku = next((_SKUS[one] for one in (each.lower().split("/")[0] for each in headings) if one in _SKUS), None)
        if sku is None or not {"model", "version"} <= cells.keys() or not _is_of_azure_openai(headings):
            continue
        count += 1
        regions = {name for name, cell in cells.items() if cell == "✅"}
        row = models.setdefault(cells["model"], {}).setdefault(cells["version"], {})
        listed: dict[str, str] = row.setdefault("regions", {})
        listed[sku] = " ".join(sorted({*listed.get(sku, "").split(), *regions}))
    return count


def written(table: Mapping[str, Any]) -> str:
    """Return the text of the table's JSON file, with sorted keys."""
    return json.dumps(table, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table of models to its file; the exit status is 2 if a page is missing or has another form."""
    parser = argparse.ArgumentParser(prog="python -m manifest.reduce_model_docs", description=__doc__)
    parser.add_argument("directory", type=Path, help=f"path of a checkout of {SOURCE}, or of a folder with its pages")
    parser.add_argument("--commit", required=True, help="commit of the repository that the pages are from")
    parser.add_argument("--into", type=Path, default=DATA, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        table = reduced(given.directory, given.commit)
    except (ReductionError, ValueError) as error:
        parser.error(str(error))
    given.into.write_text(written(table), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
