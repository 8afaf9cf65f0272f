"""Tests that the index lists every decision record and recipe, and that decision records have one form."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
LONGEST = 30


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_each_decision_record_fits_one_page_and_has_the_required_sections(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()

    assert len(lines) <= LONGEST
    assert [line for line in lines if line.startswith("#")] == [
        lines[0],
        "## Context",
        "## Decision",
        "## Consequences",
    ]
    assert re.match(rf"# {path.stem[:4]}: \S", lines[0])


def test_decision_records_are_numbered_without_gaps() -> None:
    assert [path.stem[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


def test_every_documentation_page_is_listed_in_the_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(((?:howto|decisions|reference)/[^)]+)\)", index))

    assert linked == {path.relative_to(DOCS).as_posix() for path in DOCS.glob("*/**/*.md")}
