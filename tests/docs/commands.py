"""Finds the commands that the documentation shows: lines of `sh` blocks, and whole commands in backticks."""

import re
from pathlib import Path

from tests.fabrikam import REPOSITORY

__all__ = ["PAGES", "commands"]

PAGES = (REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").rglob("*.md")))
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_INLINE = re.compile(r"`((?:\.venv/bin/)?(?:agent-network|make|pulumi) [^`\n]+)`")
_COMMENT = re.compile(r"\s+#\s.*$")


def commands() -> dict[str, list[str]]:
    """Return each command shown in the documentation, with the pages that show it."""
    found: dict[str, list[str]] = {}
    for page in PAGES:
        text = page.read_text("utf-8")
        lines = [line for block in _BLOCK.findall(text) for line in block.replace("\\\n", " ").splitlines()]
        for line in (*lines, *_INLINE.findall(text)):
            command = re.sub(r"\s+", " ", _COMMENT.sub("", line)).strip().removeprefix(".venv/bin/")
            if command:
                found.setdefault(command, []).append(_name(page))
    return found


def _name(page: Path) -> str:
    return page.relative_to(REPOSITORY).as_posix()
