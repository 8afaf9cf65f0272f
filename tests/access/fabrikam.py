"""The network of this repository as the questions see it: what is declared, and a deployment on local Azure."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from access.model.declared import Declared
from access.model.graph import Assignment, Graph
from access.readers import local
from cli.working_tree import Project

ROOT = Path(__file__).parents[2]


@cache
def declared(stack: str = "dev") -> Declared:
    return Project(ROOT, stack).declared()


@cache
def _document(stack: str) -> str:
    return json.dumps(Project(ROOT, stack).deployed())


def document(stack: str = "dev") -> dict[str, Any]:
    """What a preview on local Azure says; the caller may change it."""
    return json.loads(_document(stack))


def graph(stack: str = "dev") -> Graph:
    return local.read(document(stack))


def changed(before: Graph, assignments: list[Assignment] | None = None, **more: Any) -> Graph:  # noqa: ANN401
    """The same graph with other assignments, or other parts."""
    parts: dict[str, Any] = {
        "principals": before.principals,
        "resources": before.resources,
        "assignments": before.assignments if assignments is None else assignments,
        "denies": before.denies,
        "source": before.source,
    }
    return Graph(**parts | more)
