"""Tests that the recipe for a new resource kind names existing paths, and pages show only assignable roles."""

import re
from pathlib import Path

from access.azure.privileges import privileged
from access.azure.roles import by_name

REPOSITORY = Path(__file__).parents[2]
TEXT = (REPOSITORY / "docs/howto/add-a-resource-kind.md").read_text(encoding="utf-8")


def test_every_path_named_in_the_how_to_for_a_new_resource_kind_exists() -> None:
    paths = set(re.findall(r"`((?:access|components|docs|localazure|manifest|tests)/[\w./-]+)`", TEXT))

    assert {path for path in paths if not (REPOSITORY / path).exists()} == set()


def test_roles_granted_in_documentation_examples_are_not_privileged() -> None:
    shown = re.findall(
        r"\{ role: ([^,}]+), because:", "".join(page.read_text("utf-8") for page in (REPOSITORY / "docs").rglob("*.md"))
    )

    assert shown
    assert [role for role in shown if privileged(by_name(role)) is not None] == []
