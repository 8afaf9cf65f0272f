"""Tests of the reference page of facts that rest on documentation alone."""

from pathlib import Path

import pytest

from cli.documented_facts import documented_facts, page

_PAGE = Path(__file__).parents[2] / "docs" / "reference" / "documented-facts.md"


def test_page_of_documented_facts_is_up_to_date() -> None:
    command = "agent-network reference documented-facts > docs/reference/documented-facts.md"
    assert _PAGE.read_text("utf-8") == page(), f"run: {command}"


def test_every_documented_fact_names_the_date_of_its_source_unless_an_issue_number_identifies_it() -> None:
    facts = documented_facts()
    undated = [f"{one.module}: {one.source or one.statement}" for one in facts if not (one.dates or one.is_issue)]
    assert undated == []


@pytest.mark.parametrize("word", ["Microsoft Learn", "Sources: "])
def test_page_of_documented_facts_has_every_module_that_cites_documentation(word: str) -> None:
    root = Path(__file__).parents[2]
    listed = {one.module for one in documented_facts()}
    packages = ("access", "components", "localazure", "manifest", "release", "policies")
    paths = (path for package in packages for path in (root / package).rglob("*.py"))
    citing = {path.relative_to(root).as_posix() for path in paths if word in path.read_text("utf-8")}
    assert citing <= listed
