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


def test_every_assumption_about_azure_in_the_code_has_a_live_check_in_the_how_to() -> None:
    text = (REPOSITORY / "docs/howto/check-assumptions-on-azure.md").read_text(encoding="utf-8")
    packages = ("access", "components", "localazure", "manifest", "release")
    modules = [path for package in packages for path in (REPOSITORY / package).rglob("*.py")]
    assuming = [path for path in modules if "Assumption:" in path.read_text(encoding="utf-8")]

    assert assuming
    assert [
        str(path.relative_to(REPOSITORY)) for path in assuming if f"`{path.relative_to(REPOSITORY)}`" not in text
    ] == []
