"""The build hook that puts every room below the one package `agent_network`.

A checkout has the rooms in its root, and they import each other by short names (`from access.azure import roles`). In
an installed package those names would clash with folders of the user's own program, such as `components/`. So a wheel
holds `agent_network/access`, `agent_network/components` and so on, and the hook prefixes their imports on the way
(decision 0011). Only import statements change: strings and comments stay as they are written. An editable installation
needs none of this, since it uses the checkout.
"""

import ast
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["PACKAGE", "ROOMS", "AgentNetworkBuildHook", "collect", "prefixed"]

PACKAGE = "agent_network"
ROOMS = ("access", "cli", "components", "localazure", "manifest", "policies", "release", "safe_text")
"""The folders at the root of the repository whose modules a wheel holds."""

_FROM = re.compile(rb"from[ \t]+(?=\w)")
_IGNORED = shutil.ignore_patterns("__pycache__", "*.py[co]", ".*")


def prefixed(text: str, rooms: tuple[str, ...] = ROOMS) -> str:
    """Return the text of a module, with `agent_network.` before each room that an absolute import names.

    Raises:
        ValueError: an import binds the short name of a room (`import access.azure`), which has no prefixed form.
    """
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    # from the end of the file to its beginning, so that positions before an insertion stay right
    for line, column in sorted(_positions(lines, ast.parse(text), rooms), reverse=True):
        lines[line] = lines[line][:column] + f"{PACKAGE}.".encode() + lines[line][column:]
    return b"".join(lines).decode()


def _positions(lines: list[bytes], tree: ast.Module, rooms: tuple[str, ...]) -> list[tuple[int, int]]:
    """Line (from 0) and column in bytes of each room that an absolute import names."""
    found: list[tuple[int, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and _is_room(node.module or "", rooms):
            start = _FROM.match(lines[node.lineno - 1], node.col_offset)
            if start is None:
                raise ValueError(f"line {node.lineno}: write `from` and the module in one line")
            found.append((node.lineno - 1, start.end()))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if _is_room(alias.name, rooms):
                    if alias.asname is None:
                        raise ValueError(f"line {node.lineno}: write `from … import …` or `import {alias.name} as …`")
                    found.append((alias.lineno - 1, alias.col_offset))
    return found


def _is_room(module: str, rooms: tuple[str, ...]) -> bool:
    return module.partition(".")[0] in rooms


def collect(root: Path, target: Path) -> None:
    """Write the rooms of the checkout at `root` to `target`, with prefixed imports."""
    for room in ROOMS:
        shutil.copytree(root / room, target / room, ignore=_IGNORED)
    own = shutil.copytree(root / PACKAGE, target / PACKAGE, ignore=_IGNORED)
    for path in (*own.rglob("*.py"), *(path for room in ROOMS for path in (target / room).rglob("*.py"))):
        text = path.read_text(encoding="utf-8")
        try:
            path.write_text(prefixed(text), encoding="utf-8", newline="\n")
        except ValueError as error:
            raise ValueError(f"{path.relative_to(target)}: {error}") from None
    for room in ROOMS:
        (target / room).rename(own / room)


class AgentNetworkBuildHook(BuildHookInterface):  # pyright: ignore[reportMissingTypeArgument] (hatchling has no types)
    """Hands the collected package to hatchling for a wheel, and nothing for an editable installation."""

    PLUGIN_NAME = "custom"
    _folder: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Collect the package before hatchling builds the wheel."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory(prefix="agent-network-")
        collect(Path(self.root), Path(self._folder.name))
        build_data["force_include"][str(Path(self._folder.name) / PACKAGE)] = PACKAGE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 (hatchling's signature)
        """Remove the collected package."""
        if self._folder is not None:
            self._folder.cleanup()
