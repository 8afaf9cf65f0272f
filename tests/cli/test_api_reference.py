"""Tests of the generated API reference."""

from pathlib import Path

import pytest

from cli import api_reference
from cli.api_reference import PAGES, page
from cli.main import run
from components.resources.kinds import KINDS

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "api"

MODULE = '''
"""Boxes.

Each has a lid.
"""

__all__ = ["Box", "opened"]


class BoxArgs(TypedDict):
    size: int


class Box(Base):
    """A box."""

    size: int
    """In
    metres."""
    _inner: int

    def __init__(self, name: str, args: BoxArgs, opts=None) -> None: ...

    def put(self, thing: str, *, count: int = 1) -> None:
        """Put things in.

        Not shown."""

    @property
    def weight(self) -> int:
        """Of all."""

    def _shake(self) -> None: ...


def opened(box: Box) -> bool:
    """Is it open?

    Args:
        box: a box.
    """


def hidden() -> None: ...
'''

EXPECTED = """\
## `agent_network.components.box`

Boxes.

Each has a lid.

### `class Box(Base)`

A box.

- `size: int`: In metres.
- `put(thing: str, *, count: int=1) -> None`: Put things in.
- `weight: int`: Of all.

### `opened(box: Box) -> bool`

Is it open?

*Args:*

- `box`: a box.

## `agent_network.components.tools`

Tools.

### `class ToolArgs(TypedDict)`

Arguments of a tool.
"""

TOOLS = '''
"""Tools."""


class ToolArgs(TypedDict):
    """Arguments of a tool."""


def helper() -> None: ...
'''
"""Module without a component: only its types of arguments are for other programs."""


@pytest.mark.parametrize("name", PAGES)
def test_api_reference_pages_match_the_code(name: str) -> None:
    command = f"agent-network reference api {name} > docs/reference/api/{name}.md"

    assert (DOCS / f"{name}.md").read_text(encoding="utf-8") == page(name), f"run: {command}"


def test_reference_api_command_prints_the_api_reference_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reference", "api", "access"]) == 0
    assert capsys.readouterr().out == page("access")


def test_unknown_api_reference_page_is_refused_with_the_list_of_pages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reference", "api", "components.md"]) == 2
    assert (
        capsys.readouterr().err == "error: no reference page 'components.md'; the pages are 'components' and 'access'\n"
    )


def test_api_reference_contains_every_kind_of_resource() -> None:
    text = page("components")

    assert [kind for kind, one in KINDS.items() if f"### `class {one.__name__}(" not in text] == []


def test_api_reference_shows_public_names_with_signatures_and_docstrings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "components").mkdir()
    (tmp_path / "components" / "box.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "components" / "tools.py").write_text(TOOLS, encoding="utf-8")
    monkeypatch.setattr(api_reference, "_ROOT", tmp_path)

    assert page("components").partition("\n## ")[2] == EXPECTED.removeprefix("## ")
