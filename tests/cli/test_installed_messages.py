"""A project of an installed package has no Makefile: what the package writes names commands that exist there."""

import re

import pytest

from cli.new_project import FILES
from tests.fabrikam import REPOSITORY

TARGETS = re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
FOR_CONTRIBUTORS = {"cli/exit_codes.py"}
"""Modules with a documentation page of this repository, which is about its Makefile too."""
SHIPPED = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for room in ("access", "agent_network", "cli", "components", "localazure", "manifest", "policies", "release")
    for path in (REPOSITORY / room).rglob("*")
    if path.suffix in {".py", ".js", ".html", ".template"}
)


@pytest.mark.parametrize("path", [path for path in SHIPPED if path not in FOR_CONTRIBUTORS])
def test_messages_of_the_installed_package_name_no_make_target(path: str) -> None:
    text = (REPOSITORY / path).read_text(encoding="utf-8")

    assert re.findall(rf"`make (?:{'|'.join(TARGETS)})\b|\bmake (?:{'|'.join(TARGETS)}) [A-Z]+=", text) == []


def test_folders_that_commands_write_are_ignored_by_git_in_a_new_project() -> None:
    assert ".gitignore" in FILES
    ignored = (REPOSITORY / "cli/templates/gitignore.template").read_text(encoding="utf-8").splitlines()

    assert {".localazure/", "report/", "__pycache__/"} <= set(ignored)
